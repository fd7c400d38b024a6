/** The traces of ConvexClient with a token fetcher, for every fetcher that claims to be right. */
import { test } from "node:test";
import assert from "node:assert/strict";
import { ConvexHttpClient } from "convex/browser";
import { FIRST_SECOND, refetch } from "./expected.mjs";
import { startIssuer } from "./issuer.mjs";
import { startFunctions, SyncServer } from "./sync-server.mjs";
import { startTrace } from "./trace.mjs";

/** `ConvexClient` refetches so long before the end. */
const LEEWAY_SECONDS = 10;

/**
 * @param {string} whose says in the tests' names whose fetcher it is
 * @param {(t: object, issuer: object) => Promise<(asked: { forceRefreshToken: boolean }) => Promise<string | null>>} make
 *   makes the fetcher of somebody who is signed in
 */
export function scenarios(whose, make) {
  const begin = async (t, { lifetime, ...options } = {}) => {
    const issuer = await startIssuer({ lifetime });
    t.after(() => issuer.close());
    const fetchToken = await make(t, issuer);
    const trace = startTrace(t, issuer, options);
    const settled = (count) => trace.until(() => trace.all("onChange").length === count, `onChange no. ${count}`);
    return { issuer, fetchToken, trace, settled };
  };
  const tokensOf = (trace) => trace.all("Authenticate").map(({ token }) => token);

  test(`${whose}: the second Authenticate carries another token`, async (t) => {
    const { trace, fetchToken, settled, issuer } = await begin(t);
    trace.setAuth(fetchToken);
    await settled(2);
    assert.deepEqual(trace.lines(), FIRST_SECOND);
    assert.equal(new Set(tokensOf(trace)).size, 2);
    assert.equal(issuer.refreshes, 1);
  });

  test(`${whose}: with initialAuthTokenReuse the token at hand is enough`, async (t) => {
    const { trace, fetchToken, settled, issuer } = await begin(t, { initialAuthTokenReuse: true });
    trace.setAuth(fetchToken);
    await settled(1);
    assert.deepEqual(trace.lines(), FIRST_SECOND.filter((_, at) => at < 4 || at === 5));
    assert.equal(issuer.refreshes, 0);
  });

  test(`${whose}: ten seconds before its end a token is replaced`, async (t) => {
    // What is shared for ten seconds may not be handed out here, so the token lives a little longer.
    const { trace, fetchToken, settled } = await begin(t, { lifetime: LEEWAY_SECONDS + 11 });
    trace.setAuth(fetchToken);
    await settled(2);
    const confirmed = trace.events.at(-1).at;
    await trace.until(() => trace.all("onChange").length === 3, "the scheduled refetch", 15_000);
    assert.deepEqual(trace.lines(), [...FIRST_SECOND, ...refetch(2)]);
    const waited = trace.all("fetch").at(-1).at - confirmed;
    assert.ok(waited > 10_900 && waited < 13_000, `refetched after ${Math.round(waited)} ms`);
    assert.equal(new Set(tokensOf(trace)).size, 3);
  });

  test(`${whose}: a refused token is replaced, and the session goes on`, async (t) => {
    const { trace, fetchToken, settled } = await begin(t);
    trace.server.refusals = 1;
    trace.setAuth(fetchToken);
    await settled(1);
    assert.deepEqual(trace.lines(), [
      "fetch{false}", "Connect", "Authenticate base 0", "AuthError 0", "fetch{true}", "Connect", "Authenticate base 0",
      "Transition 1", "onChange(true)",
    ]);
    assert.equal(new Set(tokensOf(trace)).size, 2);
  });

  test(`${whose}: a deployment that refuses every token is not asked for ever`, async (t) => {
    const { trace, fetchToken, settled } = await begin(t);
    trace.server.refusals = Infinity;
    trace.setAuth(fetchToken);
    await settled(1);
    assert.equal(trace.all("onChange")[0].authenticated, false);
    // Once with the token at hand, once with the one that ten seconds share.
    assert.equal(trace.all("Authenticate").length, 2);
  });

  test(`${whose}: a network that fails while a token is due logs nobody out`, async (t) => {
    for (const fault of ["reset", "unavailable"]) {
      const { trace, fetchToken, settled, issuer } = await begin(t);
      issuer.fault = fault;
      trace.setAuth(fetchToken);
      await settled(1);
      // The token that is still good comes again, which ConvexClient takes as "no newer one".
      await trace.until(() => trace.all("fetched").length === 2, "the forced answer");
      const [first, second] = trace.all("fetched").map(({ token }) => token);
      assert.equal(second, first);
      assert.deepEqual(trace.all("onChange").map(({ authenticated }) => authenticated), [true]);
      // It asks no more by itself, so the deployment tells it when the token has ended.
      issuer.fault = undefined;
      // After a failure the issuer is left alone for a moment.
      const deadline = performance.now() + 10_000;
      while ((await fetchToken({ forceRefreshToken: true })) === first) assert.ok(performance.now() < deadline);
      trace.server.expire();
      await settled(2);
      assert.notEqual(trace.all("fetched").at(-1).token, first);
      assert.equal(trace.all("onChange").at(-1).authenticated, true);
    }
  });

  test(`${whose}: a connection that breaks is authenticated again`, async (t) => {
    const { trace, fetchToken, settled, issuer } = await begin(t);
    trace.setAuth(fetchToken);
    await settled(2);
    trace.server.drop();
    await trace.until(() => trace.all("Connect").length === 2 && trace.all("Transition").length === 3, "a new connection");
    assert.equal(issuer.refreshes, 1);
    assert.equal(trace.all("onChange").some(({ authenticated }) => !authenticated), false);
  });

  test(`${whose}: forced calls side by side share one refresh, and so do those of the next moments`, async (t) => {
    const { fetchToken, issuer } = await begin(t);
    const before = await fetchToken({ forceRefreshToken: false });
    const forced = await Promise.all(Array.from({ length: 10 }, () => fetchToken({ forceRefreshToken: true })));
    forced.push(await fetchToken({ forceRefreshToken: true }));
    assert.equal(new Set(forced).size, 1);
    assert.notEqual(forced[0], before);
    assert.equal(issuer.refreshes, 1);
  });

  test(`${whose}: ConvexHttpClient sends it as a Bearer token, and clearAuth takes it away`, async (t) => {
    const { fetchToken, issuer } = await begin(t);
    const deployment = new SyncServer({ issuer: issuer.url, jwksUri: issuer.jwksUri, record() {} });
    const functions = await startFunctions(deployment);
    t.after(() => functions.close());
    const client = new ConvexHttpClient(functions.url, { skipConvexDeploymentUrlCheck: true, logger: false });
    const token = await fetchToken({ forceRefreshToken: false });
    client.setAuth(token);
    assert.equal(await client.query("users:me"), "ada");
    assert.equal(await client.mutation("users:me"), "ada");
    assert.equal(await client.action("users:me"), "ada");
    client.clearAuth();
    assert.equal(await client.query("users:me"), null);
    const paths = functions.requests.map(({ path }) => path);
    assert.deepEqual(paths, ["/api/query", "/api/mutation", "/api/action", "/api/query"]);
    const sent = functions.requests.map(({ authorization }) => authorization);
    assert.deepEqual(sent, [...Array(3).fill(`Bearer ${token}`), undefined]);
  });
}
