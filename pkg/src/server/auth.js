import { Driver } from "../platform/driver.js";
import { AuthError, toAuthError } from "../shared/errors.js";
import { settle } from "../shared/result.js";
import { dressed, redirect, refused } from "./answer.js";
import { RequestPlatform } from "./platform.js";
import { Shelf } from "./shelf.js";

/** The session of the browser that one request comes from. */
export class ServerAuth {
  #shared;
  #Core;
  #decider;
  #request;
  #form;
  #seen;
  #shelf;
  #platform;
  #driver;
  #kept;
  #session = null;
  #failure;

  constructor(shared, Core, decider, request, form) {
    this.#shared = shared;
    this.#Core = Core;
    this.#decider = decider;
    this.#request = request;
    this.#form = form;
    this.#seen = decider.open(request, form);
    this.#shelf = new Shelf(shared, this.#seen);
  }

  get session() {
    return this.#session;
  }

  get failure() {
    return this.#failure;
  }

  /** Reads the session, and refreshes it where that is due. */
  async begin(refresh) {
    if (this.#seen.unreadable) await this.#shelf.forget();
    const record = await this.#shelf.record().catch(() => null);
    if (this.#shelf.failure) return this.#unavailable();
    // A store that does not know the session has forgotten it.
    if (this.#seen.session && record === null && this.#shared.store) await this.#shelf.forget();
    if (record === null) return;
    const { verdict, validity } = await this.#judge(record);
    if (this.#shelf.failure) return this.#unavailable();
    if (verdict === "clear") return this.#shelf.forget();
    if (verdict === "due" && refresh) await this.#try(() => this.#call("getAccessToken", { minValiditySeconds: validity }));
    await this.#look();
  }

  getAccessToken({ signal, ...options } = {}) {
    return this.#settle(async () => {
      const token = await this.#call("getAccessToken", options, signal).catch((error) => {
        if (this.#shelf.failure) this.#unavailable();
        throw this.#shelf.failure ? this.#failure : error;
      });
      await this.#look();
      return token;
    });
  }

  async signIn({ returnTo, ...options } = {}) {
    if (!this.#seen.own) return this.applyTo(refused());
    const { pathname, search } = new URL(this.#request.url);
    const appState = { returnTo: this.#decider.returnTo(returnTo ?? pathname + search) };
    await this.#call("signIn", { ...options, appState });
    return this.applyTo(redirect(this.#platform.leaving));
  }

  handleCallback() {
    return this.#settle(async () => {
      if (!this.#seen.callback) return { kind: "none" };
      const query = this.#form ?? new URL(this.#request.url).search.slice(1);
      this.#shelf.renew();
      this.#release();
      try {
        const result = await this.#call("handleCallback", { url: `${this.#shared.redirectUri}?${query}` });
        await this.#look();
        return result;
      } catch (thrown) {
        // What may succeed later may be tried again: cookies and code stay.
        if (thrown.retryable) this.#shelf.discard();
        else this.#shelf.restore();
        throw thrown;
      }
    });
  }

  async signOut({ returnTo = "/", ...options } = {}) {
    if (!this.#seen.own) return this.applyTo(refused());
    await this.#call("signOut", options);
    this.#session = null;
    return this.applyTo(redirect(this.#platform.leaving ?? this.#decider.returnTo(returnTo)));
  }

  /** Ends the session where the issuer's request in a hidden frame is about it. */
  async frontChannelLogout() {
    if (!this.#session) return false;
    const query = new URL(this.#request.url).search.slice(1);
    const ended = await this.#call("frontChannelLogout", { query });
    this.#session = null;
    return ended;
  }

  /** Writes a text into the store that is nobody's session. */
  note(key, text) {
    return this.#shelf.write(key, text);
  }

  /** Whom a logout token has signed out. */
  async loggedOut(body) {
    try {
      return await this.#call("logoutTold", { body });
    } finally {
      this.#release();
    }
  }

  /** How long a page may keep the token, in milliseconds. */
  async keepMillis() {
    const record = await this.#shelf.record();
    return record === null ? 0 : this.#decider.judge(record).keep;
  }

  async applyTo(response) {
    const { lines } = await this.#keep();
    return dressed(response, { lines, own: this.#seen.own, personal: this.#session !== null || lines.length > 0 });
  }

  /** The request's headers as the browser would send them after the answer, for what handles it next. */
  async requestHeaders() {
    const { cookie, lines } = await this.#keep();
    const headers = new Headers(this.#request.headers);
    if (lines.length > 0 && cookie) headers.set("cookie", cookie);
    else if (lines.length > 0) headers.delete("cookie");
    return headers;
  }

  /** The lines, made once for what has happened so far. */
  async #keep() {
    if (this.#kept) return this.#kept;
    // An outage leaves the cookies as they are.
    const changes = this.#seen.own && !this.#failure?.retryable ? await this.#shelf.changes((record) => this.#decider.judge(record)) : {};
    const cookie = this.#request.headers.get("cookie") ?? "";
    const kept = Object.keys(changes).length > 0 ? this.#decider.keep(cookie, changes) : { lines: [], cookie };
    this.#release();
    return (this.#kept = kept);
  }

  /** The verdict about a session, of which the issuer may have said that it is over. */
  async #judge(record) {
    const verdict = this.#decider.judge(record);
    if (!verdict.endings?.length) return verdict;
    const ended = await Promise.all(verdict.endings.map((key) => this.#shelf.note(key))).catch(() => []);
    return ended.some((text) => text !== null) ? this.#decider.judge(record, ended) : verdict;
  }

  /** Runs what may fail without the request failing. */
  async #try(work) {
    try {
      await work();
    } catch (thrown) {
      const error = toAuthError(thrown);
      if (!error.sessionEnded) this.#failure = error;
    }
  }

  async #look() {
    this.#session = await this.#call("getSession");
    if (this.#shelf.failure) this.#unavailable();
  }

  #unavailable() {
    const message = "The store of the sessions cannot be reached.";
    const fields = { code: "storage_unavailable", message, retryable: true, sessionEnded: false };
    this.#failure = new AuthError(fields, { cause: this.#shelf.failure });
    this.#session = null;
  }

  #settle(work) {
    return settle(this.#shared.errors, work);
  }

  async #call(method, args, signal) {
    this.#kept = undefined;
    this.#driver ??= this.#drive();
    try {
      return await this.#driver.call(method, args, { signal });
    } catch (thrown) {
      throw toAuthError(thrown);
    }
  }

  #drive() {
    this.#platform = new RequestPlatform(this.#shared, this.#shelf, this.#request.url);
    return new Driver(new this.#Core(this.#shared.client), this.#platform);
  }

  /** Lets the core go as soon as it has nothing to do. */
  #release() {
    const driver = this.#driver;
    this.#driver = undefined;
    if (driver) this.#platform.whenIdle(() => driver.dispose());
  }
}
