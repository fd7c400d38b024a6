import { AuthError, isAuthError, toAuthError } from "../shared/errors.js";
import { lazyCore } from "../shared/core.js";
import { settle } from "../shared/result.js";
import { Listeners } from "./listeners.js";

export { AuthError, isAuthError };

/** Makes `createClient` for one way to load the core. */
export function clientFactory(glue, source) {
  const runtime = lazyCore(glue, source);
  return (options) => new Client(runtime, glue.Client, options);
}

/** A thin shell: it loads the core, answers as the caller chose, and tells listeners. */
class Client {
  #runtime;
  #Core;
  #options;
  #errors;
  #core;
  #starting;
  #listeners = new Listeners();

  constructor(runtime, Core, { errors = "result", ...options } = {}) {
    this.#runtime = runtime;
    this.#Core = Core;
    this.#options = options;
    this.#errors = errors;
  }

  get state() {
    return this.#listeners.state;
  }

  async ready() {
    await this.#start();
  }

  signIn(options) {
    return this.#settle((core) => core.signIn(options));
  }

  handleCallback(url) {
    return this.#settle((core) => core.handleCallback(url));
  }

  async getSession() {
    return (await this.#start()).getSession();
  }

  getAccessToken() {
    return this.#settle((core) => core.getAccessToken());
  }

  async fetch(input, init) {
    const request = new Request(input, init);
    const core = await this.#start();
    try {
      request.headers.set("authorization", `Bearer ${core.tokenFor(new URL(request.url).origin)}`);
    } catch (thrown) {
      throw toAuthError(thrown);
    }
    return fetch(request);
  }

  signOut(options) {
    return this.#settle((core) => core.signOut(options));
  }

  onAuthStateChange(listener) {
    const remove = this.#listeners.add(listener);
    // Whoever listens wants to know the state, also when it cannot be found out.
    this.#start().catch(() => this.#listeners.settle({ status: "signedOut" }));
    return remove;
  }

  #settle(operation) {
    return settle(this.#errors, async () => operation(await this.#start()));
  }

  /** The core's client, made once; a failed attempt may be repeated. */
  async #start() {
    if (this.#core) return this.#core;
    try {
      return await (this.#starting ??= this.#begin());
    } finally {
      this.#starting = undefined;
    }
  }

  async #begin() {
    await this.#runtime.start();
    try {
      const core = new this.#Core(this.#options, (event) => this.#listeners.tell(event));
      this.#listeners.settle(core.state());
      return (this.#core = core);
    } catch (thrown) {
      throw toAuthError(thrown);
    }
  }
}
