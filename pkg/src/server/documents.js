/** How long what an issuer publishes is taken from memory. */
const LIFETIME = 10 * 60_000;
const LIMIT = 32;

/**
 * What issuers publish, for all requests of a server: otherwise each would ask for it anew. A
 * request that asks a second time has found that it is not what it needs, and gets it from the
 * network: the issuer may have new keys.
 */
export class Documents {
  #kept = new Map();

  /**
   * A `fetch` effect for one request of the server.
   *
   * @param {(effect: object, signal: AbortSignal) => Promise<object>} send
   */
  reader(send) {
    const asked = new Set();
    return async (effect, signal) => {
      const { method, url, headers } = effect.request;
      const published = method === "GET" && !headers.some(([name]) => name.toLowerCase() === "authorization");
      if (!published) return send(effect, signal);
      const kept = this.#kept.get(url);
      const first = !asked.has(url);
      asked.add(url);
      if (first && kept && performance.now() < kept.until) return kept.answer;
      const answer = await send(effect, signal);
      if (answer.status === 200) this.#keep(url, answer);
      return answer;
    };
  }

  #keep(url, answer) {
    this.#kept.delete(url);
    if (/no-store/i.test(answer.headers.find(([name]) => name === "cache-control")?.[1] ?? "")) return;
    this.#kept.set(url, { answer, until: performance.now() + LIFETIME });
    if (this.#kept.size > LIMIT) this.#kept.delete(this.#kept.keys().next().value);
  }
}
