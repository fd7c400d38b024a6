/** How long a change is remembered: longer than any answer takes to reach the browser. */
const LIFETIME = 10 * 60_000;
/** How many are; the one that changed longest ago goes first. */
const LIMIT = 2_000;

/**
 * What has just changed, for requests that were sent before the browser got the new cookies.
 *
 * @template T
 */
export class Recent {
  #entries = new Map();

  /** @param {string} key @returns {T | undefined} */
  get(key) {
    const entry = this.#entries.get(key);
    return entry && performance.now() < entry.until ? entry.value : undefined;
  }

  /** @param {string} key @param {T} value */
  set(key, value) {
    this.#entries.delete(key);
    this.#entries.set(key, { value, until: performance.now() + LIFETIME });
    // The order of a map is that of insertion, so the oldest come first.
    for (const [oldest, { until }] of this.#entries) {
      if (this.#entries.size <= LIMIT && performance.now() < until) break;
      this.#entries.delete(oldest);
    }
  }

  /** @param {string} key */
  delete(key) {
    this.#entries.delete(key);
  }
}
