/** Node's requests and responses as those of the web platform, which `edgeward/server` speaks. */
import { Readable } from "node:stream";

/**
 * @param {import("node:http").IncomingMessage} incoming
 * @param {string} origin the site's own: `Host` is whatever the caller wrote there
 * @returns {Request}
 */
export function toRequest(incoming, origin) {
  const headers = new Headers();
  for (let at = 0; at < incoming.rawHeaders.length; at += 2) headers.append(incoming.rawHeaders[at], incoming.rawHeaders[at + 1]);
  const hasBody = incoming.method !== "GET" && incoming.method !== "HEAD";
  const body = hasBody ? { body: Readable.toWeb(incoming), duplex: "half" } : {};
  return new Request(new URL(incoming.url, origin), { method: incoming.method, headers, ...body });
}

/**
 * @param {Response} response
 * @param {import("node:http").ServerResponse} outgoing
 */
export async function send(response, outgoing) {
  outgoing.statusCode = response.status;
  for (const [name, value] of response.headers) if (name !== "set-cookie") outgoing.setHeader(name, value);
  // Each cookie is a header of its own.
  const cookies = response.headers.getSetCookie();
  if (cookies.length > 0) outgoing.setHeader("set-cookie", cookies);
  outgoing.end(Buffer.from(await response.arrayBuffer()));
}
