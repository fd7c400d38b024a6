/** A site that serves the built package and pages that a test writes, each with its own headers. */
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { close, listen } from "../../examples/spa/lib/listen.mjs";
import { startScriptedProvider } from "../support/scripted-provider.mjs";
import { goodClaims, makeKey, sign, tamper } from "../support/tokens.mjs";

const DIST = new URL("../../pkg/dist/", import.meta.url);
const TYPES = { ".js": "text/javascript", ".html": "text/html", ".wasm": "application/wasm" };

/** Pages find the package by its own names. */
const IMPORTS = `<script type="importmap">${JSON.stringify({
  imports: { edgeward: "/client/inline.js", "edgeward/oauth": "/oauth/inline.js", "edgeward/verify": "/verify/inline.js" },
})}</script>`;

/**
 * Starts the site.
 *
 * @param {{ after(stop: () => unknown): void }} end
 * @param {Record<string, { body?: string, headers?: object }>} files by path; an HTML page gets the import map
 * @returns {Promise<string>} its origin
 */
export async function startSite(end, files) {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://site");
    try {
      const { body, headers = {} } = files[pathname] ?? { body: await readFile(new URL(`.${pathname}`, DIST)) };
      const type = TYPES[extname(pathname)] ?? "text/html";
      response.writeHead(200, { "content-type": type, ...headers });
      response.end(type === "text/html" ? `<!doctype html><title>test</title>${IMPORTS}${body ?? ""}` : body);
    } catch {
      response.writeHead(404).end();
    }
  });
  end.after(() => close(server));
  return listen(server, 0);
}

/** A provider with a key, a token of it, the same with other claims, and a verifier's options. */
export async function startIssuer(end, alg = "ES256") {
  const key = await makeKey(alg, "key-1");
  const provider = await startScriptedProvider([key.jwk]);
  end.after(() => provider.close());
  const token = await sign(key, goodClaims(provider.issuer));
  const options = { issuer: provider.issuer, audience: goodClaims().aud, algorithms: [alg], development: true };
  return { token, tampered: tamper(token, { sub: "root" }), options, jwks: { keys: [key.jwk] } };
}
