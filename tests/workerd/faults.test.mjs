/** Issuers that fail in every way, attackers who make the gateway ask them, and how often they are asked. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { issuerConfig, startEdge } from "../support/worker.mjs";
import { startScriptedProvider } from "../support/scripted-provider.mjs";
import { flood } from "../support/flood.mjs";
import { forge, goodClaims, makeKey, now, sign } from "../support/tokens.mjs";

/** For tests whose failure would be that nothing happens. */
const PATIENCE = { timeout: 60_000 };
/** Below the deadline of a fetch, which is 5 seconds; far above what an answer takes. */
const AT_ONCE_MILLIS = 4_000;

const HUGE = Buffer.alloc(10 * 1024 * 1024, " ");

/** What an issuer's key set may be instead of one, and what is then said to whom it cannot be done without. */
const FAULTS = [
  ["500", { status: 500, body: "oops" }, "jwks_unavailable"],
  ["502 with the keys in it", (keys) => ({ status: 502, body: { keys } }), "jwks_unavailable"],
  ["503", { status: 503, body: "" }, "jwks_unavailable"],
  ["429", { status: 429, body: "" }, "jwks_unavailable"],
  ["204", { status: 204, body: "" }, "jwks_unavailable"],
  ["a redirect", { status: 302, headers: { location: "/elsewhere" } }, "jwks_invalid"],
  ["truncated JSON", (keys) => ({ body: JSON.stringify({ keys }).slice(0, -3) }), "jwks_invalid"],
  ["a body that breaks off", (keys) => ({ body: { keys }, cut: 40 }), "jwks_unavailable"],
  ["a connection that is reset", { reset: true }, "jwks_unavailable"],
  ["10 MB", { body: HUGE }, "jwks_invalid"],
  ["a page in HTML", { headers: { "content-type": "text/html" }, body: "<html>" }, "jwks_invalid"],
  ["a list", { body: [] }, "jwks_invalid"],
  ["bytes that are no UTF-8", { body: Buffer.from([0xff, 0xfe, 0x7b]) }, "jwks_invalid"],
];

const scripted = (fault, keys) => (typeof fault === "function" ? fault(keys) : fault);

/** How often a failing issuer may have been asked by then: at first, and after 1, 2, 4 … seconds more. */
const attempts = (since) => 1 + Math.floor(Math.log2((performance.now() - since) / 1000 + 1));

/** A gateway that knows its key set's address, so that a fetch is one request. */
const startDirect = (t, o = {}) => {
  const issuers = (provider) => [issuerConfig(provider, { jwks_uri: `${provider.issuer}/jwks` })];
  return startEdge(t, { issuers, ...o, config: { log: "none", ...o.config } });
};

/** The same with a document in KV that somebody fetched `age` seconds ago. */
async function startStored(t, age, { keys, at = now() - age } = {}) {
  const edge = await startDirect(t, { kv: true });
  const stored = keys ?? edge.provider.keys;
  const body = typeof stored === "string" ? stored : JSON.stringify({ keys: stored });
  await (await namespace(edge)).put(storedName(edge), body, { metadata: { "x-edgeward-at": String(at) } });
  return edge;
}

const namespace = (edge) => edge.worker.miniflare.getKVNamespace("KEYS");
const storedName = (edge) => `edgeward/jwks/${edge.provider.issuer}/jwks`;

/** Calls until it is answered as expected. */
async function eventually(call, status) {
  const since = performance.now();
  for (;;) {
    const answer = await call();
    if (answer.status === status) return answer;
    assert.ok(performance.now() - since < 8_000, `${answer.status} ${answer.text}`);
    await pause(100);
  }
}

const pause = (millis) => new Promise((resolve) => setTimeout(resolve, millis));

async function until(holds) {
  const since = performance.now();
  while (!(await holds())) {
    assert.ok(performance.now() - since < 8_000, "it does not come true");
    await pause(20);
  }
}

describe("without keys", () => {
  for (const [name, fault, code] of FAULTS) {
    test(`${name}: 100 first calls cost one fetch, are told so, and the next ones pass`, PATIENCE, async (t) => {
      const edge = await startDirect(t);
      edge.provider.onKeys(scripted(fault, edge.provider.keys));
      const token = await edge.token();
      const since = performance.now();
      const answers = await Promise.all(Array.from({ length: 100 }, () => edge.call(token)));
      const told = new Set(answers.map((answer) => `${answer.status} ${answer.json?.error}`));
      assert.deepEqual([...told], [`503 ${code}`]);
      assert.ok(edge.provider.keyFetches <= attempts(since), `${edge.provider.keyFetches} fetches`);
      assert.equal(edge.provider.count("/elsewhere"), 0);
      edge.provider.onKeys(() => ({ body: { keys: edge.provider.keys } }));
      await eventually(() => edge.call(token), 200);
      assert.ok(edge.provider.keyFetches <= attempts(since), `${edge.provider.keyFetches} fetches`);
    });
  }

  test("a body that drips is given up after 5 seconds", PATIENCE, async (t) => {
    const edge = await startDirect(t);
    edge.provider.onKeys({ body: { keys: edge.provider.keys }, drip: 250 });
    const token = await edge.token();
    const since = performance.now();
    const answers = await Promise.all(Array.from({ length: 20 }, () => edge.call(token)));
    const seconds = (performance.now() - since) / 1000;
    assert.deepEqual([...new Set(answers.map(({ json }) => json.error))], ["jwks_unavailable"]);
    assert.ok(seconds > 4 && seconds < 12, `${seconds} s`);
    assert.ok(edge.provider.keyFetches <= 2, "the second after the first was given up");
  });

  test("100 first calls to a slow issuer pass, from one fetch", PATIENCE, async (t) => {
    const edge = await startDirect(t);
    edge.provider.onKeys(() => pause(600).then(() => ({ body: { keys: edge.provider.keys } })));
    const token = await edge.token();
    const answers = await Promise.all(Array.from({ length: 100 }, () => edge.call(token)));
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
    assert.equal(edge.provider.keyFetches, 1);
  });

  test("a first caller who hangs up has the keys fetched for the others", PATIENCE, async (t) => {
    const edge = await startDirect(t);
    const token = await edge.token();
    let release;
    const released = new Promise((resolve) => (release = resolve));
    edge.provider.onKeys(() => released.then(() => ({ body: { keys: edge.provider.keys } })));
    const impatient = new AbortController();
    const asked = edge.provider.asked("/jwks");
    const first = fetch(edge.url, { headers: { authorization: `Bearer ${token}` }, signal: impatient.signal });
    await asked;
    impatient.abort();
    await assert.rejects(first);
    const others = Promise.all(Array.from({ length: 10 }, () => edge.call(token)));
    release();
    const since = performance.now();
    for (const answer of await others) assert.equal(answer.status, 200, answer.text);
    assert.ok(performance.now() - since < AT_ONCE_MILLIS);
    assert.equal(edge.provider.keyFetches, 1);
  });

  test("an issuer that asks to be left alone is", PATIENCE, async (t) => {
    const edge = await startDirect(t);
    edge.provider.onKeys({ status: 429, headers: { "retry-after": "60" }, body: "" });
    const token = await edge.token();
    assert.equal((await edge.call(token)).status, 503);
    edge.provider.onKeys(() => ({ body: { keys: edge.provider.keys } }));
    await pause(1_500);
    assert.equal((await edge.call(token)).json.error, "jwks_unavailable");
    assert.equal(edge.provider.keyFetches, 1, "the usual wait of a second is over");
  });

  test("an empty set is no outage: nothing verifies, and it is not fetched again for each call", async (t) => {
    const edge = await startDirect(t);
    edge.provider.onKeys({ body: { keys: [] } });
    for (let call = 0; call < 20; call++) {
      assert.equal((await edge.call(await edge.token())).json.error, "token_key_not_found");
    }
    assert.equal(edge.provider.keyFetches, 1);
  });

  test("what the server calls the document does not matter", async (t) => {
    for (const type of ["text/html", "text/plain; charset=latin1", "application/octet-stream"]) {
      const edge = await startDirect(t);
      edge.provider.onKeys({ headers: { "content-type": type }, body: { keys: edge.provider.keys } });
      assert.equal((await edge.call(await edge.token())).status, 200, type);
    }
  });

  test("metadata of another issuer costs no fetch of its keys", async (t) => {
    const edge = await startEdge(t);
    edge.provider.onDiscovery({ body: edge.provider.metadata({ issuer: "https://evil.example" }) });
    const answers = await Promise.all(Array.from({ length: 50 }, async () => edge.call(await edge.token())));
    assert.deepEqual([...new Set(answers.map(({ json }) => json.error))], ["discovery_issuer_mismatch"]);
    assert.deepEqual([edge.provider.discoveries, edge.provider.keyFetches], [1, 0]);
  });
});

describe("with keys at hand", () => {
  const all = [...FAULTS, ["an answer that never comes", { hang: true }], ["a body that drips", { body: {}, drip: 500 }]];
  for (const [name, fault] of all) {
    test(`${name}: they are renewed in the background, and nobody feels that it fails`, PATIENCE, async (t) => {
      const edge = await startStored(t, 500);
      edge.provider.onKeys(scripted(fault, edge.provider.keys));
      const token = await edge.token();
      for (let call = 0; call < 10; call++) {
        const since = performance.now();
        assert.equal((await edge.call(token)).status, 200);
        assert.ok(performance.now() - since < AT_ONCE_MILLIS);
      }
      await until(() => edge.provider.keyFetches > 0);
      assert.ok(edge.provider.keyFetches <= 3, `${edge.provider.keyFetches} fetches`);
    });
  }

  test("a renewal takes the place of the document it renews", PATIENCE, async (t) => {
    const fresh = await makeKey("ES256", "key-2");
    const edge = await startStored(t, 500);
    edge.provider.keys = [fresh.jwk];
    const old = await edge.token();
    assert.equal((await edge.call(old)).status, 200, "the document of the store still has the key");
    const refused = await eventually(() => edge.call(old), 401);
    assert.equal(refused.json.error, "token_key_not_found");
    assert.equal((await edge.call(await edge.token({}, {}, fresh))).status, 200);
    assert.ok(edge.provider.keyFetches <= 2, "one renewal, one look for the key that is gone");
  });

  test("one issuer's outage does not touch another's tokens", PATIENCE, async (t) => {
    const other = await startScriptedProvider();
    t.after(() => other.close());
    other.onDiscovery({ hang: true });
    const issuers = (provider) => [issuerConfig(other), issuerConfig(provider)];
    const edge = await startEdge(t, { issuers, config: { log: "none" } });
    const stranger = await makeKey("ES256", "stranger");
    const lost = Array.from({ length: 20 }, async () => edge.call(await sign(stranger, goodClaims(other.issuer))));
    for (let call = 0; call < 20; call++) {
      const since = performance.now();
      assert.equal((await edge.call(await edge.token())).status, 200);
      assert.ok(performance.now() - since < AT_ONCE_MILLIS);
    }
    for (const answer of await Promise.all(lost)) assert.match(answer.json.error, /^(discovery|jwks)_unavailable$/);
    assert.ok(other.discoveries <= 2, "the second after the first was given up");
  });
});

describe("the store that isolates share", () => {
  test("what was fetched lies in KV, with the time it was fetched at", PATIENCE, async (t) => {
    const edge = await startDirect(t, { kv: true });
    const token = await edge.token();
    assert.equal((await edge.call(token)).status, 200);
    const kv = await namespace(edge);
    await until(async () => (await kv.get(storedName(edge))) !== null);
    const { value, metadata } = await kv.getWithMetadata(storedName(edge), "json");
    assert.deepEqual(value, { keys: edge.provider.keys });
    assert.ok(Math.abs(Number(metadata["x-edgeward-at"]) - now()) < 30);
  });

  test("a fresh document of the store spares the issuer", async (t) => {
    const edge = await startStored(t, 100);
    assert.equal((await edge.call(await edge.token())).status, 200);
    assert.equal(edge.provider.keyFetches, 0);
  });

  test("a stale one does not, but serves for a day where the issuer fails", PATIENCE, async (t) => {
    const stale = await startStored(t, 700);
    assert.equal((await stale.call(await stale.token())).status, 200);
    assert.equal(stale.provider.keyFetches, 1);
    for (const [age, status] of [[700, 200], [86_000, 200], [86_500, 503]]) {
      const edge = await startStored(t, age);
      edge.provider.onKeys({ status: 500 });
      assert.equal((await edge.call(await edge.token())).status, status, `${age} s`);
      assert.equal(edge.provider.keyFetches, 1);
    }
  });

  test("what is not as it was written is passed over", PATIENCE, async (t) => {
    const other = await makeKey("ES256", "key-1");
    for (const [age, stored] of [
      [0, { keys: "no JSON" }],
      [0, { keys: "{}" }],
      [0, { keys: JSON.stringify({ keys: [] }) + " ".repeat(64 * 1024) }],
      [0, { keys: [other.jwk], at: now() + 3600 }],
      [0, { keys: [other.jwk], at: "soon" }],
    ]) {
      const edge = await startStored(t, age, stored);
      assert.equal((await edge.call(await edge.token())).status, 200, JSON.stringify(stored).slice(0, 80));
      assert.equal(edge.provider.keyFetches, 1);
    }
  });

  test("a binding that is no namespace lets nothing through", async (t) => {
    const edge = await startDirect(t, { config: { jwks_cache_binding: "KEYS" } });
    assert.equal((await edge.call(await edge.token())).json.error, "config_invalid");
  });
});

describe("attackers", () => {
  const invented = async (edge, number) =>
    forge({ alg: "ES256", kid: `invented-${number}` }, goodClaims(edge.provider.issuer), () => Buffer.alloc(64, 1));

  for (const [name, script, answered] of [
    ["an issuer that answers", undefined, /^(401 token_key_not_found|503 jwks_unavailable)$/],
    ["an issuer that does not", { hang: true }, /^503 jwks_unavailable$/],
  ]) {
    test(`10,000 invented kids and ${name}: one fetch, and valid tokens pass meanwhile`, { timeout: 240_000 }, async (t) => {
      const edge = await startDirect(t);
      const token = await edge.token();
      assert.equal((await edge.call(token)).status, 200);
      if (script) edge.provider.onKeys(script);
      const kids = await Promise.all(Array.from({ length: 10_000 }, (_, number) => invented(edge, number)));
      const isValid = (number) => number % 10 === 9;
      const since = performance.now();
      const answers = await flood(11_000, 100, (number) => ({
        url: edge.url,
        headers: ["authorization", `Bearer ${isValid(number) ? token : kids[Math.floor((number * 10) / 11)]}`],
      }));
      const seconds = (performance.now() - since) / 1000;
      const valid = answers.filter((_, number) => isValid(number));
      assert.deepEqual([...new Set(valid.map(({ status }) => status))], [200]);
      const slowest = Math.max(...valid.map(({ millis }) => millis));
      assert.ok(slowest < AT_ONCE_MILLIS, `a valid token waited ${slowest} ms`);
      for (const { status, body } of answers.filter((_, number) => !isValid(number))) {
        assert.match(`${status} ${JSON.parse(body).error}`, answered);
      }
      const allowed = 1 + Math.ceil(seconds / 30);
      assert.ok(edge.provider.keyFetches <= allowed, `${edge.provider.keyFetches} fetches in ${seconds} s`);
      t.diagnostic(`${edge.provider.keyFetches} fetches in ${seconds.toFixed(1)} s, slowest valid token ${slowest.toFixed(0)} ms`);
    });
  }

  test("addresses of keys in a token's header are never asked", async (t) => {
    const edge = await startEdge(t);
    const evil = await startScriptedProvider();
    t.after(() => evil.close());
    const key = await makeKey("ES256", "evil");
    evil.keys = [key.jwk];
    const [jku, x5u] = [`${evil.issuer}/jwks`, `${evil.issuer}/x5u`];
    for (const header of [{ jku }, { x5u }, { jwk: key.jwk }, { jku, x5u, jwk: key.jwk }, { jku, kid: "key-1" }, { kid: jku }]) {
      const answer = await edge.call(await edge.token({}, header, key));
      assert.equal(answer.status, 401, JSON.stringify(header));
    }
    assert.deepEqual([evil.count("/jwks"), evil.count("/x5u"), evil.discoveries], [0, 0, 0]);
    assert.ok(edge.provider.keyFetches <= 2);
  });

  test("10,000 forged signatures cost one fetch", { timeout: 120_000 }, async (t) => {
    const edge = await startDirect(t);
    assert.equal((await edge.call(await edge.token())).status, 200);
    const forged = await forge({ alg: "ES256", kid: "key-1" }, goodClaims(edge.provider.issuer), () => Buffer.alloc(64, 1));
    const since = performance.now();
    const headers = ["authorization", `Bearer ${forged}`];
    const answers = await flood(10_000, 100, () => ({ url: edge.url, headers }));
    assert.ok(answers.every(({ body }) => JSON.parse(body).error === "token_signature_invalid"));
    assert.ok(edge.provider.keyFetches <= 1 + Math.ceil((performance.now() - since) / 30_000));
  });
});

describe("rotation", () => {
  test("with an overlap no token is refused", PATIENCE, async (t) => {
    const edge = await startDirect(t);
    const next = await makeKey("ES256", "key-2");
    const statuses = new Set();
    const calls = async (...keys) => {
      const tokens = await Promise.all(keys.flatMap((key) => Array.from({ length: 20 }, () => edge.token({}, {}, key))));
      for (const answer of await Promise.all(tokens.map((token) => edge.call(token)))) statuses.add(answer.status);
    };
    await calls(edge.key);
    edge.provider.keys = [edge.key.jwk, next.jwk];
    await calls(edge.key);
    await calls(edge.key, next);
    edge.provider.keys = [next.jwk];
    await calls(next);
    assert.deepEqual([...statuses], [200]);
    assert.equal(edge.provider.keyFetches, 2);
  });

  test("another key under the same kid costs one refused token", PATIENCE, async (t) => {
    const edge = await startDirect(t);
    assert.equal((await edge.call(await edge.token())).status, 200);
    const swapped = await makeKey("ES256", "key-1");
    edge.provider.keys = [swapped.jwk];
    const token = await edge.token({}, {}, swapped);
    assert.equal((await edge.call(token)).json.error, "token_signature_invalid");
    await until(() => edge.provider.keyFetches === 2);
    await eventually(() => edge.call(token), 200);
    assert.equal((await edge.call(await edge.token())).json.error, "token_signature_invalid", "the old key is gone");
    assert.equal(edge.provider.keyFetches, 2);
  });
});

describe("keys that the operator chose", () => {
  test("of the published keys only a pinned one verifies", async (t) => {
    const { calculateJwkThumbprint } = await import("jose");
    const keys = [await makeKey("ES256", "pinned"), await makeKey("ES256", "other")];
    const pinned_keys = [await calculateJwkThumbprint(keys[0].jwk)];
    const edge = await startEdge(t, { keys, issuers: (provider) => [issuerConfig(provider, { pinned_keys })] });
    assert.equal((await edge.call(await edge.token({}, {}, keys[0]))).status, 200);
    assert.equal((await edge.call(await edge.token({}, {}, keys[1]))).json.error, "token_key_not_found");
  });

  test("a key set in the configuration needs no issuer", async (t) => {
    const key = await makeKey("ES256", "inline");
    const jwks = { keys: [key.jwk] };
    const edge = await startEdge(t, { issuers: (provider) => [issuerConfig(provider, { jwks })] });
    await edge.provider.stop();
    assert.equal((await edge.call(await edge.token({}, {}, key))).status, 200);
    assert.equal((await edge.call(await edge.token())).json.error, "token_key_not_found");
  });

  test("a new secret and the one before it both verify, and a short one lets nothing through", async (t) => {
    const secrets = ["n".repeat(32), "o".repeat(40)];
    const changes = { algorithms: ["HS256"], secret_bindings: ["NEW", "OLD"] };
    const issuers = (provider) => [issuerConfig(provider, changes)];
    const edge = await startEdge(t, { issuers, bindings: { NEW: secrets[0], OLD: secrets[1] } });
    const token = (text) => edge.token({}, {}, { alg: "HS256", secret: new TextEncoder().encode(text) });
    for (const secret of secrets) assert.equal((await edge.call(await token(secret))).status, 200);
    assert.equal((await edge.call(await token("x".repeat(32)))).json.error, "token_signature_invalid");
    const short = await startEdge(t, { issuers, bindings: { NEW: secrets[0], OLD: "short" } });
    assert.equal((await short.call(await token(secrets[0]))).json.error, "config_invalid");
  });
});
