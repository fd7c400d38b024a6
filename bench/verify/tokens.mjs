/** Keys, and as many different tokens of each as no cache here holds. */
import { createHmac, generateKeyPairSync, sign } from "node:crypto";

export const ISSUER = "https://id.example";
export const AUDIENCE = "https://api.example";
export const ALGORITHMS = ["HS256", "RS256", "ES256", "EdDSA"];

const PAIRS = {
  RS256: ["rsa", { modulusLength: 2048 }],
  ES256: ["ec", { namedCurve: "P-256" }],
  EdDSA: ["ed25519", {}],
};

/**
 * A key and how it signs.
 *
 * @param {string} alg
 * @returns {{ alg: string, secret?: Buffer, publicKey?: KeyObject, jwk?: object, sign: (input: Buffer) => Buffer }}
 */
export function makeKey(alg, kid = "key-1") {
  if (alg === "HS256") {
    const secret = Buffer.from("a secret of thirty-two bytes, or a few more");
    return { alg, kid, secret, sign: (input) => createHmac("sha256", secret).update(input).digest() };
  }
  const [type, options] = PAIRS[alg];
  const { publicKey, privateKey } = generateKeyPairSync(type, options);
  const hash = alg === "EdDSA" ? null : "sha256";
  const jwk = { ...publicKey.export({ format: "jwk" }), kid, alg, use: "sig" };
  return { alg, kid, publicKey, jwk, sign: (input) => sign(hash, input, { key: privateKey, dsaEncoding: "ieee-p1363" }) };
}

/** A token of about 700 bytes, as an issuer of access tokens makes them. */
export function makeToken(key, number, issuer = ISSUER) {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: issuer, sub: "auth0|66b1f0a2c9d4e8f7a6b5c4d3", aud: [AUDIENCE], azp: "s6BhdRkqt3s6BhdRkqt3", iat: now, exp: now + 36_000,
    jti: `token-${String(number).padStart(8, "0")}`, scope: "openid profile email read:items write:items",
    roles: ["editor", "reviewer"], org_id: "org_9f8e7d6c5b4a", email: "ada@example.com", email_verified: true,
  };
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const input = `${part({ alg: key.alg, typ: "JWT", kid: key.kid })}.${part(claims)}`;
  return `${input}.${key.sign(Buffer.from(input)).toString("base64url")}`;
}

export function makeTokens(key, count) {
  return Array.from({ length: count }, (_, number) => makeToken(key, number));
}
