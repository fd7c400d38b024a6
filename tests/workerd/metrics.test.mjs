/** Counters, for who has the secret. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { atEnd } from "../support/at-end.mjs";
import { bearer } from "../support/http.mjs";
import { counters } from "../support/metrics.mjs";
import { startEdge } from "../support/worker.mjs";

const SECRET = "scrape-me-0123456789abcdef";
const METRICS = { config: { metrics: { secret_binding: "METRICS_SECRET" } }, bindings: { METRICS_SECRET: SECRET } };

describe("counters", () => {
  const end = atEnd();
  let edge;
  before(async () => {
    edge = await startEdge(end, { ...METRICS, routes: [{ path: "/public", credential: "none" }] });
  });

  const scrape = async (headers = [bearer(SECRET)]) => edge.send("/metrics", { headers });

  test("they count what was let through, turned away and why", async () => {
    const before = counters((await scrape()).text);
    const token = await edge.token();
    await edge.call(token);
    await edge.call(token);
    await edge.send("/public");
    await edge.send("/");
    await edge.call(await edge.token({ exp: 1 }));
    const after = counters((await scrape()).text);
    const grown = (name) => after[name] - (before[name] ?? 0);
    assert.equal(grown("edgeward_requests_allowed_total"), 2);
    assert.equal(grown("edgeward_requests_passed_total"), 1);
    assert.equal(grown("edgeward_requests_denied_total:token_missing"), 1);
    assert.equal(grown("edgeward_requests_denied_total:token_expired"), 1);
  });

  test("they count what the issuers were asked, and what was there already", async (t) => {
    const fresh = await startEdge(t, METRICS);
    const token = await fresh.token();
    for (let at = 0; at < 3; at++) await fresh.call(at ? await fresh.token({ jti: `${at}` }) : token);
    await fresh.call(token);
    const counts = counters((await fresh.send("/metrics", { headers: [bearer(SECRET)] })).text);
    assert.equal(counts.edgeward_key_fetches_total, fresh.provider.keyFetches);
    assert.equal(counts.edgeward_key_fetches_total, 1);
    assert.equal(counts.edgeward_key_hits_total, 3, "all but the first");
    assert.equal(counts.edgeward_token_cache_hits_total, 1);
  });

  test("they come as Prometheus reads them, and nobody keeps them", async () => {
    const { status, headers, text } = await scrape();
    assert.equal(status, 200);
    assert.match(headers["content-type"], /^text\/plain; version=0\.0\.4/);
    assert.equal(headers["cache-control"], "no-store");
    assert.match(text, /^# HELP edgeward_requests_allowed_total .+\n# TYPE edgeward_requests_allowed_total counter\n/);
    assert.match(text, /isolate="[0-9a-f]{12}"/);
  });

  test("without the secret they are not told, and the origin is not asked", async () => {
    const asked = edge.origin.received.length;
    const token = await edge.token();
    for (const headers of [[], [bearer("x")], [bearer(`${SECRET}x`)], [bearer(SECRET.slice(0, -1))], [bearer(token)]]) {
      const { status, text, headers: got } = await scrape(headers);
      assert.equal(status, 401, text);
      assert.doesNotMatch(text, /edgeward_/);
      assert.match(got["www-authenticate"], /^Bearer/);
    }
    assert.equal(edge.origin.received.length, asked);
  });

  test("only that very path is answered", async () => {
    assert.equal((await edge.send("/metrics/x", { headers: [bearer(SECRET)] })).status, 401);
    assert.equal((await edge.call(await edge.token(), "/metrics/x")).status, 200);
  });
});

describe("counters that nobody asked for", () => {
  for (const [name, options] of Object.entries({
    "not configured": {},
    "without the secret that is named": { config: METRICS.config },
    "with an empty secret": { config: METRICS.config, bindings: { METRICS_SECRET: "" } },
  })) {
    test(`${name}: there is nothing here`, async (t) => {
      const edge = await startEdge(t, options);
      const { status, json } = await edge.send("/metrics", { headers: [bearer("x")] });
      assert.deepEqual([status, json.error], [404, "not_found"]);
      assert.equal(edge.origin.received.length, 0);
    });
  }
});
