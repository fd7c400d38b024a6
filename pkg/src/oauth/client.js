import { call, Client } from "../client/index.js";
import { givenKeys } from "../platform/given-keys.js";
import { keyEffects } from "../platform/keys.js";
import { lazyCore } from "../shared/core.js";
import { settle } from "../shared/result.js";
import { watch } from "./watch.js";

export { AuthError, isAuthError } from "../client/index.js";

/** Makes `createClient` for one way to load the whole core. */
export function clientFactory(glue, source) {
  const runtime = lazyCore(glue, source);
  return (options) => new OauthClient(runtime, glue.Core, options);
}

/** The client with the whole of OAuth: what servers, agents and demanding providers need besides. */
export class OauthClient extends Client {
  #errors;

  constructor(runtime, Core, { privateKey, ...options } = {}) {
    super(runtime, Core, { ...options, ...keyOptions(privateKey) });
    this.#errors = options.errors;
    const method = (name) => (options) => this[call](name, options);
    this.oauth = {
      clientCredentials: method("clientCredentials"),
      deleteRegistration: method("deleteRegistration"),
      discoverResource: method("discoverResource"),
      exchangeToken: method("exchangeToken"),
      frontChannelLogout: ({ url = globalThis.location?.href, ...options } = {}) =>
        settle(this.#errors, () => this[call]("frontChannelLogout", { ...options, query: new URL(url).search.slice(1) }, "throw")),
      introspect: method("introspect"),
      register: method("register"),
      renewRegistration: method("renewRegistration"),
      revoke: method("revokeToken"),
      userinfo: method("userinfo"),
      verifyLogoutToken: method("logoutTold"),
    };
  }

  watchSession(options) {
    return watch((method, asked) => this[call](method, asked, "throw"), options);
  }

  signInDevice(options) {
    return settle(this.#errors, async () => {
      const { device, ...told } = await this[call]("signInDevice", options, "throw");
      return { kind: "device", ...told, wait: (options) => this[call]("waitForDevice", { ...options, device }) };
    });
  }
}

/** The key goes to the platform, which signs with it; the core is told only what kind it is. */
function keyOptions(privateKey) {
  if (privateKey === undefined) return { keys: keyEffects };
  const { key = privateKey, alg = key.alg, kid = key.kid } = privateKey;
  const given = givenKeys({ client: key });
  return { keys: (database) => keyEffects(database, given), clientKey: { alg, ...(kid && { kid }) } };
}
