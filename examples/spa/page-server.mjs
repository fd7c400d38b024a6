/** Serves the example page and the browser build of the npm package, with a strict policy. */
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { close, listen } from "./lib/listen.mjs";

const PAGE = new URL("./page/", import.meta.url);
const PACKAGE = new URL("../../pkg/dist/", import.meta.url);

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

/**
 * Starts the page's server. `/edgeward/` is what the package is built into, as the page's import
 * map says; `/config.json` is what `configure` was given, and names whom the page may talk to.
 *
 * @param {object} [o]
 * @param {number} [o.port] 0 takes any free port
 * @param {URL} [o.directory] another page than the example's
 * @returns {Promise<{ url: string, configure(config: object): void, close(): Promise<void> }>}
 */
export async function startPage({ port = 0, directory = PAGE } = {}) {
  let config = {};
  const server = createServer((request, response) => {
    answer(request, directory, config).then(
      ({ status, headers, body }) => response.writeHead(status, headers).end(body),
      (error) => response.destroy(error),
    );
  });
  const origin = await listen(server, port);
  return {
    url: `${origin}/`,
    configure: (given) => (config = given),
    close: () => close(server),
  };
}

async function answer(request, directory, config) {
  const { pathname } = new URL(request.url, "http://page");
  if (pathname === "/config.json") return found(".json", JSON.stringify(config), config);
  // Plain names, one folder of the package's deep: no path leads out of the two directories.
  const [, folder, name] = /^\/(?:edgeward\/(client\/|api\/))?([\w-]+\.\w+)?$/.exec(pathname) ?? [];
  if (folder && !name) return NOT_FOUND;
  if (!folder && !name && pathname !== "/") return NOT_FOUND;
  const file = new URL(name ?? "index.html", folder ? new URL(folder, PACKAGE) : directory);
  try {
    return found(extname(file.pathname), await readFile(file), config);
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
    return folder ? unbuilt(file) : NOT_FOUND;
  }
}

const NOT_FOUND = { status: 404, headers: { "content-type": "text/plain" }, body: "There is no such file.\n" };

function unbuilt(file) {
  const body = `${fileURLToPath(file)} is missing: run \`cargo xtask build pkg\` first\n`;
  return { ...NOT_FOUND, body };
}

function found(extension, body, config) {
  const headers = {
    "content-type": TYPES[extension] ?? "application/json",
    "cache-control": "no-cache",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
  };
  if (extension === ".html") headers["content-security-policy"] = policy(String(body), config);
  return { status: 200, headers, body };
}

/** WebAssembly needs `'wasm-unsafe-eval'`; an import map is an inline script, allowed by its hash. */
function policy(html, { issuer = "", api = "", account }) {
  const [, importMap = ""] = /<script type="importmap">([\s\S]*?)<\/script>/.exec(html) ?? [];
  const hash = createHash("sha256").update(importMap).digest("base64");
  return [
    "default-src 'none'",
    `script-src 'self' 'wasm-unsafe-eval' 'sha256-${hash}'`,
    "style-src 'self'",
    "img-src 'self'",
    `connect-src 'self' ${issuer} ${api} ${account?.issuer ?? ""}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}
