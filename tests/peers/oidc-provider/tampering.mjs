/** A network that changes what a server answers on its way to the client. */

/**
 * A `fetch` that passes the answers of one path through `change`.
 *
 * @param {string} path of the endpoint, such as `/token`, or how the paths begin if it ends with a slash
 * @param {(answer: object, asked: { url: URL, body: URLSearchParams }) => object | Response | Promise<object | Response>} change
 *   gets the JSON and gives other JSON, or a whole response
 * @param {{ times?: number }} [o] so many answers only
 * @returns {typeof fetch & { asked: number }}
 */
export function tampering(path, change, { times = Infinity } = {}) {
  const changed = async (input, init) => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    const body = new URLSearchParams(await request.clone().text());
    const response = await fetch(request);
    if (path.endsWith("/") ? !url.pathname.startsWith(path) : url.pathname !== path) return response;
    changed.asked += 1;
    if (changed.asked > times) return response;
    const text = await response.text();
    const answer = await change(text ? JSON.parse(text) : {}, { url, body });
    if (answer instanceof Response) return answer;
    const headers = new Headers(response.headers);
    headers.delete("content-length");
    return new Response(JSON.stringify(answer), { status: response.status, headers });
  };
  return Object.assign(changed, { asked: 0 });
}

/** The claims of a token, whoever signed it. */
export function claimsOf(token) {
  return JSON.parse(Buffer.from(token.split(".")[1], "base64url"));
}
