import { givenKeys } from "../platform/given-keys.js";
import { lazyCore } from "../shared/core.js";
import { AuthError, isAuthError, toAuthError } from "../shared/errors.js";
import { Decider } from "./decider.js";
import { processState } from "./process.js";
import { ServerAuth } from "./auth.js";
import { answerCallback, answerProxy } from "./routes.js";

export { AuthError, isAuthError };

/** Makes `createServerClient` for one way to load the core. */
export function serverFactory(glue, source) {
  const runtime = lazyCore(glue, source);
  return (options) => new ServerClient(runtime, glue, options);
}

/** What outlives a request: the options, what was learnt of the issuer, and what has just changed. */
class ServerClient {
  #runtime;
  #glue;
  #shared;
  #decider;

  constructor(runtime, glue, { store, fetch, clock, privateKey, errors = "result", errorPath = "/", ...options } = {}) {
    this.#runtime = runtime;
    this.#glue = glue;
    const { cookies, proxyPath, origins, issuerAliases, ...client } = options;
    const { keys, clientKey } = keyOptions(privateKey);
    const name = [client.issuer, client.clientId, client.redirectUri, cookies?.name].join(" ");
    this.#shared = {
      ...processState(name),
      client: JSON.stringify({ ...client, clientKey, backgroundRefresh: "never" }),
      server: JSON.stringify({ ...options, stored: Boolean(store) }),
      redirectUri: String(options.redirectUri),
      store,
      fetch,
      clock,
      keys,
      errors,
      errorPath,
    };
  }

  async ready() {
    (await this.#start()).check();
  }

  async open(request, { refresh = true } = {}) {
    const decider = await this.#start();
    const auth = new ServerAuth(this.#shared, this.#glue.Core, decider, request);
    await auth.begin(refresh);
    return auth;
  }

  /** The session of a request of which only the headers are known, and which cannot be answered with cookies. */
  async read(headers) {
    const address = new URL(this.#shared.redirectUri);
    const auth = await this.open(new Request(address.origin, { headers }), { refresh: false });
    return auth.session;
  }

  async callback(request) {
    return answerCallback(await this.open(request, { refresh: false }), this.#shared);
  }

  async proxy(request) {
    return answerProxy(this, await this.#start(), request);
  }

  async #start() {
    if (this.#decider) return this.#decider;
    await this.#runtime.start();
    try {
      return (this.#decider = new Decider(new this.#glue.Server(this.#shared.server), this.#shared.clock));
    } catch (thrown) {
      throw toAuthError(thrown);
    }
  }
}

/** The key goes to the platform, which signs with it; the core is told only what kind it is. */
function keyOptions(privateKey) {
  if (privateKey === undefined) return {};
  const { key = privateKey, alg = key.alg, kid = key.kid } = privateKey;
  return { keys: givenKeys({ client: key }), clientKey: { alg, ...(kid && { kid }) } };
}
