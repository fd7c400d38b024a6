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
    const made = { documents: new Documents(), sessions: new Recent(), transactions: new Recent(), lock: queue() };
    states.set(name, made);
  }
  return states.get(name);
}

/** Locks by name: whoever came first is first. */
function queue() {
  const tails = new Map();
  return async (name) => {
    const before = tails.get(name);
    let release;
    const mine = new Promise((resolve) => (release = resolve));
    const tail = Promise.resolve(before).then(() => mine);
    tails.set(name, tail);
    tail.then(() => tails.get(name) === tail && tails.delete(name));
    await before;
    return release;
  };
}
