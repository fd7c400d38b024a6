import { sleep } from "../platform/time.js";
import { Documents } from "./documents.js";
import { Recent } from "./recent.js";

/** Where all copies of the package in a process find the same. */
const REGISTRY = Symbol.for("edgeward.server/1");

/**
 * What the requests of one process share. Bundlers load a module several times: Next has one copy
 * for its proxy and others for its routes, and they must not use one refresh token twice.
 *
 * @param {string} name of the server's client
 */
export function processState(name) {
  const states = (globalThis[REGISTRY] ??= new Map());
  if (!states.has(name)) {
    const made = { documents: new Documents(), sessions: new Recent(), transactions: new Recent(), lock: locks() };
    states.set(name, made);
  }
  return states.get(name);
}

/** How often it is looked whether a lock is free, in milliseconds. */
const LOOK = 10;
/** Longer than whatever is done under a lock: whoever holds it for so long has gone. */
const LEASE = 20_000;

/**
 * Locks by name. Whoever waits looks again and again: in a Worker, no request may wait for another
 * one's promise, and a request that was cut off lets nothing go.
 */
function locks() {
  const held = new Map();
  return async (name, { signal }) => {
    while (Date.now() < (held.get(name)?.until ?? 0)) await sleep(LOOK, signal, true);
    const mine = { until: Date.now() + LEASE };
    held.set(name, mine);
    return () => void (held.get(name) === mine && held.delete(name));
  };
}
