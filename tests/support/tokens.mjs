/** Keys and tokens made by npm `jose`, which shares no code with the product. */
import { CompactSign, exportJWK, generateKeyPair } from "jose";

/** Every asymmetric algorithm that a verifier here can be told to accept. */
export const ASYMMETRIC = [
  "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519",
];

export const AUDIENCE = "https://api.example";

/**
 * Makes a key pair.
 *
 * @param {string} alg
 * @param {string} kid
 * @returns {Promise<{ alg: string, kid: string, privateKey: CryptoKey, jwk: object }>} `jwk` is public
 */
export async function makeKey(alg, kid) {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { alg, kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: "sig" } };
}

/** Now, in seconds. */
export function now() {
  return Math.floor(Date.now() / 1000);
}

/** Claims that a gateway accepts; `undefined` in `changes` removes a claim. */
export function goodClaims(issuer, changes = {}) {
  return {
    iss: issuer,
    aud: AUDIENCE,
    sub: "ada",
    scope: "read write",
    iat: now(),
    exp: now() + 300,
    ...changes,
  };
}

/**
 * Signs claims.
 *
 * @param {{ alg: string, kid: string, privateKey: CryptoKey }} key
 * @param {object | string} claims a string is signed as it is
 * @param {object} [header] changes to the protected header; `undefined` removes a member
 */
export async function sign(key, claims, header = {}) {
  const text = typeof claims === "string" ? claims : JSON.stringify(claims);
  const protectedHeader = dropUndefined({ alg: key.alg, kid: key.kid, typ: "JWT", ...header });
  const signer = new CompactSign(new TextEncoder().encode(text)).setProtectedHeader(protectedHeader);
  return signer.sign(key.privateKey ?? key.secret, { crit: { "https://claims.example/odd": true } });
}

/**
 * Puts a token together without any rule, for what no decent library signs.
 *
 * @param {object} header
 * @param {object} claims
 * @param {(input: string) => Buffer | Promise<Buffer>} signature given the signing input
 */
export async function forge(header, claims, signature) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const input = `${part(header)}.${part(claims)}`;
  return `${input}.${Buffer.from(await signature(input)).toString("base64url")}`;
}

/** The decoded payload of a token, unverified. */
export function payloadOf(token) {
  return JSON.parse(Buffer.from(token.split(".")[1], "base64url"));
}

/** The same token with one bit of one part turned over. */
export function flipped(token, place, bit) {
  const parts = token.split(".");
  const bytes = Buffer.from(parts[place], "base64url");
  bytes[bit >> 3] ^= 1 << (bit & 7);
  parts[place] = bytes.toString("base64url");
  return parts.join(".");
}

/** The same token with other claims and the old signature. */
export function tamper(token, changes) {
  const [header, , signature] = token.split(".");
  const payload = JSON.stringify({ ...payloadOf(token), ...changes });
  return [header, Buffer.from(payload).toString("base64url"), signature].join(".");
}

function dropUndefined(object) {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}
