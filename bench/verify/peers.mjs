/**
 * Each library as its README shows, with the same policy: issuer, audience, algorithm, expiry.
 *
 * A contender is a function of a key that gives a function of a token, which throws to refuse; or
 * nothing where the library cannot do that. `raw` ones are given the parts of the token instead.
 */
import { createHmac, timingSafeEqual, verify as nodeVerify } from "node:crypto";
import { createVerifier } from "../../pkg/dist/verify/node.js";
import { AUDIENCE, ISSUER } from "./tokens.mjs";

const POLICY = { issuer: ISSUER, audience: AUDIENCE };

export function options(key, more = {}) {
  const keys = key.secret ? { secret: key.secret } : { jwks: { keys: [key.jwk] } };
  return { ...POLICY, algorithms: [key.alg], errors: "throw", ...keys, ...more };
}

async function ours() {
  return {
    "edgeward sync": (key) => {
      const verifier = createVerifier(options(key));
      return (token) => verifier.verifySync(token).claims;
    },
    "edgeward async": (key) => {
      const verifier = createVerifier(options(key));
      return async (token) => (await verifier.verify(token)).claims;
    },
    "edgeward cached": (key) => {
      const verifier = createVerifier(options(key));
      return Object.assign((token) => verifier.verifySync(token).claims, { repeats: true });
    },
  };
}

async function node() {
  const raw = {
    HS256: ({ secret }) => ({ input, signature }) => {
      return timingSafeEqual(createHmac("sha256", secret).update(input).digest(), signature);
    },
    EdDSA: ({ publicKey }) => ({ input, signature }) => nodeVerify(null, input, publicKey, signature),
    RS256: ({ publicKey }) => ({ input, signature }) => nodeVerify("sha256", input, publicKey, signature),
    ES256: ({ publicKey }) => {
      const key = { key: publicKey, dsaEncoding: "ieee-p1363" };
      return ({ input, signature }) => nodeVerify("sha256", input, key, signature);
    },
  };
  return { "node:crypto raw": (key) => Object.assign(throwing(raw[key.alg](key)), { raw: true }) };
}

async function web() {
  const hash = "SHA-256";
  const algorithms = {
    HS256: { name: "HMAC", hash }, RS256: { name: "RSASSA-PKCS1-v1_5", hash },
    ES256: { name: "ECDSA", namedCurve: "P-256", hash }, EdDSA: { name: "Ed25519" },
  };
  return {
    "WebCrypto raw": async (key) => {
      const algorithm = algorithms[key.alg];
      const { use, ...jwk } = key.jwk ?? {};
      if (key.alg === "EdDSA") delete jwk.alg;
      const material = key.secret ? ["raw", key.secret] : ["jwk", jwk];
      const imported = await crypto.subtle.importKey(...material, algorithm, false, ["verify"]);
      const verify = async ({ input, signature }) => {
        if (!(await crypto.subtle.verify(algorithm, imported, signature, input))) throw new Error("refused");
      };
      return Object.assign(verify, { raw: true });
    },
  };
}

async function jose() {
  const { createLocalJWKSet, jwtVerify } = await import("jose");
  return {
    jose: (key) => {
      const keys = key.secret ?? createLocalJWKSet({ keys: [key.jwk] });
      return async (token) => (await jwtVerify(token, keys, { ...POLICY, algorithms: [key.alg], requiredClaims: ["exp"] })).payload;
    },
  };
}

async function fastJwt() {
  const { createVerifier: create } = await import("fast-jwt");
  const make = (key, more) => {
    return create({ key: key.secret ?? pem(key), algorithms: [key.alg], allowedIss: ISSUER, allowedAud: AUDIENCE, requiredClaims: ["exp"], ...more });
  };
  return {
    "fast-jwt": (key) => make(key, {}),
    "fast-jwt cached": (key) => Object.assign(make(key, { cache: true }), { repeats: true }),
  };
}

async function jsonwebtoken() {
  const { default: jwt } = await import("jsonwebtoken");
  return {
    jsonwebtoken: (key) => {
      if (key.alg === "EdDSA") return undefined;
      const secret = key.secret ?? key.publicKey;
      return (token) => jwt.verify(token, secret, { ...POLICY, algorithms: [key.alg] });
    },
  };
}

async function awsJwtVerify() {
  const { JwtVerifier } = await import("aws-jwt-verify");
  return {
    "aws-jwt-verify": (key) => {
      if (key.secret) return undefined;
      const verifier = JwtVerifier.create({ ...POLICY, jwksUri: "https://keys.invalid/jwks" });
      verifier.cacheJwks({ keys: [key.jwk] });
      return (token) => verifier.verifySync(token);
    },
  };
}

async function hono() {
  const { Jwt } = await import("hono/utils/jwt");
  const verification = { iss: ISSUER, aud: AUDIENCE };
  return {
    hono: (key) => {
      if (key.secret) return (token) => Jwt.verify(token, key.secret.toString(), { alg: key.alg, ...verification });
      return (token) => Jwt.verifyWithJwks(token, { keys: [key.jwk], allowedAlgorithms: [key.alg], verification });
    },
  };
}

/** Every contender that is installed, by name; and the names of the libraries that are not. */
export async function contenders() {
  const all = {}, missing = [];
  const libraries = { ours, node, web, jose, "fast-jwt": fastJwt, jsonwebtoken, "aws-jwt-verify": awsJwtVerify, hono };
  for (const [name, load] of Object.entries(libraries)) {
    try {
      Object.assign(all, await load());
    } catch (error) {
      if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
      missing.push(name);
    }
  }
  return { all, missing };
}

function throwing(verify) {
  return (token) => {
    if (!verify(token)) throw new Error("refused");
  };
}

function pem({ publicKey }) {
  return publicKey.export({ type: "spki", format: "pem" });
}
