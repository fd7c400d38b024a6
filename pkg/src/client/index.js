import { aborted, Driver } from "../platform/driver.js";
import { Platform } from "../platform/index.js";
import { lazyCore } from "../shared/core.js";
import { AuthError, isAuthError, toAuthError } from "../shared/errors.js";
import { settle } from "../shared/result.js";
import { Listeners } from "./listeners.js";

export { AuthError, isAuthError };

/** The name of the method by which entries with a larger core call what only that one knows. */
export const call = Symbol("call");

/** Makes `createClient` for one way to load the core. */
export function clientFactory(glue, source) {
  const runtime = lazyCore(glue, source);
  return (options) => new Client(runtime, glue.Core, options);
}

/** Ends what clients began that nobody can reach any more. */
let forgotten;

/** A thin shell: it loads the core, answers as the caller chose, and tells listeners. */
export class Client {
  #runtime;
  #Core;
  #options;
  #errors;
  #fetch;
  #reach;
  #starting;
  #listeners = new Listeners(this);
  /**
   * The platform, the driver, and whether that is over. Timers, channels and listeners of the page hold
   * these, and never the client.
   */
  #own = {};

  constructor(runtime, Core, { errors = "result", storage, fetch, clock, logger, keys, ...options } = {}) {
    this.#runtime = runtime;
    this.#Core = Core;
    this.#options = options;
    this.#errors = errors;
    this.#fetch = fetch ?? ((request) => globalThis.fetch(request));
    const name = ["edgeward", options.issuer, options.clientId].join(":");
    const own = this.#own;
    const told = toldOf(own, this.#listeners);
    // Not before it is needed: workerd forbids nearly everything at global scope.
    this.#reach = () => {
      if (own.over) throw aborted();
      if (!own.platform) {
        own.platform = new Platform({ storage, name, fetch, clock, logger }, told, keys);
        forgotten ??= globalThis.FinalizationRegistry && new FinalizationRegistry(end);
        forgotten?.register(this, own, own);
      }
      return own.platform;
    };
    // What is called as a function of its own, by a hook or in place of the global fetch.
    this.fetch = this.fetch.bind(this);
  }

  get state() {
    return this.#listeners.state;
  }

  async ready() {
    await this.#start();
  }

  signIn(options) {
    return this[call]("signIn", options);
  }

  signInPopup(options) {
    return settle(this.#errors, async () => {
      const { popups } = this.#reach();
      // A browser opens windows in a click's own turn only: nothing was awaited yet.
      popups.reserve();
      try {
        return await this[call]("signInPopup", options, "throw");
      } finally {
        popups.release();
      }
    });
  }

  handleCallback(url, options) {
    return this[call]("handleCallback", { ...options, url });
  }

  async getSession() {
    return (await this.#start()).call("getSession");
  }

  getAccessToken(options) {
    return this[call]("getAccessToken", options);
  }

  async fetch(input, init) {
    const request = new Request(input, init);
    try {
      const driver = await this.#start();
      const { url, method } = request;
      const { origin } = new URL(url);
      // A body that was sent is gone; a stream cannot be kept for a second time.
      const again = request.body && init?.body instanceof ReadableStream ? undefined : request.clone();
      const first = await driver.call("authorize", { origin, url, method }, request);
      const answer = await this.#fetch(dressed(request, first));
      if (answer.status !== 401 || !again) return answer;
      const refused = first.headers.find(([name]) => name === "authorization")[1];
      const seen = { status: answer.status, headers: [...answer.headers] };
      const asked = { origin, url, method, refused, answer: seen };
      const second = await driver.call("authorize", asked, request).catch(() => null);
      if (!second) return answer;
      // The connection is free again before it is asked for another time.
      answer.body?.cancel().catch(() => {});
      return await this.#fetch(dressed(again, second));
    } catch (thrown) {
      if (request.signal.aborted) throw request.signal.reason;
      throw thrown instanceof TypeError ? thrown : toAuthError(thrown);
    }
  }

  signOut(options) {
    return this[call]("signOut", options);
  }

  onAuthStateChange(listener, { signal } = {}) {
    const remove = this.#listeners.add(listener);
    signal?.addEventListener("abort", remove);
    // Whoever listens wants to know the state, also when it cannot be found out.
    this.#start().catch(() => this.#own.over || this.#listeners.settle({ status: "signedOut" }));
    return remove;
  }

  asTokenFetcher(options) {
    return async ({ forceRefreshToken = false } = {}) => {
      try {
        const asked = { ...options, forceRefresh: forceRefreshToken };
        const { token } = await this[call]("getAccessToken", asked, "throw");
        return token;
      } catch {
        // Convex takes an exception for the end of everything, and null for being signed out.
        return null;
      }
    };
  }

  dispose() {
    forgotten?.unregister(this.#own);
    end(this.#own);
  }

  [Symbol.asyncDispose ?? Symbol("asyncDispose")]() {
    this.dispose();
  }

  [call](method, { signal, ...args } = {}, errors = this.#errors) {
    return settle(errors, async () => (await this.#start()).call(method, args, { signal }));
  }

  /** The driver of the core, made once; a failed attempt may be repeated. */
  #start() {
    return (this.#starting ??= this.#begin().catch((thrown) => {
      this.#starting = undefined;
      throw toAuthError(thrown);
    }));
  }

  async #begin() {
    const own = this.#own;
    await this.#runtime.start();
    const platform = this.#reach();
    const core = new this.#Core(JSON.stringify(this.#options));
    // Known before it is awaited, so that `dispose` ends it as well.
    own.driver = new Driver(core, platform, toldOf(own, this.#listeners));
    this.#listeners.settle(await own.driver.call("start"));
    return own.driver;
  }
}

/** What is told of what happens. A function of its own: those inside of the class would hold its `this`. */
function toldOf(own, listeners) {
  return {
    onNotice: (notice) => own.driver?.notice(notice),
    onWarning: (event) => listeners.tell({ ...event, state: listeners.state }),
    // Every listener is told of the first state, whenever it comes; so that event is no news.
    onEvent: (event) => event.type !== "initial" && listeners.tell(event),
  };
}

function end(own) {
  own.over = true;
  (own.driver ?? own.platform)?.dispose();
}

function dressed(request, { headers }) {
  for (const [name, value] of headers) request.headers.set(name, value);
  return request;
}
