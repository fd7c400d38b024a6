import { fromBase64, toBase64url, utf8 } from "./bytes.js";
import { Failed } from "./failed.js";

/** How many imported keys are kept: as many as a provider publishes. */
const KEPT = 16;
const kept = new Map();

/** WebCrypto, which pages without https lack. @throws {Failed} `runtime_unsupported` */
export function subtle() {
  const found = globalThis.crypto?.subtle;
  if (!found) throw new Failed("runtime_unsupported", "crypto.subtle");
  return found;
}

/** @param {{ bytes: number }} effect @throws {Failed} `runtime_unsupported` */
export function random({ bytes }) {
  const { crypto } = globalThis;
  if (!crypto) throw new Failed("runtime_unsupported", "crypto");
  return toBase64url(crypto.getRandomValues(new Uint8Array(bytes)));
}

/** @param {{ hash: string, data: string }} effect */
export async function digest({ hash, data }) {
  return toBase64url(await subtle().digest(hash, utf8(data)));
}

/**
 * Verifies a signature.
 *
 * @param {{ key: JsonWebKey, algorithm: object, data: string, signature: string }} effect
 * @returns {Promise<boolean>}
 * @throws {Failed} `jwk_invalid`; `algorithm_unsupported`: this place does not know it;
 *   `runtime_unsupported`: there is no WebCrypto
 */
export async function verify({ key, algorithm, data, signature }) {
  const name = JSON.stringify([key, algorithm]);
  try {
    // The one used last comes last, so that the first is the one to forget.
    const imported = kept.get(name) ?? (await subtle().importKey("jwk", key, algorithm, false, ["verify"]));
    kept.delete(name);
    kept.set(name, imported);
    if (kept.size > KEPT) kept.delete(kept.keys().next().value);
    return await subtle()
      .verify(algorithm, imported, fromBase64(signature), utf8(data))
      // What WebCrypto refuses to look at is not a valid signature either.
      .catch((error) => (error.name === "NotSupportedError" ? Promise.reject(error) : false));
  } catch (error) {
    if (error instanceof Failed) throw error;
    throw new Failed(error.name === "NotSupportedError" ? "algorithm_unsupported" : "jwk_invalid");
  }
}

/** The members that make a public key (RFC 7638 §3.2). @param {JsonWebKey} jwk */
export function publicMembers({ kty, crv, x, y, n, e }) {
  // Absent members are not written as JSON.
  return { kty, crv, x, y, n, e };
}
