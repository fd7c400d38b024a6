import { Listeners } from "../client/listeners.js";
import { AuthError, toAuthError } from "../shared/errors.js";
import { settle } from "../shared/result.js";

/**
 * The browser's side of `edgeward/server`: tokens stay in HttpOnly cookies, and the server's route
 * does what needs them. It decides nothing; how long a token is kept the server says, too.
 */
export function createProxiedClient(options = {}) {
  return new ProxiedClient(options);
}

class ProxiedClient {
  #url;
  #errors;
  #apiOrigins;
  #fetch;
  #leave;
  #listeners = new Listeners();
  #token;
  #asking = new Map();
  /** Counts sign-outs: an answer to a question from before one is too late. */
  #epoch = 0;
  /** The sign-outs under way. */
  #signingOut;

  constructor({ url = "/api/auth", errors = "result", apiOrigins = [], fetch: given, navigate } = {}) {
    this.#url = url;
    this.#errors = errors;
    this.#apiOrigins = apiOrigins;
    this.#fetch = given ?? ((...args) => fetch(...args));
    this.#leave = navigate ?? ((address) => location.assign(address));
  }

  get state() {
    return this.#listeners.state;
  }

  /** What the server has rendered with. It counts until something else is known. */
  hydrate({ session }) {
    if (this.state.status === "loading") this.#listeners.settle(session ? signedIn(session) : SIGNED_OUT);
  }

  async ready() {
    await this.#start();
  }

  async getSession() {
    await this.#start();
    return this.state.status === "signedIn" ? this.state.session : null;
  }

  getAccessToken({ forceRefresh = false, signal } = {}) {
    return settle(this.#errors, async () => {
      signal?.throwIfAborted();
      const kept = !forceRefresh && this.#token;
      const token = kept && performance.now() < kept.until ? kept.token : (await this.#ask(forceRefresh)).token;
      signal?.throwIfAborted();
      if (!token) throw failure("session_missing", "Nobody is signed in.", true);
      return token;
    });
  }

  signIn(options = {}) {
    return settle(this.#errors, async () => {
      const { redirect } = await this.#call("auth:signIn", { returnTo: pageOf(), ...options });
      this.#leave(redirect);
    });
  }

  signOut(options = {}) {
    return settle(this.#errors, async () => {
      this.#epoch += 1;
      this.#token = undefined;
      if (this.state.status !== "signedOut") this.#tell("signed_out", { ...SIGNED_OUT, reason: "signed_out" });
      const ending = this.#call("auth:signOut", options);
      this.#signingOut = Promise.allSettled([this.#signingOut, ending]);
      const { redirect } = await ending;
      if (redirect) this.#leave(redirect);
    });
  }

  /** The server's route completes sign-ins; there is nothing to do in the page. */
  handleCallback() {
    return settle(this.#errors, () => ({ kind: "none" }));
  }

  async fetch(input, init) {
    const request = new Request(input, init);
    const { origin } = new URL(request.url);
    if (!this.#apiOrigins.includes(origin)) throw failure("origin_not_allowed", "The origin is not among `apiOrigins`.");
    const outcome = await this.getAccessToken({ signal: request.signal });
    if (outcome.ok === false) throw outcome.error;
    request.headers.set("authorization", `Bearer ${(outcome.ok ? outcome.data : outcome).token}`);
    return this.#fetch(request);
  }

  onAuthStateChange(listener) {
    const remove = this.#listeners.add(listener);
    this.#start().catch(() => {
      if (this.state.status === "loading") this.#listeners.settle(SIGNED_OUT);
    });
    return remove;
  }

  async #start() {
    if (this.state.status === "loading") await this.#ask(false);
  }

  /** Asks for the session and a token, once however many ask at the same time. */
  #ask(forceRefresh) {
    const pending = this.#asking.get(forceRefresh);
    if (pending) return pending;
    const asking = this.#session(forceRefresh).finally(() => this.#asking.delete(forceRefresh));
    this.#asking.set(forceRefresh, asking);
    return asking;
  }

  async #session(forceRefresh) {
    // Until a sign-out has ended, the cookies may still be good.
    for (let awaited; awaited !== this.#signingOut; ) await (awaited = this.#signingOut);
    const [epoch, asked] = [this.#epoch, performance.now()];
    const { tokens, session } = await this.#call("auth:signIn", { refreshToken: true, forceRefresh });
    if (epoch !== this.#epoch) throw failure("session_changed", "The session changed while the call was under way.", true);
    const { refreshToken: _, keepMs = 0, ...token } = tokens ?? {};
    this.#token = tokens && { token, until: asked + keepMs };
    this.#learn(session);
    return { token: tokens ? token : undefined };
  }

  #learn(session) {
    const { status, session: known } = this.state;
    if (status === "loading") this.#listeners.settle(session ? signedIn(session) : SIGNED_OUT);
    else if (!session && status === "signedIn") this.#tell("signed_out", { ...SIGNED_OUT, reason: "expired" });
    else if (session && status === "signedOut") this.#tell("signed_in", signedIn(session));
    else if (session && session.expiresAt !== known.expiresAt) this.#tell("token_refreshed", signedIn(session));
  }

  #tell(type, state) {
    this.#listeners.tell({ type, state });
  }

  async #call(action, args) {
    let response;
    try {
      response = await this.#fetch(this.#url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ action, args }),
        credentials: "same-origin",
        redirect: "error",
      });
    } catch (cause) {
      throw failure("network_failed", "The server cannot be reached.", false, { retryable: true, cause });
    }
    const answer = await response.json().catch(() => undefined);
    if (response.ok && answer) return answer;
    if (answer?.error?.code) throw toAuthError({ ...answer.error, status: response.status });
    const retryable = response.status >= 500 || response.status === 429;
    throw failure("server_unavailable", "The server's route does not answer as it should.", false, { retryable, status: response.status });
  }
}

const SIGNED_OUT = Object.freeze({ status: "signedOut" });

function signedIn(session) {
  return { status: "signedIn", session: Object.freeze(session), stale: false };
}

/** Where the user is, without the origin: where a sign-in leads back to. */
function pageOf() {
  return typeof location === "object" ? location.pathname + location.search : "/";
}

function failure(code, message, sessionEnded = false, { retryable = false, status, cause } = {}) {
  return new AuthError({ code, message, retryable, sessionEnded, status }, cause && { cause });
}
