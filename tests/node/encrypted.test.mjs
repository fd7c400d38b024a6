/** Tokens that npm `jose` encrypts are opened, each kind of key with each content encryption, and no altered one is. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { before, test } from "node:test";
import { CompactEncrypt, exportJWK, generateKeyPair } from "jose";
import { flipped } from "../support/tokens.mjs";
import * as glue from "../vectors/dist/glue.js";

const ENCRYPTIONS = { A128GCM: 16, A256GCM: 32, "A128CBC-HS256": 32, "A256CBC-HS512": 64 };
const CONTENT = "Live long and prosper.";

/** What encrypts and what decrypts, for every key management. */
async function keys(enc) {
  const pair = async (alg, options) => {
    const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true, ...options });
    return { alg, seal: publicKey, jwk: { ...(await exportJWK(privateKey)), alg, use: "enc" } };
  };
  const shared = (alg, length) => {
    const seal = randomBytes(length);
    return { alg, seal, jwk: { kty: "oct", alg, k: seal.toString("base64url") } };
  };
  const agreements = ["ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A256KW"].flatMap((alg) =>
    ["P-256", "P-384", "P-521", "X25519"].map((crv) => pair(alg, { crv })),
  );
  return Promise.all([
    shared("dir", ENCRYPTIONS[enc]), shared("A128KW", 16), shared("A256KW", 32), pair("RSA-OAEP-256"), ...agreements,
  ]);
}

function encrypt({ alg, seal }, enc) {
  const header = { alg, enc, ...(alg.startsWith("ECDH") ? { apu: "QWxpY2U", apv: "Qm9i" } : {}) };
  return new CompactEncrypt(new TextEncoder().encode(CONTENT)).setProtectedHeader(header).encrypt(seal);
}

before(async () => {
  glue.initSync({ module: await readFile(new URL("../vectors/dist/vectors.wasm", import.meta.url)) });
});

for (const enc of Object.keys(ENCRYPTIONS)) {
  test(`${enc} with every key management`, async () => {
    for (const key of await keys(enc)) {
      const token = await encrypt(key, enc);
      const jwk = JSON.stringify(key.jwk);
      const opened = await glue.openToken(token, jwk);
      assert.equal(Buffer.from(opened).toString(), CONTENT, `${key.alg} ${key.jwk.crv ?? ""}`);
      for (const [place, part] of token.split(".").entries()) {
        const bits = Buffer.from(part, "base64url").length * 8;
        for (let bit = 0; bit < bits; bit += Math.max(1, Math.floor(bits / 8))) {
          await assert.rejects(glue.openToken(flipped(token, place, bit), jwk), `${key.alg} part ${place} bit ${bit}`);
        }
      }
    }
  });
}
