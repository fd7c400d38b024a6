/** The identity provider of the example: npm `oidc-provider`, with real keys and any name as login. */
import { createServer } from "node:http";
import { close, listen } from "./lib/listen.mjs";
import { loadSecrets, saveSecrets, signingKey } from "./lib/keys.mjs";
import { memoryStore } from "./lib/store.mjs";
import { interact } from "./lib/interactions.mjs";
import { providerConfig } from "./lib/provider-config.mjs";
import { issueToken, trialToken } from "./lib/trial-tokens.mjs";

export { AUDIENCE, CLIENT_ID, GRANTED_SCOPE, OTHER_AUDIENCE } from "./lib/provider-config.mjs";

/**
 * Starts the provider.
 *
 * @param {object} o
 * @param {string[]} o.pages the example page's addresses, registered as redirect URIs
 * @param {object[]} [o.clients] who else may ask, as oidc-provider has its clients
 * @param {number} [o.port] 0 takes any free port
 * @param {string} [o.keyFile] keeps the keys over restarts
 * @param {number} [o.accessTokenSeconds]
 * @param {(error: Error) => void} [o.onError] told of failures that are the server's own
 * @returns {Promise<{
 *   issuer: string,
 *   issueToken(o: object): Promise<string>,
 *   rotateKeys(o?: { keepOld?: boolean }): Promise<string>,
 *   close(): Promise<void>,
 * }>}
 */
export async function startProvider(o) {
  const { pages, clients = [], port = 0, keyFile, accessTokenSeconds = 300, onError = console.error } = o;
  const Provider = await importProvider();
  const secrets = await loadSecrets(keyFile);
  const adapter = memoryStore();
  const addresses = [...pages, ...clients.flatMap(({ redirect_uris }) => redirect_uris)];
  const origins = addresses.map((address) => new URL(address).origin);
  let current;

  const server = createServer((request, response) => {
    answer(current, origins, request, response).catch((error) => fail(response, error, onError));
  });
  const issuer = await listen(server, port);
  use();

  return {
    issuer,
    issueToken: (token) => issueToken(current.provider, token),
    rotateKeys,
    close: () => close(server),
  };

  /** Makes a new signing key. The old one stays published, or is withdrawn; returns the new `kid`. */
  async function rotateKeys({ keepOld = true } = {}) {
    const fresh = await signingKey("ES256");
    const kept = keepOld ? secrets.keys : secrets.keys.filter(({ alg }) => alg !== "ES256");
    secrets.keys = [fresh, ...kept];
    await saveSecrets(keyFile, secrets);
    use();
    return fresh.kid;
  }

  /** oidc-provider's keys are fixed at its birth, so new keys mean a new one on the same store. */
  function use() {
    const provider = new Provider(issuer, providerConfig({ pages, clients, secrets, adapter, accessTokenSeconds }));
    provider.on("server_error", (_context, error) => onError(error));
    current = { provider, handle: provider.callback(), keys: secrets.keys.map(publicPart) };
  }
}

async function answer({ provider, handle, keys }, origins, request, response) {
  const { pathname } = new URL(request.url, provider.issuer);
  if (pathname.startsWith("/interaction/")) return interact(provider, request, response, origins);
  if (pathname.startsWith("/trial-tokens/")) {
    return answerTrial(provider, keys, pathname.slice("/trial-tokens/".length), origins, request, response);
  }
  return handle(request, response);
}

async function answerTrial(provider, keys, kind, origins, request, response) {
  const { origin, authorization } = request.headers;
  const headers = { "content-type": "application/json", "cache-control": "no-store", vary: "origin" };
  if (origins.includes(origin)) {
    headers["access-control-allow-origin"] = origin;
    headers["access-control-allow-headers"] = "authorization";
  }
  if (request.method === "OPTIONS") return response.writeHead(204, headers).end();
  const { status, body } = await trialToken(provider, keys, kind, authorization);
  response.writeHead(status, headers).end(JSON.stringify(body));
}

function fail(response, error, onError) {
  // A sign-in page left open over a restart of the provider is no fault of the server.
  const known = error.status >= 400 && error.status < 500;
  if (!known) onError(error);
  if (response.headersSent) return response.destroy();
  response.writeHead(known ? error.status : 500, { "content-type": "text/plain; charset=utf-8" });
  response.end(known ? "This sign-in is no longer open. Go back to the page and start again.\n" : "The provider failed.\n");
}

function publicPart({ kty, crv, x, y, n, e, kid, use, alg }) {
  return { kty, crv, x, y, n, e, kid, use, alg };
}

/** oidc-provider says once that it prefers a newer Node, and works on 20: only that line is dropped. */
async function importProvider() {
  const warn = console.warn;
  console.warn = (...line) => String(line[0]).includes("Unsupported runtime") || warn(...line);
  try {
    return (await import("oidc-provider")).default;
  } finally {
    console.warn = warn;
  }
}
