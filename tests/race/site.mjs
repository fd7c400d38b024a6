/** The site whose tabs race: one page that loads a client, bundled as an application would be. */
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { close, listen } from "../../examples/spa/lib/listen.mjs";

/** A wall clock that tests may move; the monotonic one goes on. */
const CLOCK = `
  const Real = Date;
  let moved = 0;
  globalThis.moveWallClock = (millis) => { moved += millis; };
  globalThis.Date = class Date extends Real {
    constructor(...given) { given.length ? super(...given) : super(Real.now() + moved); }
    static now() { return Real.now() + moved; }
  };`;

const PAGE = `<!doctype html><title>race</title><script>${CLOCK}</script>
<script type="module">globalThis.client = await import("/client.js");</script>`;

const bundles = new Map();

/**
 * Serves the page with one client in it, on an origin of its own: its storage is empty.
 *
 * @param {{ after(stop: () => unknown): void }} end
 * @param {URL} module the client's half that runs in pages
 * @returns {Promise<string>} the origin
 */
export async function startSite(end, module) {
  const script = await bundle(module);
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://site");
    const [type, body] = pathname === "/client.js" ? ["text/javascript", script] : ["text/html", PAGE];
    if (pathname === "/favicon.ico") return response.writeHead(404).end();
    response.writeHead(200, { "content-type": type, "cache-control": "no-store" }).end(body);
  });
  end.after(() => close(server));
  return listen(server, 0);
}

async function bundle(module) {
  const path = fileURLToPath(module);
  if (!bundles.has(path)) {
    const { outputFiles } = await build({
      entryPoints: [path],
      bundle: true,
      write: false,
      format: "esm",
      target: "es2022",
      logLevel: "silent",
      define: { "process.env.NODE_ENV": '"production"' },
    });
    bundles.set(path, outputFiles[0].contents);
  }
  return Buffer.from(bundles.get(path));
}
