import { LATE, within } from "./time.js";

/** Who waits for a name in this page or process, the last one first. */
const tails = new Map();

/**
 * Locks by name, over all tabs or processes where the adapter or the browser can, in this one
 * otherwise. They are never stolen: whoever is robbed of a lock goes on as if it were still held.
 */
export class Locks {
  #ways;
  #held = new Map();

  /** @param {{ lock?(name: string, options: { signal: AbortSignal }): unknown }} [adapter] */
  constructor(adapter) {
    this.#ways = [queue];
    if (globalThis.navigator?.locks) this.#ways.unshift(browser);
    if (adapter?.lock) this.#ways.unshift((...call) => adapter.lock(...call));
  }

  /**
   * Takes a lock and holds it until `unlock`.
   *
   * @param {string} name
   * @param {number} deadline
   * @param {AbortSignal} signal gives up, also when the lock was had but nobody has heard of it yet
   * @returns {Promise<boolean>} false: it was not to be had in time
   */
  async lock(name, deadline, signal) {
    const release = await this.take(name, deadline, signal);
    if (!release) return false;
    this.#held.set(name, release);
    signal.addEventListener("abort", () => this.unlock(name));
    return true;
  }

  unlock(name) {
    this.#held.get(name)?.();
    this.#held.delete(name);
  }

  /** Lets everything go. */
  dispose() {
    for (const name of this.#held.keys()) this.unlock(name);
  }

  /** @returns {Promise<(() => void) | undefined>} how to let it go; nothing: not had in time */
  async take(name, deadline, outer) {
    const until = performance.now() + deadline;
    for (const way of this.#ways) {
      const wait = async (signal) => {
        const release = await way(name, { signal });
        // It comes after nobody waits for it any more.
        if (signal.aborted) release();
        return release;
      };
      try {
        return await within(until - performance.now(), wait, outer);
      } catch (error) {
        // A way that fails is none, and the next one is tried; a way that takes too long is one.
        if (error === LATE || outer?.aborted) return;
      }
    }
  }
}

/** A lock of the browser, which it takes back from a tab that is closed. */
function browser(name, options) {
  return new Promise((resolve, reject) => {
    navigator.locks.request(name, options, () => new Promise((release) => resolve(release))).catch(reject);
  });
}

/** A lock in this page or process: whoever came first is first. */
async function queue(name) {
  const before = tails.get(name);
  let release;
  const mine = new Promise((resolve) => (release = resolve));
  const tail = (async () => {
    await before;
    await mine;
    if (tails.get(name) === tail) tails.delete(name);
  })();
  tails.set(name, tail);
  await before;
  return release;
}
