/**
 * An answer with the cookies that belong to it. What is made for one person is kept by no cache.
 *
 * @param {Response} response
 * @param {{ lines: string[], own: boolean, personal: boolean }} about
 */
export function dressed(response, { lines, own, personal }) {
  const headers = new Headers(response.headers);
  vary(headers, own ? "Cookie" : "Origin");
  if (personal) headers.set("cache-control", "private, no-store");
  for (const line of lines) headers.append("set-cookie", line);
  const { status, statusText } = response;
  return new Response(response.body, { status, statusText, headers });
}

/** Sends the browser elsewhere, by GET. */
export function redirect(location) {
  return new Response(null, { status: 303, headers: { location } });
}

/** For a request that may not use the cookies of its browser. */
export function refused() {
  const headers = { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" };
  return new Response("This request does not come from a page of this site.\n", { status: 403, headers });
}

/** @param {number} status @param {unknown} body @param {Record<string, string>} [headers] */
export function json(status, body, headers) {
  const fixed = { "content-type": "application/json", "cache-control": "no-store" };
  return new Response(JSON.stringify(body), { status, headers: { ...fixed, ...headers } });
}

/** A failure as the browser's side reads it: no cause, no details of the issuer. */
export function failed(status, error) {
  const { code, message, retryable, sessionEnded, retryAfterMs } = error;
  const headers = retryAfterMs === undefined ? {} : { "retry-after": String(Math.ceil(retryAfterMs / 1000)) };
  return json(status, { error: { code, message, retryable, sessionEnded, retryAfterMs } }, headers);
}

function vary(headers, name) {
  const named = (headers.get("vary") ?? "").split(",").map((one) => one.trim().toLowerCase());
  if (!named.includes(name.toLowerCase()) && !named.includes("*")) headers.append("vary", name);
}
