import { header, isPreflight } from "./incoming.js";

/** What is known before the core is loaded. */
export const UNSET = { vary: ["Authorization"], allowedOrigins: [] };

/** What a page needs to read beside the body, and may not unless it is named. */
const EXPOSED = "WWW-Authenticate, DPoP-Nonce";

/**
 * The answer to a request that is turned away.
 *
 * @param {import("./index.js").AuthError} error
 * @param {object | undefined} request
 * @param {{ vary: string[], allowedOrigins: string[] }} settings
 * @returns {{ status: number, headers: Record<string, string>, body: string }}
 */
export function denial(error, request, settings) {
  const { status, headers } = error.denial ?? { status: 500, headers: {} };
  const body = { error: error.code, message: messageOf(error), request_id: requestId(request) };
  return {
    status,
    headers: {
      ...headers,
      ...readableBy(request, settings),
      "content-type": "application/json",
      "cache-control": "no-store",
      vary: settings.vary.join(", "),
    },
    body: JSON.stringify(body),
  };
}

/** The answer to a preflight, where no handler gives one. */
export function preflight(request, settings) {
  const headers = { ...readableBy(request, settings), vary: "Origin" };
  if (headers["access-control-allow-origin"]) {
    headers["access-control-allow-methods"] = header(request, "access-control-request-method");
    const wanted = header(request, "access-control-request-headers");
    if (wanted) headers["access-control-allow-headers"] = wanted;
    headers["access-control-max-age"] = "600";
  }
  return { status: 204, headers, body: null };
}

/**
 * The answer to a question for the metadata of RFC 9728, if it is one.
 *
 * @returns {object | undefined}
 */
export function metadata(request, { metadata }) {
  if (!metadata || !["GET", "HEAD", "OPTIONS"].includes(request.method)) return undefined;
  const url = String(request.originalUrl ?? request.url);
  const [path] = url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, "").split(/[?#]/);
  if (path !== metadata.path) return undefined;
  // Public by nature: whoever wants a token must be able to find out where.
  const headers = { "access-control-allow-origin": "*", "cache-control": "public, max-age=3600" };
  if (request.method === "OPTIONS") return { status: 204, headers, body: null };
  const body = request.method === "HEAD" ? null : JSON.stringify(metadata.document);
  return { status: 200, headers: { ...headers, "content-type": "application/json" }, body };
}

/** A page of an allowed origin may read why it was turned away. */
function readableBy(request, { allowedOrigins }) {
  const origin = request && header(request, "origin");
  if (!allowedOrigins.includes(origin)) return {};
  return { "access-control-allow-origin": origin, "access-control-expose-headers": EXPOSED };
}

/** The message without the place, which is nobody's business outside. */
function messageOf({ message, at }) {
  const place = ` (${at})`;
  return at && message.endsWith(place) ? message.slice(0, -place.length) : message;
}

/** Cloudflare's id of the request where there is one, so that it is found in both logs. */
function requestId(request) {
  const ray = request && header(request, "cf-ray");
  if (ray && /^[\w-]{1,64}$/.test(ray)) return ray;
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_");
}
