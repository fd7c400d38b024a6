/**
 * `cargo xtask bench hostile`: the corpus of tests/hostile through other libraries, each used as its
 * README shows. Those that are not installed are left out; to have them:
 *   npm install --no-save fast-jwt@6.3.6 jsonwebtoken@9.0.3 hono@4.13.19 aws-jwt-verify@5.2.1
 *
 * What a library's caller has to do by himself (choose a key by `kid`, say) is done here in the plain
 * way; so a miss may be its caller's as much as its own. Most tokens are signed with Ed25519, which
 * jsonwebtoken does not know: it refuses them for that alone, the good ones as well.
 */
import { createPublicKey } from "node:crypto";
import { createVerifier } from "../pkg/dist/verify/node.js";
import { SECRET, SETTINGS, TOKENS, table } from "../tests/hostile/corpus.mjs";

/** Of each library: a function of a setting that gives a function of a token, which throws to refuse. */
const LIBRARIES = {
  async edgeward() {
    return ({ issuer, audience, algorithms, keys, type, maxAge, expires }) => {
      const more = { ...(type && { type }), ...(maxAge && { maxTokenAgeSeconds: maxAge }), ...(expires !== undefined && { requireExpiration: expires }) };
      const verifier = createVerifier({ issuer, audience, algorithms, ...(keys ? { jwks: { keys } } : { secret: SECRET }), ...more });
      return async (token) => {
        const { ok, error } = await verifier.verify(token);
        if (!ok) throw error;
      };
    };
  },
  async jose() {
    const { createLocalJWKSet, jwtVerify } = await import("jose");
    return ({ issuer, audience, algorithms, keys, type, maxAge, expires }) => {
      const key = keys ? createLocalJWKSet({ keys }) : new TextEncoder().encode(SECRET);
      const requiredClaims = expires === false ? [] : ["exp"];
      const options = { issuer, audience, algorithms, requiredClaims, clockTolerance: 60, typ: type, ...(maxAge && { maxTokenAge: maxAge }) };
      return (token) => jwtVerify(token, key, options);
    };
  },
  async "fast-jwt"() {
    const { createVerifier: create } = await import("fast-jwt");
    return ({ issuer, audience, algorithms, keys, maxAge }) => {
      const key = keys ? async ({ header }) => pem(byKid(keys, header.kid)) : SECRET;
      const options = { key, algorithms: algorithms.filter((alg) => alg !== "Ed25519"), allowedIss: issuer, allowedAud: audience, clockTolerance: 60_000, requiredClaims: ["exp"], ...(maxAge && { maxAge: maxAge * 1000 }) };
      return create(options);
    };
  },
  async jsonwebtoken() {
    const { default: jwt } = await import("jsonwebtoken");
    return ({ issuer, audience, algorithms, keys, maxAge }) => {
      const key = ({ kid }, done) => done(null, keys ? pem(byKid(keys, kid)) : SECRET);
      const options = { issuer, audience, algorithms: algorithms.filter((alg) => !alg.startsWith("Ed")), clockTolerance: 60, ...(maxAge && { maxAge }) };
      return (token) => new Promise((resolve, reject) => jwt.verify(token, key, options, (error, claims) => (error ? reject(error) : resolve(claims))));
    };
  },
  async hono() {
    const { verify, verifyWithJwks } = await import("hono/jwt").then(({ verify, verifyWithJwks, Jwt }) => ({ verify, verifyWithJwks: verifyWithJwks ?? Jwt?.verifyWithJwks }));
    return ({ issuer, audience, algorithms, keys }) => {
      const verification = { iss: issuer, aud: audience };
      if (!keys) return (token) => verify(token, SECRET, { alg: "HS256", ...verification });
      return (token) => verifyWithJwks(token, { keys, allowedAlgorithms: algorithms, verification });
    };
  },
  async "aws-jwt-verify"() {
    const { JwtVerifier } = await import("aws-jwt-verify");
    return ({ issuer, audience, keys }) => {
      if (!keys) return undefined;
      const verifier = JwtVerifier.create({ issuer, audience, jwksUri: "https://keys.invalid/jwks", graceSeconds: 60 });
      verifier.cacheJwks({ keys });
      return (token) => verifier.verify(token);
    };
  },
};

const byKid = (keys, kid) => keys.find((key) => kid === undefined || key.kid === kid);

function pem(jwk) {
  return createPublicKey({ key: jwk, format: "jwk" }).export({ type: "spki", format: "pem" });
}

for (const [name, load] of Object.entries(LIBRARIES)) {
  let make;
  try {
    make = await load();
  } catch (error) {
    console.log(`\n${name} is not here (${error.code ?? error.message})`);
    continue;
  }
  const verifiers = Object.fromEntries(Object.entries(SETTINGS).map(([setting, value]) => [setting, attempt(() => make(value))]));
  const answers = [];
  for (const entry of TOKENS) {
    const verify = verifiers[entry.setting];
    if (verify) answers.push([entry, (await accepts(verify, entry.token)) === (entry.expect === "accept")]);
  }
  console.log(`\n${table(name, answers)}`);
}

/** A library that cannot be configured so is not asked. */
function attempt(make) {
  try {
    return make();
  } catch {
    return undefined;
  }
}

async function accepts(verify, token) {
  try {
    await verify(token);
    return true;
  } catch {
    return false;
  }
}
