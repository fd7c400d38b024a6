/** Issuers with their keys, served to whoever asks, and tokens of theirs as requests. */
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { close, listen } from "../../examples/spa/lib/listen.mjs";
import { makeKey, makeToken } from "../verify/tokens.mjs";
import { requestOf } from "./load.mjs";

/**
 * @param {{ issuers: number, keys: number, millis?: number }} count of issuers, and of each one's keys, which they tell after
 *   so many milliseconds
 */
export async function startIssuers({ issuers: count, keys: ofEach, millis = 0 }) {
  const server = createServer(async (request, response) => {
    if (millis) await sleep(millis);
    const issuer = issuers.find(({ jwksUri }) => jwksUri.endsWith(request.url));
    response.writeHead(issuer ? 200 : 404, { "content-type": "application/json", "cache-control": "max-age=600" });
    response.end(JSON.stringify({ keys: issuer?.keys ?? [] }));
  });
  const base = await listen(server, 0);
  const issuers = Array.from({ length: count }, (_, number) => {
    const signers = Array.from({ length: ofEach }, (_, key) => makeKey("ES256", `key-${key + 1}`));
    const issuer = `${base}/issuer-${number + 1}`;
    return { issuer, jwksUri: `${issuer}/jwks`, keys: signers.map(({ jwk }) => jwk), signers };
  });
  return { issuers, requests: (tokens) => requestsOf(issuers, tokens), close: () => close(server) };
}

/** So many different tokens, of every issuer and every key in turn. */
function requestsOf(issuers, count) {
  return Array.from({ length: count }, (_, number) => {
    const { issuer, signers } = issuers[number % issuers.length];
    return requestOf(makeToken(signers[Math.floor(number / issuers.length) % signers.length], number, issuer));
  });
}
