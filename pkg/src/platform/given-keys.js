import { fromBase64 } from "./bytes.js";
import { publicMembers, subtle } from "./crypto.js";
import { Failed } from "./failed.js";

/**
 * Keys that the application has: for `private_key_jwt`, or a DPoP key of its own.
 *
 * @param {Record<string, CryptoKey | CryptoKeyPair | JsonWebKey | string>} keys by the name that the
 *   core signs with; a string is PKCS #8 in PEM
 */
export function givenKeys(keys) {
  const imported = new Map();
  const own = (name) => (Object.hasOwn(keys, name) ? keys[name] : undefined);
  return {
    /** Nothing: it is not given, or only its private half is. */
    async publicKey(name) {
      const key = own(name);
      const jwk = key?.publicKey ? await subtle().exportKey("jwk", key.publicKey) : key;
      if (typeof jwk?.kty !== "string" || jwk.kty === "oct") return undefined;
      return publicMembers(jwk);
    },
    /**
     * @param {string} name
     * @param {object} algorithm that of the signature
     * @param {object} [importing] what the key is imported for, where the signature's does not tell
     * @throws {Failed} `config_invalid`: it is no key, or not one for this algorithm
     */
    async privateKey(name, algorithm, importing = importFor(algorithm)) {
      const key = own(name);
      if (key === undefined) return undefined;
      const found = key.privateKey ?? (isCryptoKey(key) ? key : undefined);
      if (found) return found.algorithm?.name === algorithm.name ? found : refuse();
      const id = JSON.stringify([name, importing]);
      if (!imported.has(id)) imported.set(id, await load(key, importing).catch(refuse));
      return imported.get(id);
    },
  };
}

async function load(key, importing) {
  if (typeof key !== "string") {
    // What the application's key says of its own use is the application's affair.
    const { key_ops, use, ext, alg, ...jwk } = key;
    return subtle().importKey("jwk", jwk, importing, false, ["sign"]);
  }
  const [, base64] = /^\s*-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END PRIVATE KEY-----\s*$/.exec(key) ?? [];
  return subtle().importKey("pkcs8", fromBase64(base64.replace(/\s/g, "")), importing, false, ["sign"]);
}

/**
 * What a key is imported for, as far as the signature's algorithm tells: the curve by the hash
 * (RFC 7518 §3.4), and the hash by the salt, which is as long (§3.5).
 */
function importFor(algorithm) {
  const { name, saltLength } = algorithm;
  const hash = algorithm.hash?.name ?? algorithm.hash ?? `SHA-${saltLength * 8}`;
  const bits = hash.slice(4);
  return { hash, namedCurve: `P-${bits === "512" ? 521 : bits}`, name };
}

function isCryptoKey(key) {
  return typeof CryptoKey === "function" && key instanceof CryptoKey;
}

function refuse() {
  throw new Failed("config_invalid", "keys");
}
