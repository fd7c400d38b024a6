/** An API that knows nothing of tokens: it reads from the gateway's headers who is asking. */
import { createServer } from "node:http";
import { close, listen } from "./lib/listen.mjs";

/**
 * Starts the API. It must be reachable through the gateway only, or anybody could write these headers.
 *
 * @param {{ port?: number }} [o] 0 takes any free port
 * @returns {Promise<{ url: string, close(): Promise<void> }>}
 */
export async function startApi({ port = 0 } = {}) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://api");
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ path: pathname, caller: caller(request.headers) }));
  });
  return { url: await listen(server, port), close: () => close(server) };
}

function caller(headers) {
  const subject = headers["x-edgeward-subject"];
  if (subject === undefined) return null;
  const words = (name) => (headers[name] ?? "").split(" ").filter(Boolean);
  return {
    subject: decodeURIComponent(subject),
    scope: words("x-edgeward-scope"),
    roles: words("x-edgeward-roles").map(decodeURIComponent),
    credential: headers["x-edgeward-credential"],
  };
}
