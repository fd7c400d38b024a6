/** The gateway in workerd between a scripted provider and the echoing origin. */
import { startOrigin } from "../../examples/spa/origin.mjs";
import { startWorker } from "../../examples/spa/gateway.mjs";
import { startScriptedProvider } from "./scripted-provider.mjs";
import { bearer, send } from "./http.mjs";
import { AUDIENCE, goodClaims, makeKey, sign } from "./tokens.mjs";

/**
 * Starts a gateway of its own for a test, with empty caches; everything stops when the test ends.
 *
 * @param {import("node:test").TestContext} test
 * @param {object} [o]
 * @param {object[]} [o.routes]
 * @param {object[]} [o.keys] what the provider publishes, made by `makeKey`; by default one ES256 key
 * @param {(provider: object) => object[]} [o.issuers] the issuers' configuration
 * @param {object | ((provider: object) => object)} [o.config] changes to the configuration
 * @param {(provider: object) => unknown} [o.rawConfig] a configuration in place of the good one
 * @param {boolean} [o.asText] gives the configuration as JSON text
 * @param {object} [o.bindings] more bindings
 * @param {object} [o.options] more of miniflare's options
 * @param {string} [o.stateDir] keeps what the Cache API and Durable Objects hold
 * @param {boolean} [o.kv] binds the KV namespace `KEYS` and has key sets kept there
 * @param {(gateway: object) => object[]} [o.beside] further Workers, given the gateway's own settings
 * @param {(line: { level: string, message: string }) => void} [o.onLog] takes what is logged
 * @param {boolean} [o.inspector] opens workerd's inspector
 */
export async function startEdge(test, o = {}) {
  const keys = o.keys ?? [await makeKey("ES256", "key-1")];
  const provider = await startScriptedProvider(keys.map(({ jwk }) => jwk));
  test.after(() => provider.close());
  const origin = await startOrigin({ allowedOrigins: [PAGE] });
  test.after(() => origin.close());
  const config = o.rawConfig ? o.rawConfig(provider) : goodConfig(provider, origin, o);
  const text = JSON.stringify(config);
  const variable = text === undefined ? {} : { EDGEWARD: o.asText ? text : JSON.parse(text) };
  const bindings = { ...variable, ...o.bindings };
  const { stateDir, beside, onLog, inspector } = o;
  const options = o.kv ? { kvNamespaces: ["KEYS"], ...o.options } : o.options;
  const worker = await startWorker({ bindings, options, stateDir, beside, onLog, inspector });
  test.after(() => worker.close());
  return new Edge({ url: worker.url, worker, bindings, provider, origin, keys, key: keys[0] });
}

function goodConfig(provider, origin, o) {
  return {
    development: true,
    origin: origin.url,
    allowed_origins: [PAGE],
    issuers: o.issuers?.(provider) ?? [issuerConfig(provider)],
    routes: o.routes ?? [],
    ...(o.kv ? { jwks_cache_binding: "KEYS" } : {}),
    ...(typeof o.config === "function" ? o.config(provider) : o.config),
  };
}

/** A page that may read the gateway's answers. */
export const PAGE = "http://127.0.0.1:3999";

/** The usual configuration of an issuer. */
export function issuerConfig(provider, changes = {}) {
  return { issuer: provider.issuer, audience: [AUDIENCE], algorithms: ["ES256"], ...changes };
}

class Edge {
  constructor(parts) {
    Object.assign(this, parts);
  }

  /** A token that passes, with changes to its claims and header. */
  token(claims = {}, header = {}, key = this.key) {
    return sign(key, goodClaims(this.provider.issuer, claims), header);
  }

  /** Sends a request as written. */
  send(path = "/", options = {}) {
    return send(this.url + path, options);
  }

  /** Calls with a token. */
  call(token, path = "/", { headers = [], ...options } = {}) {
    return this.send(path, { headers: [bearer(token), ...headers], ...options });
  }
}
