/** How the gateway comes by an issuer's keys, and what it does when it cannot. */
import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { startWorker } from "../../examples/spa/gateway.mjs";
import { issuerConfig, startEdge } from "../support/worker.mjs";
import { makeKey, tamper } from "../support/tokens.mjs";
import { bearer, send } from "../support/http.mjs";

/** For tests whose failure would be that nothing happens. */
const PATIENCE = { timeout: 30_000 };

const unavailable = (answer, code) => {
  assert.deepEqual([answer.status, answer.json?.error], [503, code], answer.text);
  assert.equal(answer.headers["www-authenticate"], undefined, "an outage is no challenge");
  assert.equal(answer.headers["cache-control"], "no-store");
};

/** Resolves when the key set lies in the Cache API, which happens behind the answer. */
async function cached({ worker, provider }) {
  const name = Buffer.from(`edgeward/issuer/${provider.issuer}`).toString("base64url");
  const caches = await worker.miniflare.getCaches();
  while (!(await caches.default.match(`https://edgeward.invalid/${name}`))) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe("finding the keys", () => {
  test("OpenID discovery names them, and one fetch serves many calls", async (t) => {
    const edge = await startEdge(t);
    const token = await edge.token();
    for (let call = 0; call < 5; call++) assert.equal((await edge.call(token)).status, 200);
    assert.deepEqual([edge.provider.discoveries, edge.provider.keyFetches], [1, 1]);
  });

  test("a document without max-age, with max-age=0 and with no-store is not fetched for each call", async (t) => {
    for (const value of ["no-store", "max-age=0", "max-age=99999999"]) {
      const edge = await startEdge(t);
      edge.provider.onKeys({ headers: { "cache-control": value }, body: { keys: [edge.key.jwk] } });
      const token = await edge.token();
      for (let call = 0; call < 3; call++) assert.equal((await edge.call(token)).status, 200);
      assert.equal(edge.provider.keyFetches, 1, value);
    }
  });

  test("RFC 8414 metadata is the fallback", async (t) => {
    const edge = await startEdge(t);
    edge.provider.onDiscovery({ status: 404 });
    edge.provider.onAuthorizationServer(() => ({ body: edge.provider.metadata() }));
    assert.equal((await edge.call(await edge.token())).status, 200);
    assert.deepEqual([edge.provider.discoveries, edge.provider.keyFetches], [1, 1]);
  });

  test("a configured jwks_uri needs no discovery", async (t) => {
    const issuers = (provider) => [issuerConfig(provider, { jwks_uri: `${provider.issuer}/jwks` })];
    const edge = await startEdge(t, { issuers });
    assert.equal((await edge.call(await edge.token())).status, 200);
    assert.deepEqual([edge.provider.discoveries, edge.provider.keyFetches], [0, 1]);
  });

  test("metadata that names another issuer is refused, and its keys are not fetched", async (t) => {
    for (const issuer of ["https://evil.example", undefined, 7]) {
      const edge = await startEdge(t);
      edge.provider.onDiscovery({ body: edge.provider.metadata({ issuer }) });
      const answer = await edge.call(await edge.token());
      assert.equal(answer.status, 503);
      assert.match(answer.json.error, /^discovery_(issuer_mismatch|invalid)$/);
      assert.equal(edge.provider.keyFetches, 0);
    }
  });

  test("metadata with a trailing slash at the issuer names another issuer", async (t) => {
    const edge = await startEdge(t);
    edge.provider.onDiscovery({ body: edge.provider.metadata({ issuer: `${edge.provider.issuer}/` }) });
    unavailable(await edge.call(await edge.token()), "discovery_issuer_mismatch");
  });

  test("metadata that points to a plain http host beyond loopback is refused", async (t) => {
    const edge = await startEdge(t);
    edge.provider.onDiscovery({ body: edge.provider.metadata({ jwks_uri: "http://keys.example/jwks" }) });
    unavailable(await edge.call(await edge.token()), "discovery_invalid");
  });

  test("one odd key in the document does not take the others down", async (t) => {
    const edge = await startEdge(t);
    const odd = [{ kty: "EC", crv: "P-256", x: "AA", y: "AA", kid: "odd" }, { kty: "XX" }, { kty: "oct", k: "AA" }];
    edge.provider.onKeys({ body: { keys: [...odd, edge.key.jwk] } });
    assert.equal((await edge.call(await edge.token())).status, 200);
  });
});

describe("what is not followed and not swallowed", () => {
  test("a redirect of the metadata is refused", async (t) => {
    const edge = await startEdge(t);
    edge.provider.onDiscovery({ status: 302, headers: { location: `${edge.provider.issuer}/elsewhere` } });
    edge.provider.on("/elsewhere", { body: edge.provider.metadata() });
    assert.equal((await edge.call(await edge.token())).status, 503);
    assert.equal(edge.provider.count("/elsewhere"), 0);
  });

  for (const status of [301, 302, 303, 307, 308]) {
    test(`a ${status} redirect of the key set is refused`, async (t) => {
      const edge = await startEdge(t);
      edge.provider.onKeys({ status, headers: { location: `${edge.provider.issuer}/elsewhere` } });
      edge.provider.on("/elsewhere", { body: { keys: [edge.key.jwk] } });
      assert.equal((await edge.call(await edge.token())).status, 503);
      assert.equal(edge.provider.count("/elsewhere"), 0);
    });
  }

  test("a document over 64 KiB is refused, and one below is read", async (t) => {
    const body = (edge, size) => {
      const text = JSON.stringify({ keys: [edge.key.jwk], padding: "" });
      return text.replace('"padding":""', `"padding":"${"x".repeat(size - text.length)}"`);
    };
    const below = await startEdge(t);
    below.provider.onKeys({ body: body(below, 64 * 1024) });
    assert.equal((await below.call(await below.token())).status, 200);
    const above = await startEdge(t);
    above.provider.onKeys({ body: body(above, 64 * 1024 + 1) });
    unavailable(await above.call(await above.token()), "jwks_invalid");
  });

  test("a body that never ends is cut off at 64 KiB, not read", async (t) => {
    const edge = await startEdge(t);
    const body = Buffer.alloc(4 * 1024 * 1024, " ");
    edge.provider.onKeys({ body });
    unavailable(await edge.call(await edge.token()), "jwks_invalid");
  });

  test("100 keys are read, and 101 are refused", async (t) => {
    const fill = async (edge, count) => {
      const { jwk } = await makeKey("ES256", "filler");
      const fillers = Array.from({ length: count - 1 }, (_, at) => ({ ...jwk, kid: `filler-${at}` }));
      edge.provider.onKeys({ body: { keys: [...fillers, edge.key.jwk] } });
    };
    const full = await startEdge(t);
    await fill(full, 100);
    assert.equal((await full.call(await full.token())).status, 200);
    const over = await startEdge(t);
    await fill(over, 101);
    unavailable(await over.call(await over.token()), "jwks_invalid");
  });

  for (const [name, answer, code] of [
    ["an error page", { status: 500, body: "oops" }, "jwks_unavailable"],
    ["a missing page", { status: 404, body: "" }, "jwks_unavailable"],
    ["no JSON", { body: "<html>" }, "jwks_invalid"],
    ["no key list", { body: { keys: {} } }, "jwks_invalid"],
  ]) {
    test(`${name} in place of the key set is an outage, not an invalid token`, async (t) => {
      const edge = await startEdge(t);
      edge.provider.onKeys(answer);
      unavailable(await edge.call(await edge.token()), code);
    });
  }
});

describe("keys that are not there", () => {
  test("an unknown kid is looked for once, however many ask", async (t) => {
    const edge = await startEdge(t);
    assert.equal((await edge.call(await edge.token())).status, 200);
    const stranger = await makeKey("ES256", "stranger");
    const first = await edge.call(await edge.token({}, {}, stranger));
    assert.deepEqual([first.status, first.json.error], [401, "token_key_not_found"]);
    assert.equal(edge.provider.keyFetches, 2);
    const more = Array.from({ length: 50 }, (_, at) => edge.token({}, { kid: `invented-${at}` }, stranger));
    for (const answer of await Promise.all((await Promise.all(more)).map((token) => edge.call(token)))) {
      assert.equal(answer.json.error, "token_key_not_found");
    }
    assert.equal(edge.provider.keyFetches, 2, "the cooldown holds");
    assert.equal((await edge.call(await edge.token())).status, 200);
  });

  test("a new key of the issuer is picked up at its first token", async (t) => {
    const edge = await startEdge(t);
    assert.equal((await edge.call(await edge.token())).status, 200);
    const fresh = await makeKey("ES256", "key-2");
    edge.provider.keys = [fresh.jwk];
    assert.equal((await edge.call(await edge.token({}, {}, fresh))).status, 200);
    assert.equal((await edge.call(await edge.token())).json.error, "token_key_not_found", "a withdrawn key is gone");
  });

  test("a first token with an unknown kid costs one fetch", async (t) => {
    const edge = await startEdge(t);
    const answer = await edge.call(await edge.token({}, { kid: "nowhere" }));
    assert.equal(answer.json.error, "token_key_not_found");
    assert.equal(edge.provider.keyFetches, 1);
  });

  test("a token without kid is verified by the key that fits", async (t) => {
    const keys = [await makeKey("ES256", "a"), await makeKey("ES256", "b")];
    const edge = await startEdge(t, { keys });
    assert.equal((await edge.call(await edge.token({}, { kid: undefined }, keys[1]))).status, 200);
  });
});

describe("an issuer that is down or slow", () => {
  test("known keys still verify, and unknown ones are an outage", async (t) => {
    const edge = await startEdge(t);
    const token = await edge.token();
    assert.equal((await edge.call(token)).status, 200);
    await edge.provider.stop();
    assert.equal((await edge.call(token)).status, 200);
    unavailable(await edge.call(await edge.token({}, { kid: "new" })), "jwks_unavailable");
    assert.equal((await edge.call(token)).status, 200);
  });

  test("an issuer that was never reached is an outage", async (t) => {
    const edge = await startEdge(t);
    const token = await edge.token();
    await edge.provider.stop();
    unavailable(await edge.call(token), "discovery_unavailable");
  });

  test("a restarted gateway has the keys from the shared cache, without the issuer", PATIENCE, async (t) => {
    const stateDir = await mkdtemp(join(tmpdir(), "edgeward-cache-"));
    t.after(() => rm(stateDir, { recursive: true, force: true }));
    const edge = await startEdge(t, { stateDir });
    const token = await edge.token();
    assert.equal((await edge.call(token)).status, 200);
    await cached(edge);
    await kept(stateDir);
    await edge.worker.close();
    await edge.provider.stop();
    const again = await startWorker({ bindings: edge.bindings, stateDir });
    t.after(() => again.close());
    const answer = await send(again.url, { headers: [bearer(token)] });
    assert.equal(answer.status, 200, answer.text);
    const forged = await send(again.url, { headers: [bearer(tamper(token, { sub: "root" }))] });
    assert.equal(forged.json.error, "token_signature_invalid", "the keys were used");
  });

  test("a key set that does not come is given up after 5 seconds, and others do not wait longer", PATIENCE, async (t) => {
    const edge = await startEdge(t);
    edge.provider.onKeys({ hang: true });
    const token = await edge.token();
    const since = performance.now();
    const answers = await Promise.all(Array.from({ length: 10 }, () => edge.call(token)));
    const seconds = (performance.now() - since) / 1000;
    for (const answer of answers) unavailable(answer, "jwks_unavailable");
    assert.ok(seconds > 4 && seconds < 9, `${seconds} s`);
  });

  test("200 first calls at once are all answered, from one fetch", PATIENCE, async (t) => {
    const edge = await startEdge(t);
    const token = await edge.token();
    const answers = await Promise.all(Array.from({ length: 200 }, () => edge.call(token)));
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
    assert.equal(edge.provider.keyFetches, 1);
  });

  test("a caller who hangs up during the fetch does not leave the others hanging", PATIENCE, async (t) => {
    const edge = await startEdge(t);
    const token = await edge.token();
    let release;
    const released = new Promise((resolve) => (release = resolve));
    edge.provider.onKeys(() => released.then(() => ({ body: { keys: [edge.key.jwk] } })));
    const impatient = new AbortController();
    const asked = edge.provider.asked("/jwks");
    const first = fetch(edge.url, { headers: { authorization: `Bearer ${token}` }, signal: impatient.signal });
    await asked;
    impatient.abort();
    await assert.rejects(first);
    const others = Promise.all(Array.from({ length: 10 }, () => edge.call(token)));
    release();
    for (const answer of await others) assert.equal(answer.status, 200, answer.text);
  });
});

/** Waits until the Cache API has put something down, which it does behind the answer. */
async function kept(directory) {
  for (let looked = 0; looked < 250; looked++) {
    const files = await readdir(directory, { recursive: true });
    if (files.some((file) => /blobs\/./.test(file))) return;
    await delay(20);
  }
  assert.fail("nothing was kept");
}
