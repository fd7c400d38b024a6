/** Encrypted tokens at the gateway: opened with the configured keys, then verified like any other. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { atEnd } from "../support/at-end.mjs";
import { AGREEMENTS, ENCRYPTIONS, readers, seal } from "../support/readers.mjs";
import { flipped } from "../support/tokens.mjs";
import { issuerConfig, startEdge } from "../support/worker.mjs";

const decryption = (changes = {}) => ({
  key_bindings: ["READER_KEYS"],
  algorithms: ["dir", "A128KW", "A256KW", ...AGREEMENTS, "RSA-OAEP-256"],
  encryptions: ENCRYPTIONS,
  ...changes,
});

async function start(end, changes = {}) {
  const keys = await readers();
  const issuers = (provider) => [issuerConfig(provider, { decryption: decryption(changes) })];
  const bindings = { READER_KEYS: JSON.stringify({ keys: keys.map(({ jwk }) => jwk) }) };
  return { keys, edge: await startEdge(end, { issuers, bindings }) };
}

describe("an encrypted token", () => {
  const end = atEnd();
  let edge;
  let keys;
  before(async () => ({ edge, keys } = await start(end)));

  test("is opened and verified for every key management and content encryption", async () => {
    let pairs = 0;
    for (const key of keys) {
      for (const alg of key.algorithms) {
        for (const enc of key.encryptions) {
          const answer = await edge.call(await seal(key, await edge.token(), { alg, enc }));
          assert.equal(answer.status, 200, `${key.kid} ${alg} ${enc}: ${answer.text}`);
          assert.equal(answer.json.identity.subject, "ada");
          pairs += 1;
        }
      }
    }
    assert.equal(pairs, 4 * 3 * 4 + 4 + 2 * 4 + 4);
  });

  test("is refused with any part of it altered, whatever the key management", async () => {
    for (const key of keys) {
      const token = await seal(key, await edge.token());
      for (const [place, part] of token.split(".").entries()) {
        if (part === "") continue;
        const answer = await edge.call(flipped(token, place, 5));
        assert.equal(answer.status, 401, `${key.kid} part ${place}`);
        if (place !== 0) assert.equal(answer.json.error, "token_decryption_failed", `${key.kid} part ${place}`);
      }
    }
  });

  test("without a kid is tried with the keys that fit", async () => {
    const direct = keys.find(({ kid }) => kid === "reader-A256CBC-HS512");
    assert.equal((await edge.call(await seal(direct, await edge.token(), { kid: undefined }))).status, 200);
    const unknown = await edge.call(await seal(direct, await edge.token(), { kid: "other" }));
    assert.equal(unknown.json.error, "token_key_not_found");
  });

  test("is worth nothing unless a token of the issuer is inside", async () => {
    const [key] = keys;
    const claims = JSON.stringify({ iss: edge.provider.issuer, sub: "root", exp: 9999999999 });
    for (const content of [claims, "", "a.b.c", await seal(key, await edge.token())]) {
      const answer = await edge.call(await seal(key, content));
      assert.equal(answer.json.error, "token_malformed", content.slice(0, 20));
    }
    const foreign = await edge.token({ iss: "https://other.example" });
    assert.equal((await edge.call(await seal(key, foreign))).json.error, "token_issuer_invalid");
    const expired = await edge.token({ exp: 1 });
    assert.equal((await edge.call(await seal(key, expired))).json.error, "token_expired");
    const unannounced = await seal(key, await edge.token(), { cty: undefined });
    assert.equal((await edge.call(unannounced)).json.error, "token_type_invalid");
  });

  test("is not demanded unless the configuration says so", async () => {
    assert.equal((await edge.call(await edge.token())).status, 200);
  });
});

test("a token that is only signed is refused where encryption is required", async (t) => {
  const { edge, keys } = await start(t, { required: true });
  assert.equal((await edge.call(await edge.token())).json.error, "token_encryption_required");
  assert.equal((await edge.call(await seal(keys[0], await edge.token()))).status, 200);
});

test("algorithms that are not configured are refused", async (t) => {
  const { edge, keys } = await start(t, {
    algorithms: ["ECDH-ES", "RSA-OAEP-256", "dir", "A128KW", "A256KW"],
    encryptions: ["A128CBC-HS256", "A256GCM", "A128GCM", "A256CBC-HS512"],
  });
  const wrapped = await seal(keys[0], await edge.token(), { alg: "ECDH-ES+A256KW" });
  assert.equal((await edge.call(wrapped)).json.error, "token_alg_not_allowed");
});

test("five parts are no token where no decryption is configured", async (t) => {
  const edge = await startEdge(t);
  const [key] = await readers();
  assert.equal((await edge.call(await seal(key, await edge.token()))).json.error, "token_malformed");
});

test("a key that is absent, public or unusable stops every request", async (t) => {
  const issuers = (provider) => [issuerConfig(provider, { decryption: decryption() })];
  const [{ jwk }] = await readers();
  const { d, ...open } = jwk;
  for (const text of [undefined, "", "{}", JSON.stringify(open), JSON.stringify({ ...jwk, use: "sig" })]) {
    const edge = await startEdge(t, { issuers, bindings: text === undefined ? {} : { READER_KEYS: text } });
    const answer = await edge.call(await edge.token());
    assert.equal(answer.json.error, "config_invalid", text);
    assert.ok(!answer.text.includes(d), "the answer holds no key");
  }
});
