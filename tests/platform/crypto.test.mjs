/** WebCrypto effects, and keys: made here, or handed over by the application. */
import assert from "node:assert/strict";
import { createHash, createPublicKey, generateKeyPairSync, webcrypto } from "node:crypto";
import { describe, test } from "node:test";
import { digest, random, verify } from "../../pkg/src/platform/crypto.js";
import { fromBase64, toBase64url } from "../../pkg/src/platform/bytes.js";
import { givenKeys } from "../../pkg/src/platform/given-keys.js";
import { Keys } from "../../pkg/src/platform/keys.js";

/** JOSE's name, the pair, WebCrypto's import and signing parameters. */
const ALGORITHMS = {
  ES256: [{ name: "ECDSA", namedCurve: "P-256" }, { name: "ECDSA", hash: "SHA-256" }],
  ES384: [{ name: "ECDSA", namedCurve: "P-384" }, { name: "ECDSA", hash: "SHA-384" }],
  ES512: [{ name: "ECDSA", namedCurve: "P-521" }, { name: "ECDSA", hash: "SHA-512" }],
  RS256: [{ name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" }, { name: "RSASSA-PKCS1-v1_5" }],
  PS256: [{ name: "RSA-PSS", hash: "SHA-256" }, { name: "RSA-PSS", saltLength: 32 }],
  PS512: [{ name: "RSA-PSS", hash: "SHA-512" }, { name: "RSA-PSS", saltLength: 64 }],
  EdDSA: [{ name: "Ed25519" }, { name: "Ed25519" }],
};
const RSA = { modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) };

async function pairFor(importing) {
  return webcrypto.subtle.generateKey(importing.name.startsWith("RSA") ? { ...RSA, ...importing } : importing, true, ["sign", "verify"]);
}
const exported = (format, key) => webcrypto.subtle.exportKey(format, key);
const pem = async (key) => `-----BEGIN PRIVATE KEY-----\n${Buffer.from(await exported("pkcs8", key)).toString("base64").replace(/.{64}/g, "$&\n")}\n-----END PRIVATE KEY-----\n`;

describe("base64url", () => {
  test("writes and reads every byte, unpadded", () => {
    for (const length of [0, 1, 2, 3, 255, 512]) {
      const bytes = Uint8Array.from({ length }, (_, index) => (index * 7 + 250) % 256);
      assert.equal(toBase64url(bytes), Buffer.from(bytes).toString("base64url"));
      assert.deepEqual(fromBase64(toBase64url(bytes)), bytes);
    }
  });
});

describe("random and digest", () => {
  test("say where there is nothing to be random with", () => {
    const before = Object.getOwnPropertyDescriptor(globalThis, "crypto");
    Object.defineProperty(globalThis, "crypto", { configurable: true, value: undefined });
    try {
      assert.throws(() => random({ bytes: 1 }), { code: "runtime_unsupported", at: "crypto" });
    } finally {
      Object.defineProperty(globalThis, "crypto", before);
    }
  });

  test("give as many bytes as are asked for", () => assert.equal(fromBase64(random({ bytes: 33 })).length, 33));

  for (const hash of ["SHA-256", "SHA-384", "SHA-512"]) {
    test(`${hash} of a text in UTF-8`, async () => {
      const expected = createHash(hash.replace("-", "")).update("é😀").digest("base64url");
      assert.equal(await digest({ hash, data: "é😀" }), expected);
    });
  }
});

describe("verify", () => {
  for (const [name, [importing, algorithm]] of Object.entries(ALGORITHMS)) {
    test(`${name}: true for what was signed, false for anything else`, async () => {
      const { privateKey, publicKey } = await pairFor(importing);
      const { kty, crv, x, y, n, e } = await exported("jwk", publicKey);
      const key = JSON.parse(JSON.stringify({ kty, crv, x, y, n, e }));
      const signature = toBase64url(await webcrypto.subtle.sign({ hash: importing.hash, ...algorithm }, privateKey, Buffer.from("data é")));
      const effect = { key, algorithm: { ...importing, ...algorithm }, data: "data é", signature };
      assert.equal(await verify(effect), true);
      assert.equal(await verify({ ...effect, data: "data e" }), false);
      assert.equal(await verify({ ...effect, signature: toBase64url(fromBase64(signature).reverse()) }), false);
      assert.equal(await verify({ ...effect, signature: "AA" }), false);
    });
  }

  test("is false for what WebCrypto refuses to look at, and says what it does not know", async (t) => {
    const [importing, algorithm] = ALGORITHMS.ES256;
    const { kty, crv, x, y } = await exported("jwk", (await pairFor(importing)).publicKey);
    const effect = { key: { kty, crv, x, y }, algorithm: { ...importing, ...algorithm }, data: "", signature: "AA" };
    const refuse = (name) => t.mock.method(webcrypto.subtle, "verify", async () => { throw new DOMException("", name); }, { times: 1 });
    refuse("OperationError");
    assert.equal(await verify(effect), false);
    refuse("NotSupportedError");
    await assert.rejects(verify(effect), { code: "algorithm_unsupported" });
  });

  test("says of a key that it is none, and of an algorithm that nobody knows", async () => {
    const effect = { algorithm: { ...ALGORITHMS.ES256[0], ...ALGORITHMS.ES256[1] }, data: "", signature: "AA" };
    for (const key of [{ kty: "EC", crv: "P-256", x: "AA", y: "AA" }, { kty: "oct", k: "AA" }, {}]) {
      await assert.rejects(verify({ ...effect, key }), { code: "jwk_invalid" });
    }
    await assert.rejects(verify({ ...effect, key: { kty: "AKP" }, algorithm: { name: "XMSS" } }), { code: "algorithm_unsupported" });
  });

  test("says where there is no WebCrypto, as in a page without https", async () => {
    const before = Object.getOwnPropertyDescriptor(globalThis, "crypto");
    Object.defineProperty(globalThis, "crypto", { configurable: true, value: { getRandomValues: () => {} } });
    try {
      await assert.rejects(verify({ key: {}, algorithm: {}, data: "", signature: "" }), { code: "runtime_unsupported", at: "crypto.subtle" });
      await assert.rejects(digest({ hash: "SHA-256", data: "" }), { code: "runtime_unsupported" });
      await assert.rejects(new Keys().makeKey({ name: "a", algorithm: {} }), { code: "runtime_unsupported" });
    } finally {
      Object.defineProperty(globalThis, "crypto", before);
    }
  });

  test("imports a key once, and forgets the one that was used longest ago", async (t) => {
    const imports = t.mock.method(webcrypto.subtle, "importKey");
    const [importing, algorithm] = ALGORITHMS.ES256;
    const keys = [];
    for (let index = 0; index < 17; index++) {
      const { kty, crv, x, y } = await exported("jwk", (await pairFor(importing)).publicKey);
      keys.push({ kty, crv, x, y });
    }
    const ask = (key) => verify({ key, algorithm: { ...importing, ...algorithm }, data: "", signature: "AA" });
    for (const key of keys.slice(0, 16)) await ask(key);
    await ask(keys[0]);
    assert.equal(imports.mock.callCount(), 16);
    await ask(keys[16]);
    await ask(keys[0]);
    assert.equal(imports.mock.callCount(), 17);
    await ask(keys[1]);
    assert.equal(imports.mock.callCount(), 18);
  });
});

describe("a key that is made where there is no database", () => {
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  const es256 = { name: "ECDSA", hash: "SHA-256" };

  test("is public only, says that it is not kept, and is the same the next time", async () => {
    const keys = new Keys();
    assert.equal(await keys.publicKey({ name: "dpop" }), null);
    const made = await keys.makeKey({ name: "dpop", algorithm });
    const written = JSON.parse(JSON.stringify(made));
    assert.deepEqual(Object.keys(written).sort(), ["crv", "kept", "kty", "x", "y"]);
    assert.equal(made.kept, false);
    assert.deepEqual(await keys.makeKey({ name: "dpop", algorithm }), made);
    assert.deepEqual(await keys.publicKey({ name: "dpop" }), made);
    assert.notEqual((await keys.makeKey({ name: "other", algorithm })).x, made.x);
  });

  test("signs what its public half verifies, until it is forgotten", async () => {
    const keys = new Keys();
    const { kept, ...key } = await keys.makeKey({ name: "dpop", algorithm });
    const signature = await keys.sign({ name: "dpop", algorithm: es256, data: "é" });
    assert.equal(await verify({ key, algorithm: { ...algorithm, ...es256 }, data: "é", signature }), true);
    await keys.forgetKey({ name: "dpop" });
    assert.equal(await keys.sign({ name: "dpop", algorithm: es256, data: "é" }), null);
    assert.equal(await keys.publicKey({ name: "dpop" }), null);
  });

  test("is made once, however many ask for it at the same time", async () => {
    const keys = new Keys();
    const made = await Promise.all(Array.from({ length: 5 }, () => keys.makeKey({ name: "dpop", algorithm })));
    assert.equal(new Set(made.map(({ x }) => x)).size, 1);
  });
});

describe("a key of the application", () => {
  test("is imported for what the effect says, or for the hash of the signature", async () => {
    const pair = await pairFor(ALGORITHMS.RS256[0]);
    const keys = new Keys(undefined, givenKeys({ client: await exported("jwk", pair.privateKey) }));
    const by = (effect) => keys.sign({ name: "client", data: "a", ...effect });
    const one = await by({ algorithm: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" } });
    assert.equal(one, await by({ algorithm: { name: "RSASSA-PKCS1-v1_5" }, import: ALGORITHMS.RS256[0] }));
    assert.notEqual(one, await by({ algorithm: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-512" } }));
  });

  for (const [name, [importing, algorithm]] of Object.entries(ALGORITHMS)) {
    test(`signs ${name} as a pair, a CryptoKey, a JWK and PEM`, async () => {
      const pair = await pairFor(importing);
      const jwk = await exported("jwk", pair.privateKey);
      const forms = { pair, key: pair.privateKey, jwk: { ...jwk, use: "sig", key_ops: ["sign"], kid: "1" }, pem: await pem(pair.privateKey) };
      const keys = new Keys(undefined, givenKeys(forms));
      for (const form of Object.keys(forms)) {
        const signature = fromBase64(await keys.sign({ name: form, algorithm, import: name === "RS256" ? importing : undefined, data: "data é" }));
        const right = await webcrypto.subtle.verify({ hash: importing.hash, ...algorithm }, pair.publicKey, signature, Buffer.from("data é"));
        assert.equal(right, true, form);
      }
      const expected = JSON.parse(JSON.stringify({ kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y, n: jwk.n, e: jwk.e }));
      for (const form of ["pair", "jwk"]) {
        const written = JSON.parse(JSON.stringify(await keys.publicKey({ name: form })));
        assert.deepEqual(written, expected, form);
        assert.deepEqual(JSON.parse(JSON.stringify(await keys.makeKey({ name: form, algorithm: importing }))), expected);
      }
    });
  }

  test("that is none is refused without a word of it", async () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const sec1 = privateKey.export({ format: "pem", type: "sec1" });
    const pkcs8 = privateKey.export({ format: "pem", type: "pkcs8" });
    const forms = { empty: "", sec1, cut: pkcs8.replace("A", ""), secret: { kty: "oct", k: "s3cret" }, nothing: {}, public: createPublicKey(privateKey).export({ format: "jwk" }) };
    const keys = new Keys(undefined, givenKeys(forms));
    for (const name of Object.keys(forms)) {
      const refused = keys.sign({ name, algorithm: { name: "ECDSA", hash: "SHA-256" }, data: "" });
      await assert.rejects(refused, { code: "config_invalid", at: "keys" }, name);
    }
    assert.equal(await keys.publicKey({ name: "secret" }), null);
    assert.equal(await keys.sign({ name: "toString", algorithm: { name: "Ed25519" }, data: "" }), null);
  });

  test("of another algorithm is refused", async () => {
    const pair = await pairFor(ALGORITHMS.ES256[0]);
    const keys = new Keys(undefined, givenKeys({ client: pair }));
    await assert.rejects(keys.sign({ name: "client", algorithm: ALGORITHMS.RS256[1], data: "" }), { code: "config_invalid", at: "keys" });
  });
});
