/**
 * The state, and who is told of changes. Listeners run in a microtask after the change, so they
 * may call the client, and one that throws harms nobody.
 */
export class Listeners {
  state = Object.freeze({ status: "loading" });
  /** Each listener, and whether it has had its first event. */
  #told = new Map();
  /** What is told once the state is known. */
  #early;
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
    if (this.state.status !== "loading") queueMicrotask(() => this.#call(entry, { type: "initial" }));
    return () => {
      this.#told.delete(entry);
      if (!this.#told.size) this.#kept = undefined;
    };
  }

  /** The state is known, and nothing has happened. */
  settle(state) {
    this.tell({ type: "initial", state });
    if (this.#early) this.tell({ ...this.#early, state });
    this.#early = undefined;
  }

  /** Something happened. */
  tell(event) {
    if (event.state.status === "loading") return void (this.#early = event);
    this.state = Object.freeze(event.state);
    queueMicrotask(() => [...this.#told.keys()].forEach((entry) => this.#call(entry, event)));
  }

  async #call(entry, event) {
    const greeted = this.#told.get(entry);
    // It has left, or knows the state.
    if (greeted === undefined || (greeted && event.type === "initial")) return;
    this.#told.set(entry, true);
    try {
      // The first event of a listener is always "initial", and no other one is.
      await entry(greeted ? event : { type: "initial", state: this.state });
    } catch (error) {
      report(error);
    }
  }
}

/** Shows a listener's exception as the runtime shows any other, without breaking the loop. */
function report(error) {
  (globalThis.reportError ?? console.error)(error);
}
