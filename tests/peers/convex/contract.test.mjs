/** The traces themselves: with a fetcher that is right, and with fetchers that are wrong. */
import { test } from "node:test";
import assert from "node:assert/strict";
import { eagerFetcher, goodFetcher, stubbornFetcher, throwingFetcher } from "./contract.mjs";
import { startIssuer } from "./issuer.mjs";
import { scenarios } from "./scenarios.mjs";
import { startTrace } from "./trace.mjs";

scenarios("a fetcher in fifteen lines", (_t, issuer) => goodFetcher(issuer));

test("a fetcher that gives the same token again is never asked again", async (t) => {
  const { trace } = await begin(t, stubbornFetcher, { lifetime: 11 });
  await trace.until(() => trace.all("fetched").length === 2, "the forced fetch");
  await assert.rejects(trace.until(() => trace.all("fetch").length === 3, "a third fetch", 2_500), /never came/);
});

test("a fetcher that gives nothing while the network fails logs the user out", async (t) => {
  const { trace, issuer } = await begin(t, throwingFetcher);
  issuer.fault = "reset";
  await trace.until(() => trace.all("onChange").some(({ authenticated }) => !authenticated), "the end");
});

test("a fetcher that shares nothing burns its refresh token", async (t) => {
  const { fetchToken, issuer } = await begin(t, eagerFetcher);
  const forced = await Promise.all([1, 2, 3].map(() => fetchToken({ forceRefreshToken: true })));
  assert.equal(issuer.refreshes, 3);
  assert.ok(forced.includes(null));
});

async function begin(t, makeFetcher, { lifetime } = {}) {
  const issuer = await startIssuer({ lifetime });
  t.after(() => issuer.close());
  const fetchToken = await makeFetcher(issuer);
  const trace = startTrace(t, issuer);
  trace.setAuth(fetchToken);
  return { trace, issuer, fetchToken };
}
