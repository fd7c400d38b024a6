/** Our provider under the SDK's client, against servers that rotate strictly and fail on demand. */
import { test } from "node:test";
import assert from "node:assert/strict";
import { auth, UnauthorizedError } from "@modelcontextprotocol/sdk/client/auth.js";
import { makeAgent } from "./agent.mjs";
import { memoryStore } from "./memory-store.mjs";
import { startServers } from "./servers.mjs";

const PARALLEL = 6;

for (const plain of [false, true]) {
  test(`calls that are refused side by side share one refresh${plain ? ", also without our fetch" : ""}`, async (t) => {
    const { issuer, server, agent } = await signedIn(t, { plain });
    server.together = PARALLEL;
    for (let round = 1; round <= 2; round += 1) {
      issuer.expire();
      const results = await Promise.all(Array.from({ length: PARALLEL }, () => agent.call()));
      assert.equal(results.length, PARALLEL);
      assert.deepEqual(issuer.grants, ["authorization_code", ...Array(round).fill("refresh_token")]);
    }
    assert.equal(issuer.pages, 1);
  });
}

test("a call that is refused after the others gets what they got", async (t) => {
  const { issuer, agent } = await signedIn(t);
  const stale = await agent.provider.tokens();
  issuer.expire();
  await agent.call();
  const headers = { authorization: `Bearer ${stale.access_token}`, accept: "application/json, text/event-stream" };
  const late = await agent.provider.fetch(agent.url, { method: "POST", headers, body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" }) });
  assert.equal(late.status, 200);
  assert.deepEqual(issuer.grants, ["authorization_code", "refresh_token"]);
});

test("agents on one store share one refresh", async (t) => {
  const { issuer, server, agent, store } = await signedIn(t);
  const others = await Promise.all([1, 2, 3].map(async () => {
    const other = makeAgent(server.url, store);
    t.after(() => other.close());
    await other.connect();
    return other;
  }));
  issuer.expire();
  server.together = 8;
  await Promise.all([agent, ...others].flatMap((each) => [each.call(), each.call()]));
  assert.deepEqual(issuer.grants, ["authorization_code", "refresh_token"]);
  assert.equal(issuer.registrations, 1);
});

for (const fault of ["reset", "unavailable", "html"]) {
  test(`a token endpoint that answers with ${fault} costs neither the tokens nor a page`, async (t) => {
    const { issuer, server, agent, store } = await signedIn(t);
    server.together = PARALLEL;
    const before = [...store.entries.values()].join();
    issuer.expire();
    issuer.fault = fault;
    const failed = await Promise.allSettled(Array.from({ length: PARALLEL }, () => agent.call()));
    for (const { status, reason } of failed) {
      assert.equal(status, "rejected");
      assert.ok(reason.retryable, `${reason.code} is retryable`);
    }
    assert.equal(agent.pages.length, 1, "only the page of the first sign-in");
    assert.ok(issuer.grants.length <= 2, "the server is not asked once for each call");
    assert.equal([...store.entries.values()].join(), before);
    issuer.fault = undefined;
    server.together = 1;
    await agent.call();
  });
}

test("a session that the server has ended is forgotten, and one page is opened for all", async (t) => {
  const { issuer, server, agent } = await signedIn(t);
  issuer.end();
  server.together = PARALLEL;
  const failed = await Promise.allSettled(Array.from({ length: PARALLEL }, () => agent.call()));
  assert.ok(failed.every(({ reason }) => reason instanceof UnauthorizedError));
  assert.equal(agent.pages.length, 2);
  server.together = 1;
  assert.equal((await agent.provider.tokens()), undefined);
  await agent.agree();
  await agent.call();
});

test("what another process has replaced is not forgotten when the old one is refused", async (t) => {
  const { issuer, agent, store, server } = await signedIn(t);
  const [key, stale] = [...store.entries][0];
  issuer.expire();
  await agent.call();
  // A process that has read before that, asks after it, and could not have the lock.
  issuer.lenient = true;
  const get = (name) => (issuer.grants.length < 3 ? Promise.resolve(stale) : store.get(name));
  const late = makeAgent(server.url, { ...store, get, lock: undefined });
  t.after(() => late.close());
  await late.connect();
  assert.equal(issuer.grants.length, 3);
  assert.equal(JSON.parse(store.entries.get(key)).generation, 2);
  assert.equal(issuer.pages, 1);
});

test("a sign-out beats a refresh that is under way", async (t) => {
  const { issuer, agent, store } = await signedIn(t);
  issuer.expire();
  const calling = agent.call().catch((error) => error);
  while (issuer.grants.length < 2) await new Promise(setImmediate);
  const [key] = [...store.entries.keys()];
  await store.remove(key);
  assert.ok((await calling) instanceof Error);
  assert.equal(store.entries.get(key) === undefined || JSON.parse(store.entries.get(key)).tokens === undefined, true);
});

test("the SDK never sees a refresh token", async (t) => {
  const { agent } = await signedIn(t);
  assert.match((await agent.provider.tokens()).refresh_token, /^edgeward:generation:1$/);
});

test("more scope is asked of the user, who is asked once", async (t) => {
  const { issuer, server, agent } = await signedIn(t);
  server.wanted = "admin";
  await assert.rejects(agent.call("admin"), UnauthorizedError);
  assert.equal(agent.pages.at(-1).searchParams.get("scope"), "admin");
  await agent.agree();
  await agent.call("admin");
  assert.deepEqual(issuer.grants, ["authorization_code", "authorization_code"]);
  // A server that is never content is not obeyed for ever.
  server.wanted = "more than there is";
  issuer.live.clear();
  await assert.rejects(agent.call("admin"));
  assert.ok(agent.pages.length <= 3);
});

test("tokens and registrations are not used with another issuer", async (t) => {
  const { server, agent, store } = await signedIn(t);
  const { issuer: other, server: elsewhere } = await startServers(t);
  // The resource server names another authorization server from now on.
  const moved = makeAgent(server.url, store, { fetch: (url, init) => fetch(String(url).replace(server.origin, elsewhere.origin), init) });
  await auth(moved.provider, { serverUrl: elsewhere.url });
  assert.equal(other.grants.length, 0);
  assert.equal(other.registrations, 1);
  assert.equal(moved.pages.length, 1);
  void agent;
});

test("a client that the issuer has forgotten is registered again", async (t) => {
  const { issuer, agent } = await signedIn(t);
  issuer.clients.clear();
  issuer.expire();
  await assert.rejects(agent.call(), ({ retryable }) => retryable);
  await assert.rejects(agent.call(), UnauthorizedError);
  assert.equal(issuer.registrations, 2);
  await agent.agree();
  await agent.call();
});

test("a callback counts only with the state and the issuer of the page that is open", async (t) => {
  const { issuer, server } = await startServers(t);
  const agent = makeAgent(server.url, memoryStore());
  assert.throws(() => agent.provider.authorizationCode("http://127.0.0.1/callback?code=c&state=s"), code("callback_invalid"));
  assert.equal(await auth(agent.provider, { serverUrl: server.url }), "REDIRECT");
  const state = agent.pages[0].searchParams.get("state");
  const callback = (members) => `http://127.0.0.1/callback?${new URLSearchParams({ state, iss: issuer.url, ...members })}`;
  const rejects = (members, name) => assert.throws(() => agent.provider.authorizationCode(callback(members)), code(name));
  rejects({ code: "c", state: "another" }, "callback_invalid");
  rejects({ code: "c", iss: "https://another.example" }, "callback_issuer_mismatch");
  assert.throws(() => agent.provider.authorizationCode(`http://127.0.0.1/callback?code=c&state=${state}`), code("callback_issuer_mismatch"));
  assert.equal(agent.provider.authorizationCode(callback({ code: "c" })), "c");
  rejects({ error: "access_denied" }, "access_denied");
});

const code = (name) => (error) => error.code === name;

async function signedIn(t, options) {
  const { issuer, server } = await startServers(t);
  const store = memoryStore();
  const agent = makeAgent(server.url, store, options);
  t.after(() => agent.close());
  await agent.connect();
  return { issuer, server, agent, store };
}
