/** Every algorithm that may sign, and the ways in which one passes for another. */
import assert from "node:assert/strict";
import { createHmac, createPublicKey, createSign, KeyObject, randomBytes } from "node:crypto";
import { before, describe, test } from "node:test";
import { atEnd } from "../support/at-end.mjs";
import { issuerConfig, startEdge } from "../support/worker.mjs";
import { ASYMMETRIC, forge, goodClaims, makeKey, tamper } from "../support/tokens.mjs";

describe("asymmetric algorithms", () => {
  const end = atEnd();
  let edge;
  let keys;
  before(async () => {
    keys = await Promise.all(ASYMMETRIC.map((alg) => makeKey(alg, `key-${alg}`)));
    const issuers = (provider) => [issuerConfig(provider, { algorithms: ASYMMETRIC })];
    edge = await startEdge(end, { keys, issuers });
  });

  for (const [at, alg] of ASYMMETRIC.entries()) {
    test(`${alg} verifies, and refuses a changed payload and a foreign key`, async () => {
      const key = keys[at];
      const token = await edge.token({ alg }, {}, key);
      const good = await edge.call(token);
      assert.equal(good.status, 200, good.text);
      assert.equal(good.json.identity.claims.alg, alg);
      assert.equal((await edge.call(tamper(token, { sub: "root" }))).json.error, "token_signature_invalid");
      const foreign = await makeKey(alg, key.kid);
      assert.equal((await edge.call(await edge.token({}, {}, foreign))).json.error, "token_signature_invalid");
    });
  }

  for (const [alg, other] of [["RS256", "PS256"], ["RS256", "RS512"], ["ES256", "ES384"], ["PS256", "RS256"]]) {
    test(`a key for ${alg} is no key for ${other}`, async () => {
      const token = await edge.token({}, { kid: `key-${alg}` }, keys[ASYMMETRIC.indexOf(other)]);
      assert.equal((await edge.call(token)).json.error, "token_key_not_found");
    });
  }
});

describe("HMAC algorithms", () => {
  const ALGORITHMS = ["HS256", "HS384", "HS512"];
  const secret = randomBytes(64).toString("base64url");

  test("each verifies with the secret of the binding, and with no other", async (t) => {
    const issuers = (provider) => [issuerConfig(provider, { algorithms: ALGORITHMS, secret_binding: "HS_SECRET" })];
    const edge = await startEdge(t, { issuers, bindings: { HS_SECRET: secret } });
    for (const alg of ALGORITHMS) {
      const key = { alg, secret: Buffer.from(secret) };
      const good = await edge.call(await edge.token({}, { kid: undefined }, key));
      assert.equal(good.status, 200, good.text);
      const foreign = { alg, secret: randomBytes(64) };
      const bad = await edge.call(await edge.token({}, { kid: undefined }, foreign));
      assert.equal(bad.json.error, "token_signature_invalid");
    }
    assert.equal(edge.provider.discoveries + edge.provider.keyFetches, 0, "a secret needs no network");
  });

  test("a missing or too short secret stops every request", async (t) => {
    const issuers = (provider) => [issuerConfig(provider, { algorithms: ["HS256"], secret_binding: "HS_SECRET" })];
    for (const bindings of [{}, { HS_SECRET: "" }, { HS_SECRET: "short" }]) {
      const edge = await startEdge(t, { issuers, bindings });
      const token = await forge({ alg: "HS256" }, goodClaims(edge.provider.issuer), (input) => hmac("short", input));
      const answer = await edge.call(token);
      assert.ok(answer.status >= 500, `${answer.status}`);
      assert.equal(answer.json.error, "config_invalid", JSON.stringify(bindings));
    }
  });
});

describe("a header that asks for more than it may", () => {
  const end = atEnd();
  let edge;
  before(async () => {
    edge = await startEdge(end);
  });

  const claims = () => goodClaims(edge.provider.issuer);

  for (const alg of ["none", "None", "NONE", ""]) {
    test(`alg "${alg}" with an empty signature is refused`, async () => {
      const token = await forge({ alg, kid: "key-1" }, claims(), () => Buffer.alloc(0));
      const answer = await edge.call(token);
      assert.deepEqual([answer.status, answer.json.error], [401, "token_alg_not_allowed"]);
    });
  }

  test("HS256 keyed with the published public key is refused, in every form of that key", async () => {
    const { jwk, kid } = edge.key;
    const pem = createPublicKey({ key: jwk, format: "jwk" }).export({ type: "spki", format: "pem" });
    for (const secret of [pem, pem.trim(), JSON.stringify(jwk), jwk.x]) {
      const token = await forge({ alg: "HS256", kid }, claims(), (input) => hmac(secret, input));
      assert.equal((await edge.call(token)).json.error, "token_alg_not_allowed");
    }
  });

  test("an algorithm that is not configured is refused though its key is published", async (t) => {
    const keys = [await makeKey("ES256", "a"), await makeKey("RS256", "b")];
    const other = await startEdge(t, { keys });
    assert.equal((await other.call(await other.token({}, {}, keys[1]))).json.error, "token_alg_not_allowed");
    assert.equal((await other.call(await other.token())).status, 200);
  });

  test("crit that is not understood is refused", async () => {
    const token = await edge.token({}, { crit: ["https://claims.example/odd"], "https://claims.example/odd": 1 });
    const answer = await edge.call(token);
    assert.deepEqual([answer.status, answer.json.error], [401, "token_crit_unsupported"]);
  });

  test("a key embedded in the header verifies nothing", async () => {
    const foreign = await makeKey("ES256", "key-1");
    const token = await edge.token({}, { jwk: foreign.jwk }, foreign);
    assert.equal((await edge.call(token)).json.error, "token_signature_invalid");
    const unnamed = await edge.token({}, { jwk: foreign.jwk, kid: "theirs" }, foreign);
    assert.equal((await edge.call(unnamed)).json.error, "token_key_not_found");
  });

  test("addresses in the header are never asked", async () => {
    const jku = `${edge.provider.issuer}/trap`;
    edge.provider.on("/trap", { body: { keys: [edge.key.jwk] } });
    const foreign = await makeKey("ES256", "theirs");
    for (const header of [{ jku }, { x5u: jku }, { jku, kid: undefined }]) {
      const answer = await edge.call(await edge.token({}, header, foreign));
      assert.equal(answer.status, 401);
    }
    assert.equal(edge.provider.count("/trap"), 0);
  });

  test("an ECDSA signature in DER is refused", async () => {
    const key = KeyObject.from(edge.key.privateKey);
    const der = (input) => createSign("sha256").update(input).sign({ key, dsaEncoding: "der" });
    const token = await forge({ alg: "ES256", kid: "key-1" }, claims(), der);
    assert.equal((await edge.call(token)).json.error, "token_signature_invalid");
  });

  test("an all-zero ECDSA signature is refused", async () => {
    const token = await forge({ alg: "ES256", kid: "key-1" }, claims(), () => Buffer.alloc(64));
    assert.equal((await edge.call(token)).json.error, "token_signature_invalid");
  });
});

function hmac(secret, input) {
  return createHmac("sha256", secret).update(input).digest();
}
