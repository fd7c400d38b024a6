/** Whoever reads encrypted tokens: keys of every key management, and npm `jose` as the sender. */
import { randomBytes } from "node:crypto";
import { CompactEncrypt, exportJWK, generateKeyPair } from "jose";

export const AGREEMENTS = ["ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A256KW"];
export const ENCRYPTIONS = ["A128GCM", "A256GCM", "A128CBC-HS256", "A256CBC-HS512"];
/** How many bytes the secret of `dir` has. */
export const DIRECT_LENGTHS = { A128GCM: 16, A256GCM: 32, "A128CBC-HS256": 32, "A256CBC-HS512": 64 };
const CURVES = ["P-256", "P-384", "P-521", "X25519"];

/** Readers' keys: `seal` is what the sender has, `jwk` what the reader has. */
export async function readers() {
  const pairs = CURVES.map(async (crv) => reader(`reader-${crv}`, await pair("ECDH-ES", { crv }), AGREEMENTS));
  const rsa = reader("reader-RSA", await pair("RSA-OAEP-256"), ["RSA-OAEP-256"]);
  const wraps = ["A128KW", "A256KW"].map((alg) => shared(`reader-${alg}`, alg, Number(alg.slice(1, 4)) / 8, ENCRYPTIONS));
  const direct = ENCRYPTIONS.map((enc) => shared(`reader-${enc}`, "dir", DIRECT_LENGTHS[enc], [enc], enc));
  return Promise.all([...pairs, rsa, ...wraps, ...direct]);
}

/** Encrypts for a reader; `undefined` in `header` removes a member. */
export function seal(key, content, header) {
  const plaintext = new TextEncoder().encode(content);
  const protectedHeader = { alg: key.algorithms[0], enc: key.encryptions[0], kid: key.kid, cty: "JWT", ...header };
  return new CompactEncrypt(plaintext).setProtectedHeader(dropUndefined(protectedHeader)).encrypt(key.seal);
}

function pair(alg, options = {}) {
  return generateKeyPair(alg, { extractable: true, ...options });
}

async function reader(kid, { publicKey, privateKey }, algorithms) {
  const jwk = { ...(await exportJWK(privateKey)), kid, use: "enc" };
  return { kid, seal: publicKey, jwk, algorithms, encryptions: ENCRYPTIONS };
}

function shared(kid, alg, length, encryptions, bound = alg) {
  const seal = randomBytes(length);
  const jwk = { kty: "oct", kid, alg: bound, k: seal.toString("base64url") };
  return { kid, seal, jwk, algorithms: [alg], encryptions };
}

function dropUndefined(object) {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}
