// The configurations that the tokens are judged by. Each has an issuer of its own, so that one
// gateway can hold all of them at once.

import { publicJwk } from "./sign.mjs";

export const AUDIENCE = "https://api.example";

/** 2023-11-14 and 2100-01-01: whoever runs the corpus does so in between. */
export const ISSUED = 1_700_000_000;
export const EXPIRES = 4_102_444_800;

const ASYMMETRIC = [
  "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519",
];

const PUBLIC = [
  publicJwk("rsa", { kid: "rsa", use: "sig" }),
  publicJwk("rsa", { kid: "rsa-256", alg: "RS256" }),
  publicJwk("rsa", { kid: "rsa-pss", alg: "PS256", key_ops: ["verify"] }),
  publicJwk("rsaOfExponent3", { kid: "rsa-3" }),
  publicJwk("p256", { kid: "p256" }),
  publicJwk("p384", { kid: "p384", alg: "ES384" }),
  publicJwk("p521", { kid: "p521" }),
  publicJwk("ed", { kid: "ed" }),
  publicJwk("forEncryption", { kid: "enc", use: "enc" }),
  publicJwk("forSigning", { kid: "ops", key_ops: ["sign"] }),
];

const WEAK = [
  publicJwk("rsaShort", { kid: "rsa-1024" }),
  publicJwk("rsaBitShort", { kid: "rsa-2047" }),
  publicJwk("roca", { kid: "roca" }),
  publicJwk("rsa", { kid: "e-1", e: "AQ" }),
  publicJwk("rsa", { kid: "e-even", e: "AQAA" }),
  publicJwk("p256", { kid: "off-curve", y: publicJwk("p256").x }),
  publicJwk("p256", { kid: "short-x", x: Buffer.from(publicJwk("p256").x, "base64url").subarray(1).toString("base64url") }),
  publicJwk("p256", { kid: "of-p384", crv: "P-384" }),
  publicJwk("p256", { kid: "for-es384", alg: "ES384" }),
  publicJwk("p256", { kid: "for-hs256", alg: "HS256" }),
  publicJwk("p256", { kid: "ops-twice", key_ops: ["verify", "verify"] }),
  publicJwk("p256", { kid: "ops-text", key_ops: "verify" }),
  publicJwk("p256", { kid: "ops-none", key_ops: [] }),
  publicJwk("p256", { kid: "use-odd", use: "SIG" }),
  publicJwk("p256", { kid: 7 }),
  publicJwk("rsa", { kid: "of-rsa-for-es256", alg: "ES256" }),
  { kty: "OKP", crv: "Ed25519", x: Buffer.from([1, ...Array(31).fill(0)]).toString("base64url"), kid: "neutral" },
  { kty: "OKP", crv: "Ed25519", x: Buffer.alloc(32).toString("base64url"), kid: "order-4" },
  publicJwk("ed", { kid: "of-x25519", crv: "X25519" }),
  { kty: "oct", k: Buffer.from("a secret that was published is none, however long").toString("base64url"), kid: "published" },
  publicJwk("p256", { kid: "twice" }),
  publicJwk("strangersP256", { kid: "twice" }),
];

function setting(name, changes) {
  return { issuer: `https://${name}.example`, audience: [AUDIENCE], algorithms: ASYMMETRIC, ...changes };
}

/** By name; `secret` says that the issuer's only key is the shared secret. */
export const SETTINGS = {
  usual: setting("usual", { keys: PUBLIC }),
  one: setting("one", { algorithms: ["EdDSA", "Ed25519"], keys: [publicJwk("ed")] }),
  access: setting("access", { keys: PUBLIC, type: "at+jwt" }),
  plain: setting("plain", { keys: PUBLIC, type: "JWT" }),
  narrow: setting("narrow", { algorithms: ["ES256"], keys: PUBLIC }),
  weak: setting("weak", { keys: WEAK }),
  shared: setting("shared", { algorithms: ["HS256", "HS384", "HS512"], secret: true }),
  young: setting("young", { keys: PUBLIC, maxAge: 3600 }),
  old: setting("old", { keys: PUBLIC, maxAge: 3_000_000_000 }),
  eternal: setting("eternal", { keys: PUBLIC, expires: false }),
};
