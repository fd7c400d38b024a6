/** The API behind the gateway: it trusts the gateway's headers and answers with what it received. */
import { createServer } from "node:http";
import { close, listen } from "./lib/listen.mjs";

const BODY_LIMIT = 1024 * 1024;
/** A token may have 16 KiB, and its claims come beside it. */
const HEADERS_LIMIT = 64 * 1024;
/** Longer than the gateway keeps a connection: a request on one that is just being closed would be lost. */
const KEEP_ALIVE_MILLIS = 120_000;

/**
 * Starts the origin. Its answers are JSON:
 * `{ method, path, headers, identity: { subject, issuer, scope, claims } | null, body }`.
 *
 * @param {object} [o]
 * @param {string[]} [o.allowedOrigins] pages that may read the answers
 * @param {number} [o.port] 0 takes any free port
 * @returns {Promise<{ url: string, received: object[], close(): Promise<void> }>} `received` lists
 *   what came in, oldest first
 */
export async function startOrigin({ allowedOrigins = [], port = 0 } = {}) {
  const received = [];
  const server = createServer({ maxHeaderSize: HEADERS_LIMIT, keepAliveTimeout: KEEP_ALIVE_MILLIS }, (request, response) => {
    answer(request, response, allowedOrigins, received).catch((error) => response.destroy(error));
  });
  return { url: await listen(server, port), received, close: () => close(server) };
}

async function answer(request, response, allowedOrigins, received) {
  const headers = cors(request, allowedOrigins);
  if (request.method === "OPTIONS" && request.headers["access-control-request-method"]) {
    received.push({ method: request.method, path: request.url, headers: request.headers });
    return response.writeHead(204, headers).end();
  }
  const seen = {
    method: request.method,
    path: request.url,
    headers: request.headers,
    identity: identity(request.headers),
    body: await readBody(request),
  };
  received.push(seen);
  // The echo holds the bearer token, so no cache may keep it.
  response.writeHead(200, { ...headers, "content-type": "application/json", "cache-control": "no-store" });
  response.end(JSON.stringify(seen));
}

/** What the gateway vouches for. Without the gateway in front, these headers would prove nothing. */
function identity(headers) {
  const claims = headers["x-edgeward-claims"];
  if (!claims) return null;
  return {
    subject: headers["x-edgeward-subject"] ?? null,
    issuer: headers["x-edgeward-issuer"],
    scope: (headers["x-edgeward-scope"] ?? "").split(" ").filter(Boolean),
    claims: JSON.parse(Buffer.from(claims, "base64url").toString("utf8")),
  };
}

function cors(request, allowedOrigins) {
  const { origin } = request.headers;
  if (!allowedOrigins.includes(origin)) return { vary: "origin" };
  return {
    vary: "origin",
    "access-control-allow-origin": origin,
    "access-control-allow-headers": "authorization, content-type",
    "access-control-allow-methods": "GET, HEAD, POST, PUT, PATCH, DELETE",
    "access-control-max-age": "600",
  };
}

async function readBody(request) {
  const chunks = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > BODY_LIMIT) throw new Error("the body is longer than this example reads");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
