/**
 * What of a request decides, as JSON text for the core.
 *
 * @param {object} request a Fetch `Request`, Node's `IncomingMessage`, or anything with `method`,
 *   `url` and `headers`
 * @param {{ headers: string[], publicOrigin?: string }} settings which headers may decide
 */
export function incoming(request, { headers: names, publicOrigin }) {
  const valuesOf = reader(request);
  const headers = names.flatMap((name) => valuesOf(name).map((value) => [name, value]));
  return JSON.stringify({ method: String(request.method), url: address(request, valuesOf, publicOrigin), headers });
}

/** Whether a browser asks, without credentials, whether it may ask with them (Fetch §3.3.2). */
export function isPreflight(request) {
  const valuesOf = reader(request);
  return (
    request.method === "OPTIONS" &&
    valuesOf("origin").length > 0 &&
    valuesOf("access-control-request-method").length > 0
  );
}

/** The one value of a header, for what decides nothing. */
export function header(request, name) {
  return reader(request)(name)[0];
}

/** Gives every value of a header, in the order in which they came. */
function reader({ headers, rawHeaders }) {
  // Node keeps the first of two `Authorization` headers and drops the other: only the raw ones tell.
  if (Array.isArray(rawHeaders)) return (name) => rawHeaders.filter((_, at) => at % 2 && is(rawHeaders[at - 1], name));
  if (typeof headers?.get === "function") return (name) => [headers.get(name)].filter((value) => value !== null);
  const entries = Object.entries(headers ?? {});
  return (name) => entries.filter(([own]) => is(own, name)).flatMap(([, value]) => value ?? []).map(String);
}

function is(own, name) {
  return own.toLowerCase() === name;
}

/** The absolute address. Node gives a path; Express keeps the whole one in `originalUrl`. */
function address(request, valuesOf, publicOrigin) {
  const url = String(request.originalUrl ?? request.url);
  const [, origin, target] = /^([a-z][a-z0-9+.-]*:\/\/[^/?#]*)?(.*)$/is.exec(url);
  return (publicOrigin ?? origin ?? ownOrigin(request, valuesOf("host")[0])) + target;
}

function ownOrigin({ socket }, host = "") {
  const named = /^[\w.-]+(:\d+)?$|^\[[\da-f:.]+\](:\d+)?$/i.test(host) ? host : "localhost";
  return `${socket?.encrypted ? "https" : "http"}://${named}`;
}
