// Deterministic signatures with node:crypto, and tokens put together without any rule.

import { createHash, createHmac, createPrivateKey, createPublicKey, privateEncrypt, sign, constants } from "node:crypto";
import { readFileSync } from "node:fs";
import { ecdsa } from "./ecdsa.mjs";

/** The private keys by name. */
export const KEYS = JSON.parse(readFileSync(new URL("../keys.json", import.meta.url), "utf8"));

/** The shared secret; ASCII, because bindings are texts. */
export const SECRET = "of-sixty-four-characters-and-for-hmac-with-any-of-the-three-hash";

export function base64url(value) {
  return Buffer.from(value).toString("base64url");
}

/** The public half of a key, with more members. */
export function publicJwk(key, members = {}) {
  const { kty, n, e, crv, x, y } = KEYS[key];
  return { kty, ...(crv ? { crv, x, ...(y ? { y } : {}) } : { n, e }), ...members };
}

/** The public half of a key in PEM or DER. */
export function publicKey(key, options) {
  return createPublicKey({ key: KEYS[key], format: "jwk" }).export(options);
}

/** Text as it is; anything else as JSON. */
export function encoded(part) {
  const raw = typeof part === "string" || Buffer.isBuffer(part);
  return base64url(raw ? part : JSON.stringify(part));
}

/** A token of these two parts, signed as `alg` says with `key`: its name, or bytes for HMAC. */
export function signed(header, payload, alg, key) {
  const input = `${encoded(header)}.${encoded(payload)}`;
  return `${input}.${base64url(signature(alg, key, input))}`;
}

/** The bytes of a signature. */
export function signature(alg, key, input) {
  const hash = `sha${alg.slice(2)}`;
  switch (alg.slice(0, 2)) {
    case "HS":
      return createHmac(hash, key).update(input).digest();
    case "RS":
      return sign(hash, Buffer.from(input), privateKey(key));
    case "PS":
      return pss(hash, key, input);
    case "ES":
      return ecdsa(KEYS[key], hash, input);
    default:
      return sign(null, Buffer.from(input), privateKey(key));
  }
}

function privateKey(key) {
  return createPrivateKey({ key: KEYS[key], format: "jwk" });
}

/** EMSA-PSS (RFC 8017 §9.1.1) with a salt that is made from the message, so that it is the same each time. */
function pss(hash, key, input) {
  const digest = createHash(hash).update(input).digest();
  const salt = createHash(hash).update("salt").update(digest).digest();
  const { length } = Buffer.from(KEYS[key].n, "base64url");
  const h = createHash(hash).update(Buffer.alloc(8)).update(digest).update(salt).digest();
  const db = Buffer.alloc(length - h.length - 1);
  db[db.length - salt.length - 1] = 1;
  salt.copy(db, db.length - salt.length);
  const masked = mgf1(hash, h, db.length).map((byte, at) => byte ^ db[at]);
  masked[0] &= 0x7f;
  const block = Buffer.concat([masked, h, Buffer.from([0xbc])]);
  return privateEncrypt({ key: privateKey(key), padding: constants.RSA_NO_PADDING }, block);
}

function mgf1(hash, seed, length) {
  const blocks = [];
  for (let counter = 0; blocks.length * seed.length < length; counter++) {
    const number = Buffer.alloc(4);
    number.writeUInt32BE(counter);
    blocks.push(createHash(hash).update(seed).update(number).digest());
  }
  return Buffer.concat(blocks).subarray(0, length);
}

/**
 * What anybody can write for a key whose exponent is 1: the padded digest itself
 * (RFC 8017 §9.2), as long as the modulus.
 */
export function paddedDigest(input, length) {
  const digestInfo = Buffer.from("3031300d060960864801650304020105000420", "hex");
  const digest = createHash("sha256").update(input).digest();
  const filling = Buffer.alloc(length - digestInfo.length - digest.length - 3, 0xff);
  return Buffer.concat([Buffer.from([0, 1]), filling, Buffer.from([0]), digestInfo, digest]);
}
