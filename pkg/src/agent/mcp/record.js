/**
 * What is kept about one MCP server: the registration and the tokens. Every change is a
 * compare-and-swap, so that whoever else writes (another process, a sign-out) is never overwritten.
 *
 * @typedef {object} Held
 * @property {number} generation counts the token sets; 0 means that there never was one
 * @property {object} [client] the registration, with its issuer
 * @property {object} [tokens] with their issuer
 */
export class Record {
  #store;
  #key;

  /** @param {import("../index.js").StorageAdapter} store @param {string} server */
  constructor(store, server) {
    this.#store = store;
    this.#key = `edgeward:mcp:${server}`;
  }

  /** @returns {Promise<Held>} */
  async read() {
    return parsed(await this.#store.get(this.#key));
  }

  /**
   * Changes what is kept. `change` gives what it shall be, or nothing if there is nothing to do; it
   * is asked again when somebody else was faster.
   *
   * @param {(held: Held) => Held | undefined} change
   * @returns {Promise<Held>} what is kept now
   */
  async change(change) {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const text = await this.#store.get(this.#key);
      const held = parsed(text);
      const next = change(held);
      if (next === undefined) return held;
      if (await this.#swap(text ?? null, JSON.stringify(next))) return next;
    }
    throw new Error("The store changes faster than it can be written.");
  }

  /** Where it is kept. */
  get key() {
    return this.#key;
  }

  async #swap(expected, next) {
    if (this.#store.compareAndSwap) return this.#store.compareAndSwap(this.#key, expected, next);
    if (((await this.#store.get(this.#key)) ?? null) !== expected) return false;
    await this.#store.set(this.#key, next);
    return true;
  }
}

const ATTEMPTS = 20;
/** What cannot be read counts as nothing: it costs a sign-in, never an exception in every call. */
function parsed(text) {
  try {
    const held = JSON.parse(text ?? "null");
    if (typeof held === "object" && held !== null && Number.isSafeInteger(held.generation)) return held;
  } catch {
    // Falls through to an empty record.
  }
  return { generation: 0 };
}
