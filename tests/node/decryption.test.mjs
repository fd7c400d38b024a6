/** Encrypted tokens in the package: opened by WebCrypto with the keys of the options, then verified like any other. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { createVerifier } from "../../pkg/dist/verify/node.js";
import { DIRECT_LENGTHS, ENCRYPTIONS, readers, seal } from "../support/readers.mjs";
import { AUDIENCE, flipped, goodClaims, makeKey, sign } from "../support/tokens.mjs";

const ISSUER = "https://id.example";
const ALGORITHMS = ["dir", "A128KW", "A256KW", "ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A256KW", "RSA-OAEP-256"];

let signer;
let keys;
before(async () => {
  signer = await makeKey("ES256", "key-1");
  keys = await readers();
});

const options = (changes = {}, own = {}) => ({
  issuer: ISSUER,
  audience: AUDIENCE,
  algorithms: ["ES256"],
  jwks: { keys: [signer.jwk] },
  decryption: { keys: keys.map(({ jwk }) => jwk), algorithms: ALGORITHMS, encryptions: ENCRYPTIONS, ...changes },
  ...own,
});
const verifier = (changes, own) => createVerifier(options(changes, own));
const signed = (claims = {}) => sign(signer, goodClaims(ISSUER, claims));
const code = async (outcome) => (await outcome).error?.code;
const named = (kid) => keys.find((key) => key.kid === kid);

describe("an encrypted token", () => {
  test("is opened and verified for every key management and content encryption", async () => {
    const opening = verifier();
    let pairs = 0;
    for (const key of keys) {
      for (const alg of key.algorithms) {
        for (const enc of key.encryptions) {
          const outcome = await opening.verify(await seal(key, await signed(), { alg, enc }));
          assert.equal(outcome.data?.subject, "ada", `${key.kid} ${alg} ${enc}: ${outcome.error?.code}`);
          assert.equal(outcome.data.header.alg, "ES256", "the header of the signature");
          pairs += 1;
        }
      }
    }
    assert.equal(pairs, 4 * 3 * 4 + 4 + 2 * 4 + Object.keys(DIRECT_LENGTHS).length);
  });

  test("is refused with any part of it altered, whatever the key management", async () => {
    const opening = verifier();
    for (const key of keys) {
      const token = await seal(key, await signed());
      for (const [place, part] of token.split(".").entries()) {
        if (part === "") continue;
        const error = await code(opening.verify(flipped(token, place, 5)));
        // The first part is the header, which may become unreadable before anything is decrypted.
        if (place === 0) assert.match(error, /^token_/, key.kid);
        else assert.equal(error, "token_decryption_failed", `${key.kid} part ${place}`);
      }
    }
  });

  test("comes in a request like any other", async () => {
    const authorization = `Bearer ${await seal(named("reader-RSA"), await signed())}`;
    const request = { method: "GET", url: "https://api.example/", headers: { authorization } };
    assert.deepEqual((await verifier().verifyRequest(request, { scopes: ["read"] })).data?.scope, ["read", "write"]);
    assert.equal(await code(verifier().verifyRequest(request, { scopes: ["admin"] })), "insufficient_scope");
  });

  test("is worth nothing unless a token of the issuer is inside", async () => {
    const key = named("reader-P-256");
    const opening = verifier();
    const claims = JSON.stringify({ iss: ISSUER, sub: "root", aud: AUDIENCE, exp: 9999999999 });
    for (const content of [claims, "", "a.b.c", await seal(key, await signed())]) {
      assert.equal(await code(opening.verify(await seal(key, content))), "token_malformed", content.slice(0, 20));
    }
    assert.equal(await code(opening.verify(await seal(key, await signed({ iss: "https://other.example" })))), "token_issuer_invalid");
    assert.equal(await code(opening.verify(await seal(key, await signed({ exp: 1 })))), "token_expired");
    assert.equal(await code(opening.verify(await seal(key, await signed(), { cty: undefined }))), "token_type_invalid");
  });

  test("is never opened at once, and says so", async () => {
    const token = await seal(named("reader-A256KW"), await signed());
    const opening = verifier();
    await opening.ready();
    assert.equal(opening.verifySync(token).error?.code, "algorithm_unsupported");
    assert.equal(opening.verifySync(await signed()).data?.subject, "ada");
    const closed = createVerifier({ ...options(), decryption: undefined });
    await closed.ready();
    assert.equal(closed.verifySync(token).error?.code, "token_malformed");
  });

  test("goes to the issuer whose keys have opened it, and to no other", async () => {
    const [own, others] = [named("reader-P-256"), named("reader-P-384")];
    const other = await makeKey("ES256", "key-2");
    const issuers = [
      { ...options({ keys: [own.jwk], algorithms: ["ECDH-ES"] }) },
      { ...options({ keys: [others.jwk], algorithms: ["ECDH-ES"] }), issuer: "https://other.example", jwks: { keys: [other.jwk] } },
    ];
    const both = createVerifier({ issuers });
    const foreign = await sign(other, goodClaims("https://other.example"));
    assert.equal((await both.verify(await seal(others, foreign))).data?.subject, "ada");
    assert.equal((await both.verify(await seal(own, await signed()))).data?.subject, "ada");
    assert.equal(await code(both.verify(await seal(own, foreign))), "token_issuer_invalid");
  });
});

describe("the option decryption", () => {
  test("lets signed tokens pass unless encryption is required", async () => {
    assert.equal((await verifier().verify(await signed())).data?.subject, "ada");
    const demanding = verifier({ required: true });
    assert.equal(await code(demanding.verify(await signed())), "token_encryption_required");
    assert.equal(demanding.verifySync(await signed()).error?.code, "token_encryption_required");
    assert.equal((await demanding.verify(await seal(keys[0], await signed()))).data?.subject, "ada");
  });

  test("refuses what it does not name, and what nobody may name", async () => {
    const narrow = verifier({ keys: [named("reader-P-256").jwk], algorithms: ["ECDH-ES"], encryptions: ["A256GCM"] });
    const ask = async (key, header) => code(narrow.verify(await seal(key, await signed(), header)));
    assert.equal(await ask(named("reader-P-256"), { alg: "ECDH-ES", enc: "A256GCM" }), undefined);
    assert.equal(await ask(named("reader-P-256"), { alg: "ECDH-ES+A256KW", enc: "A256GCM" }), "token_alg_not_allowed");
    assert.equal(await ask(named("reader-P-256"), { alg: "ECDH-ES", enc: "A128GCM" }), "token_alg_not_allowed");
    assert.equal(await ask(named("reader-P-384"), { alg: "ECDH-ES", enc: "A256GCM" }), "token_key_not_found");
    for (const never of ["RSA1_5", "RSA-OAEP", "PBES2-HS256+A128KW", "A256GCMKW", "none"]) {
      assert.equal(await code(verifier({ algorithms: [never] }).verify("")), "config_invalid", never);
    }
    for (const never of ["A192GCM", "A192CBC-HS384"]) {
      assert.equal(await code(verifier({ encryptions: [never] }).verify("")), "config_invalid", never);
    }
  });

  test("names what is wrong with it, and never tells a key", async () => {
    const { jwk } = named("reader-P-256");
    const { d, ...open } = jwk;
    for (const [changes, at] of [
      [{ keys: [] }, "decryption.keys"],
      [{ keys: undefined }, "decryption.keys"],
      [{ keys: [open] }, "decryption.keys"],
      [{ keys: [{ ...jwk, use: "sig" }] }, "decryption.keys"],
      [{ keys: [jwk, jwk] }, "decryption.keys"],
      [{ keys: [jwk], algorithms: ["RSA-OAEP-256"] }, "decryption.keys"],
      [{ algorithms: [] }, "decryption.algorithms"],
      [{ encryptions: ["A256"] }, "decryption.encryptions"],
      [{ required: "yes" }, "decryption.required"],
      [{ zip: true }, "decryption"],
    ]) {
      const { error } = await verifier(changes).verify("");
      assert.deepEqual([error?.code, error?.at], ["config_invalid", at], JSON.stringify(Object.keys(changes)));
      assert.ok(!JSON.stringify(error).includes(d) && !error.message.includes(d));
    }
  });
});
