import { givenKeys } from "../platform/given-keys.js";
import { lazyCore } from "../shared/core.js";
import { AuthError, isAuthError, toAuthError } from "../shared/errors.js";
import { Decider } from "./decider.js";
import { processState } from "./process.js";
import { ServerAuth } from "./auth.js";
import { clientMembers } from "./document.js";
import { formOf } from "./form.js";
import { answerBackChannel, answerFrontChannel } from "./logout.js";
import { answerCallback, answerProxy } from "./routes.js";
import { json } from "./answer.js";

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
  #document;

  constructor(runtime, glue, { store, fetch, clock, privateKey, dpopKey, clientMetadata, errors = "result", errorPath = "/", ...options } = {}) {
    this.#runtime = runtime;
    this.#glue = glue;
    const { cookies, proxyPath, origins, issuerAliases, backChannelLogout, ...client } = options;
    const { keys, clientKey } = keyOptions(privateKey, dpopKey);
    const name = [client.issuer ?? client.provider, client.clientId, client.redirectUri, cookies?.name].join(" ");
    this.#document = () => clientMembers({ ...options, privateKey, clientKey }, clientMetadata);
    this.#shared = {
      ...processState(name),
      client: JSON.stringify({ ...client, clientKey, backgroundRefresh: "never" }),
      server: JSON.stringify({ ...options, stored: Boolean(store) }),
      redirectUri: String(options.redirectUri),
      store,
      told: backChannelLogout === true,
      fetch,
      clock,
      keys,
      errors,
      errorPath,
    };
    if (client.tokenBinding === "dpop" && !dpopKey) throw invalid("dpopKey");
  }

  async ready() {
    (await this.#start()).check();
  }

  async open(request, { refresh = true } = {}) {
    return this.#open(request, refresh);
  }

  /** The session of a request of which only the headers are known, and which cannot be answered with cookies. */
  async read(headers) {
    const address = new URL(this.#shared.redirectUri);
    const auth = await this.open(new Request(address.origin, { headers }), { refresh: false });
    return auth.session;
  }

  async callback(request) {
    return answerCallback(await this.#open(request, false, await formOf(request)), this.#shared);
  }

  /** The address that the issuer loads in a hidden frame when it signs the user out. */
  async frontChannelLogout(request) {
    return answerFrontChannel(await this.open(request, { refresh: false }));
  }

  /** The address to which the issuer posts whom it has signed out. */
  async backChannelLogout(request) {
    const decider = await this.#start();
    // Nobody's cookies: the issuer asks, not a browser.
    const nobody = new Request(request.url);
    return answerBackChannel(request, this.#shared, decider, () => new ServerAuth(this.#shared, this.#glue.Core, decider, nobody));
  }

  /** The document about the client, at the address that is its id. */
  async clientMetadata(request) {
    const decider = await this.#start();
    if (new URL(request.url).pathname !== new URL(JSON.parse(this.#shared.server).clientId).pathname) return json(404, {});
    return json(200, decider.clientMetadata(this.#document()), { "cache-control": "public, max-age=300" });
  }

  async proxy(request) {
    return answerProxy(this, await this.#start(), request);
  }

  async #open(request, refresh, form) {
    const decider = await this.#start();
    const auth = new ServerAuth(this.#shared, this.#glue.Core, decider, request, form);
    await auth.begin(refresh);
    return auth;
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

/** Keys go to the platform, which signs with them; the core is told only what kind the client's is. */
function keyOptions(privateKey, dpopKey) {
  if (privateKey === undefined && dpopKey === undefined) return {};
  const { key = privateKey, alg = key?.alg, kid = key?.kid } = privateKey ?? {};
  const given = givenKeys({ ...(key && { client: key }), ...(dpopKey && { [BOUND]: dpopKey }) });
  // One key for the server: which session a token is of does not matter to it.
  const own = (name) => (name.endsWith(`:${BOUND}`) ? BOUND : name);
  const keys = {
    publicKey: (name) => given.publicKey(own(name)),
    privateKey: (name, ...rest) => given.privateKey(own(name), ...rest),
  };
  return { keys, ...(key && { clientKey: { alg, ...(kid && { kid }) } }) };
}

/** How the core's name of the key ends that tokens are bound to. */
const BOUND = "dpop";

function invalid(at) {
  const message = `The configuration is not valid. (${at})`;
  return new AuthError({ code: "config_invalid", at, message, retryable: false, sessionEnded: false });
}
