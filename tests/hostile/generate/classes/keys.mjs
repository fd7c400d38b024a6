// Algorithms under keys that are not for them, and keys that are too weak.

import { ALG, KEY, SIGNATURE, claims, reject, token } from "../build.mjs";
import { base64url, encoded, paddedDigest, signed } from "../sign.mjs";

const under = (alg, key, kid) => token({ alg, key, kid });

export const algBinding = {
  name: "alg-binding",
  stands: ["RFC 8725 §3.1", "RFC 7517 §4.4", "RFC 7518 §3.4"],
  why: "A key verifies the algorithms of its type and curve, and no other than the one it names.",
  tokens: [
    reject("PS256 with a key for RS256", under("PS256", "rsa", "rsa-256"), KEY),
    reject("RS384 with a key for RS256", under("RS384", "rsa", "rsa-256"), KEY),
    reject("RS512 with a key for RS256", under("RS512", "rsa", "rsa-256"), KEY),
    reject("RS256 with a key for PS256", under("RS256", "rsa", "rsa-pss"), KEY),
    reject("PS384 with a key for PS256", under("PS384", "rsa", "rsa-pss"), KEY),
    reject("ES384 over P-256", signed({ alg: "ES384", kid: "p256" }, claims(), "ES384", "p256"), KEY),
    reject("ES512 over P-256", signed({ alg: "ES512", kid: "p256" }, claims(), "ES512", "p256"), KEY),
    reject("ES256 over P-384", signed({ alg: "ES256", kid: "p384" }, claims(), "ES256", "p384"), KEY),
    reject("ES256 over P-521", signed({ alg: "ES256", kid: "p521" }, claims(), "ES256", "p521"), KEY),
    reject("ES384 over P-256 without kid", signed({ alg: "ES384" }, claims(), "ES384", "p256"), SIGNATURE),
    reject("EdDSA with an RSA key", signed({ alg: "EdDSA", kid: "rsa" }, claims(), "EdDSA", "ed"), KEY),
    reject("RS256 with an Ed25519 key", signed({ alg: "RS256", kid: "ed" }, claims(), "RS256", "rsa"), KEY),
    reject("ES256 with an RSA key", signed({ alg: "ES256", kid: "rsa" }, claims(), "ES256", "p256"), KEY),
    reject("the name RS256 over a PS256 signature", signed({ alg: "RS256", kid: "rsa" }, claims(), "PS256", "rsa"), SIGNATURE),
    reject("the name RS512 over an RS256 signature", signed({ alg: "RS512", kid: "rsa" }, claims(), "RS256", "rsa"), SIGNATURE),
    ...["rs256", "Rs256", "RS256 ", " RS256", "RS256\u0000", "RS-256", "SHA256withRSA", "RSA", "RS1", "RS2048", "RSASSA-PKCS1-v1_5", "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"].map((name) =>
      reject(`alg ${JSON.stringify(name)}`, signed({ alg: name, kid: "rsa" }, claims(), "RS256", "rsa"), ALG),
    ),
    ...["ES256K", "ESP256", "Ed448", "eddsa", "ED25519", "ES256 ", "HS256", "HS1", "A128KW", "dir", "RSA-OAEP-256", "ML-DSA-44", "ECDH-ES"].map((name) =>
      reject(`alg ${JSON.stringify(name)} over a good signature`, signed({ alg: name, kid: "ed" }, claims(), "EdDSA", "ed"), ALG),
    ),
    ...["RS256", "PS256", "ES384", "EdDSA", "Ed25519"].map((alg) =>
      reject(`${alg}, where only ES256 is configured`, token({ setting: "narrow", alg, key: { R: "rsa", P: "rsa" }[alg[0]] ?? (alg === "ES384" ? "p384" : "ed") }), ALG, "narrow"),
    ),
    ...["RS256", "ES256", "EdDSA"].map((alg) =>
      reject(`${alg}, where only secrets are configured`, token({ setting: "shared", alg, key: { RS256: "rsa", ES256: "p256", EdDSA: "ed" }[alg] }), ALG, "shared"),
    ),
  ],
};

const weak = (name, alg, key, kid) => reject(name, token({ setting: "weak", alg, key, kid }), KEY, "weak");

export const weakKey = {
  name: "weak-key",
  stands: ["RFC 7518 §3.3", "RFC 8725 §3.5", "CVE-2022-23539", "CVE-2017-15361"],
  why: "A key that is too short, of a broken generator, off its curve or for something else verifies nothing, even if its owner signed.",
  tokens: [
    weak("RSA of 1024 bits", "RS256", "rsaShort", "rsa-1024"),
    weak("RSA of 1024 bits, PSS", "PS256", "rsaShort", "rsa-1024"),
    weak("RSA of 1024 bits without kid", "RS256", "rsaShort", undefined),
    weak("RSA of 2047 bits", "RS256", "rsaBitShort", "rsa-2047"),
    weak("RSA of the generator that was too regular", "RS256", "roca", "roca"),
    reject("RSA with exponent 1", exponentOne(), KEY, "weak"),
    weak("RSA with an even exponent", "RS256", "rsa", "e-even"),
    reject("a point off the curve", token({ setting: "weak", alg: "ES256", key: "p256", kid: "off-curve" }), ["jwk_invalid"], "weak"),
    weak("a coordinate that lost its first byte", "ES256", "p256", "short-x"),
    weak("P-256 coordinates called P-384", "ES384", "p384", "of-p384"),
    weak("P-256 for ES384", "ES256", "p256", "for-es384"),
    weak("P-256 for HS256", "ES256", "p256", "for-hs256"),
    weak("RSA for ES256", "RS256", "rsa", "of-rsa-for-es256"),
    weak("key_ops twice the same", "ES256", "p256", "ops-twice"),
    weak("key_ops a text", "ES256", "p256", "ops-text"),
    weak("key_ops empty", "ES256", "p256", "ops-none"),
    weak("use in capitals", "ES256", "p256", "use-odd"),
    weak("a kid that is a number, taken as text", "ES256", "p256", "7"),
    weak("a kid of two keys, the first", "ES256", "p256", "twice"),
    weak("a kid of two keys, the second", "ES256", "strangersP256", "twice"),
    weak("Ed25519 with the neutral element", "EdDSA", "ed", "neutral"),
    weak("Ed25519 with a point of order 4", "EdDSA", "ed", "order-4"),
    weak("X25519", "EdDSA", "ed", "of-x25519"),
    reject("a secret among public keys", signed({ alg: "HS256", kid: "published" }, claims({}, "weak"), "HS256", "a secret that was published is none, however long"), ALG, "weak"),
    reject("a signature that fits the neutral element", neutral(), KEY, "weak"),
  ],
};

function exponentOne() {
  const input = `${encoded({ alg: "RS256", kid: "e-1" })}.${encoded(claims({}, "weak"))}`;
  return `${input}.${base64url(paddedDigest(input, 256))}`;
}

/** R and A neutral, s zero: 0·B = R + k·A for every k. */
function neutral() {
  const input = `${encoded({ alg: "EdDSA", kid: "neutral" })}.${encoded(claims({}, "weak"))}`;
  return `${input}.${base64url(Buffer.concat([Buffer.from([1]), Buffer.alloc(63)]))}`;
}

export default [algBinding, weakKey];
