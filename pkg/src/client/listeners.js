/**
 * The state, and who is told of changes. Listeners run in a microtask after the change, so they
 * may call the client, and one that throws harms nobody.
 */
export class Listeners {
  state = Object.freeze({ status: "loading" });
  /** Each listener, and whether it has had its first event. */
  #told = new Map();
  #client;
  /** While somebody listens, the client is not forgotten. */
  #kept;

  /** @param {object} [client] who is to be kept */
  constructor(client) {
    this.#client = client && globalThis.WeakRef && new WeakRef(client);
  }

  /** Adds a listener. The same function may be added twice. */
  add(listener) {
    const entry = (event) => listener(event);
    this.#told.set(entry, false);
    this.#kept = this.#client?.deref();
    if (this.state.status !== "loading") queueMicrotask(() => this.#greet(entry));
    return () => {
      this.#told.delete(entry);
      if (!this.#told.size) this.#kept = undefined;
    };
  }

  /** The state is known, and nothing has happened. */
  settle(state) {
    this.state = Object.freeze(state);
    queueMicrotask(() => [...this.#told.keys()].forEach((entry) => this.#greet(entry)));
  }

  /** Something happened. */
  tell(event) {
    this.state = Object.freeze(event.state);
    queueMicrotask(() => {
      for (const [entry, greeted] of [...this.#told]) {
        // The first event of a listener is always "initial".
        if (greeted) this.#call(entry, event);
        else this.#greet(entry);
      }
    });
  }

  #greet(entry) {
    if (this.#told.get(entry) !== false) return;
    this.#told.set(entry, true);
    this.#call(entry, { type: "initial", state: this.state });
  }

  #call(entry, event) {
    if (!this.#told.has(entry)) return;
    try {
      const pending = entry(event);
      if (typeof pending?.then === "function") pending.then(undefined, report);
    } catch (error) {
      report(error);
    }
  }
}

/** Shows a listener's exception as the runtime shows any other, without breaking the loop. */
function report(error) {
  if (typeof reportError === "function") reportError(error);
  else console.error(error);
}
