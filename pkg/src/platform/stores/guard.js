import { within } from "../time.js";

const DEADLINE = 2_000;
/** How long a store that failed is left alone. */
const REST = 5_000;
/** How many texts that are no news are noted per key. */
const NOTED = 16;
/** How long a swap waits for its lock. It is advisory: a wedged tab must not stop the others. */
const COMMIT = 1_000;

/**
 * Stands before an adapter. Nothing here fails: what the adapter does not do, or not in time, is
 * done in memory, until the adapter works again and is told.
 */
export class Guard {
  #store;
  #locks;
  #told;
  /** The texts as they were last read or written here. */
  #known = new Map();
  /** What was written to memory only: per key every text that is no news when the store has it. */
  #owed = new Map();
  /** When the store is tried again; absent while it works. */
  #down;

  /**
   * @param {object} store an adapter
   * @param {import("../locks.js").Locks} locks
   * @param {{ failed(): void, recovered(): void }} told
   */
  constructor(store, locks, told) {
    this.#store = store;
    this.#locks = locks;
    this.#told = told;
  }

  /** @returns {Promise<string | null>} */
  get(key) {
    return this.#either((signal) => this.#read(key, signal), () => this.#known.get(key) ?? null);
  }

  /** @returns {Promise<string[]>} */
  keys(prefix) {
    const known = () => [...this.#known.keys()].filter((key) => key.startsWith(prefix));
    return this.#either(() => this.#store.keys?.(prefix) ?? known(), known);
  }

  /**
   * Writes `next`, or removes, if the text is `expected`.
   *
   * @returns {Promise<{ done: true } | { done: false, current: string | null }>}
   */
  swap(key, expected, next) {
    const stored = async (signal) => {
      if (!(await this.#exchange(key, expected, next, signal))) {
        return { done: false, current: await this.#read(key, signal) };
      }
      this.#note(key, next, signal);
      return { done: true };
    };
    const remembered = () => {
      const current = this.#known.get(key) ?? null;
      if (current !== expected) return { done: false, current };
      const own = this.#owed.get(key) ?? new Set();
      this.#owed.set(key, own);
      if (own.size < NOTED) own.add(expected);
      this.#note(key, next);
      return { done: true };
    };
    return this.#either(stored, remembered);
  }

  async #read(key, signal) {
    const text = (await this.#store.get(key)) ?? null;
    this.#note(key, text, signal);
    return text;
  }

  /**
   * What is not there is not noted either: every sign-in has a key of its own. Nor is an answer that comes
   * too late, when memory has gone on without it.
   */
  #note(key, text, signal) {
    if (signal?.aborted) return;
    if (text === null) this.#known.delete(key);
    else this.#known.set(key, text);
  }

  async #exchange(key, expected, next, signal) {
    if (this.#store.compareAndSwap) return this.#store.compareAndSwap(key, expected, next);
    const release = await this.#locks.take(`${key}:commit`, COMMIT);
    try {
      if (((await this.#store.get(key)) ?? null) !== expected || signal.aborted) return false;
      await (next === null ? this.#store.remove(key) : this.#store.set(key, next));
      return true;
    } finally {
      release?.();
    }
  }

  async #either(stored, remembered) {
    if (this.#down === undefined || (performance.now() >= this.#down && (await this.#recover()))) {
      try {
        return await within(DEADLINE, stored);
      } catch {
        this.#fall();
      }
    }
    return remembered();
  }

  #fall() {
    if (this.#down === undefined) this.#told.failed();
    this.#down = performance.now() + REST;
  }

  /** Gives the store what it is owed. What others wrote there in the meantime stays. */
  async #recover() {
    // Whoever comes while it is tried does not wait for it.
    this.#down = Infinity;
    try {
      await within(DEADLINE, async (signal) => {
        for (const [key, own] of this.#owed) {
          let next;
          do {
            const current = (await this.#store.get(key)) ?? null;
            next = this.#known.get(key) ?? null;
            if (own.has(current) && (await this.#exchange(key, current, next, signal))) own.add(next);
            else next = await this.#read(key, signal);
            if (signal.aborted) return;
            // What was swapped in memory in the meantime is owed as well.
          } while ((this.#known.get(key) ?? null) !== next);
          this.#owed.delete(key);
        }
        this.#down = undefined;
      });
    } catch {
      this.#fall();
      return false;
    }
    this.#told.recovered();
    return true;
  }
}
