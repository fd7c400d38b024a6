/** Listening on loopback: a preferred port where it is free, another one where it is not. */
import { once } from "node:events";

export const HOST = "127.0.0.1";

/**
 * Listens on the first free port of `ports`; port 0 means any free port.
 *
 * @param {import("node:http").Server} server
 * @param {number} preferred a port, tried first so that the address stays the same over restarts
 * @returns {Promise<string>} the origin, such as `http://127.0.0.1:4100`
 */
export async function listen(server, preferred) {
  try {
    return await listenOn(server, preferred);
  } catch (error) {
    if (error.code !== "EADDRINUSE") throw error;
    return listenOn(server, 0);
  }
}

/** Stops a server and the connections that browsers keep open. */
export async function close(server) {
  if (!server.listening) return;
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}

/**
 * Finds a port for a program that listens by itself.
 *
 * @param {number} preferred
 * @returns {Promise<number>} `preferred` if nobody listens there, otherwise a free port
 */
export async function freePort(preferred) {
  const { createServer } = await import("node:http");
  const probe = createServer();
  const origin = await listen(probe, preferred || anyPort());
  await close(probe);
  return Number(new URL(origin).port);
}

/** None of those that a system gives to whoever wants any port: one of them could be another's in the next moment. */
const anyPort = () => 20_000 + Math.floor(Math.random() * 12_000);

async function listenOn(server, port) {
  server.listen(port, HOST);
  await once(server, "listening");
  return `http://${HOST}:${server.address().port}`;
}
