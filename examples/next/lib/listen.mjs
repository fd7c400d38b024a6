/** Listening on loopback: a preferred port where it is free, another one where it is not. */
import { once } from "node:events";
import { createServer } from "node:http";

export const HOST = "127.0.0.1";

/**
 * Listens on a port, or on any free one if it is taken or 0.
 *
 * @param {import("node:http").Server} server
 * @param {number} preferred
 * @returns {Promise<string>} the origin, such as `http://127.0.0.1:4201`
 */
export async function listen(server, preferred) {
  try {
    return await listenOn(server, preferred);
  } catch (error) {
    if (error.code !== "EADDRINUSE") throw error;
    return listenOn(server, 0);
  }
}

/** Stops a server and the connections that are kept open. */
export async function close(server) {
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}

/** A free port, for a program that listens by itself: `preferred` if nobody listens there. */
export async function freePort(preferred) {
  const probe = createServer();
  const origin = await listen(probe, preferred);
  await close(probe);
  return Number(new URL(origin).port);
}

async function listenOn(server, port) {
  server.listen(port, HOST);
  await once(server, "listening");
  return `http://${HOST}:${server.address().port}`;
}
