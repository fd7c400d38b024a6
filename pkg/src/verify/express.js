/**
 * The middleware of Express, of connect, and of whatever else takes `(request, response, next)`.
 *
 * @param {(request: object) => Promise<object>} judge
 * @param {(headers: { keys(): string[], get(name: string): string | undefined }, outcome: object) =>
 *   { set: Record<string, string>, remove: string[] }} guarded
 */
export function respond(judge, guarded) {
  const settle = (request, response, outcome) => {
    if (outcome.answer) return send(response, outcome.answer);
    if (outcome.identity) request.auth = outcome.identity;
    beforeHeaders(response, () => {
      const own = { keys: () => response.getHeaderNames(), get: (name) => response.getHeader(name)?.toString() };
      const { set, remove } = guarded(own, outcome);
      for (const name of remove) response.removeHeader(name);
      for (const [name, value] of Object.entries(set)) response.setHeader(name, value);
    });
    return true;
  };
  // What fails here goes to `next`; what fails behind `next` is not called a second time.
  return (request, response, next) => {
    const settled = judge(request).then((outcome) => settle(request, response, outcome));
    settled.then((passes) => passes && next(), next);
  };
}

function send(response, { status, headers, body }) {
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.end(body ?? undefined);
  return false;
}

/** Calls `last` when every header is known: what a handler sets is set by then, `writeHead` included. */
function beforeHeaders(response, last) {
  const writeHead = response.writeHead;
  response.writeHead = function (status, ...rest) {
    response.writeHead = writeHead;
    const given = rest.pop();
    for (const [name, value] of pairs(given)) response.setHeader(name, value);
    last();
    return writeHead.call(this, status, ...(typeof given === "string" ? [given] : rest));
  };
}

/** Node takes headers as an object, as an array of pairs, or as names and values in turn. */
function pairs(headers) {
  if (!Array.isArray(headers)) return typeof headers === "object" ? Object.entries(headers ?? {}) : [];
  if (Array.isArray(headers[0])) return headers;
  return headers.flatMap((name, at) => (at % 2 ? [] : [[name, headers[at + 1]]]));
}
