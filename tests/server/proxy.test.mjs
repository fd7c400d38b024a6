/** The route for a page's scripts, by itself and with the client that uses it. */
import assert from "node:assert/strict";
import { before, beforeEach, describe, test } from "node:test";
import { createProxiedClient } from "edgeward/react";
import { atEnd } from "../support/at-end.mjs";
import { LIFETIME, makeSite, signIn, startIssuer, whoami } from "./site.mjs";

const WANT = { action: "auth:signIn", args: { refreshToken: true } };

describe("the route of a page's scripts", () => {
  const end = atEnd();
  let issuer;
  let site;
  let browser;
  before(async () => {
    issuer = await startIssuer(end);
  });
  beforeEach(async () => {
    Object.assign(issuer, { outage: undefined, claims: {}, held: undefined });
    site = makeSite(issuer);
    browser = site.browser();
    await signIn(issuer, browser);
    issuer.exchanges.length = 0;
  });

  for (const [name, status, path, wish, options] of [
    ["another path", 404, "/api/else", WANT, {}],
    ["another method", 405, "/api/auth", undefined, { method: "GET" }],
    ["another site", 403, "/api/auth", WANT, { headers: { origin: "https://evil.example" } }],
    ["a sandboxed page", 403, "/api/auth", WANT, { headers: { origin: "null" } }],
    ["no JSON", 400, "/api/auth", "nonsense", {}],
    ["a form", 400, "/api/auth", WANT, { headers: { "content-type": "text/plain" } }],
    ["an unknown action", 400, "/api/auth", { action: "auth:root" }, {}],
    ["a refresh token from the page", 400, "/api/auth", { action: "auth:signIn", args: { refreshToken: "rt" } }, {}],
    ["too much", 400, "/api/auth", { action: "auth:signIn", args: { x: "x".repeat(100_000) } }, {}],
  ]) {
    test(`answers ${status} to ${name}, and leaves the cookies`, async () => {
      const answer = wish === undefined ? await browser.go(path, options) : await browser.post(path, wish, options);
      assert.deepEqual([answer.status, answer.headers.getSetCookie()], [status, []]);
      assert.equal(answer.headers.get("allow"), status === 405 ? "POST" : null);
      assert.equal((await answer.json()).error.retryable, false);
      assert.equal(issuer.exchanges.length, 0);
    });
  }

  test("gives the access token and never the refresh token", async () => {
    const { tokens, session } = await (await browser.post("/api/auth", WANT)).json();
    assert.match(tokens.token, /^at-/);
    assert.equal(tokens.refreshToken, "dummy");
    assert.ok(tokens.keepMs > 0 && tokens.keepMs <= (LIFETIME - 30) * 1000);
    assert.equal(session.subject, "ada");
    assert.equal(issuer.refreshes, 0);
  });

  test("refreshes when it is due, and when a page insists", async () => {
    const first = await (await browser.post("/api/auth", WANT)).json();
    site.pass(LIFETIME - 20);
    const due = await (await browser.post("/api/auth", WANT)).json();
    assert.notEqual(due.tokens.token, first.tokens.token);
    const forced = await (await browser.post("/api/auth", { ...WANT, args: { refreshToken: true, forceRefresh: true } })).json();
    assert.notEqual(forced.tokens.token, due.tokens.token);
    assert.equal(issuer.refreshes, 2);
  });

  test("tells a page that nobody is signed in, which is no failure", async () => {
    const answer = await site.browser().post("/api/auth", WANT);
    assert.deepEqual([answer.status, await answer.json()], [200, { tokens: null, session: null }]);
  });

  test("clears the cookies when the session is over, and keeps them over an outage", async () => {
    site.pass(LIFETIME);
    issuer.outage = { status: 503, body: {} };
    const before = browser.header;
    const outage = await browser.post("/api/auth", WANT);
    assert.equal(outage.status, 503);
    assert.equal((await outage.json()).error.retryable, true);
    assert.equal(browser.header, before);
    site.pass(120);
    issuer.outage = { status: 400, body: { error: "invalid_grant" } };
    const over = await browser.post("/api/auth", WANT);
    assert.deepEqual([over.status, await over.json()], [200, { tokens: null, session: null }]);
    assert.equal(browser.session, "");
  });

  test("begins a sign-in for a page, and ends the session for it", async () => {
    const { redirect } = await (await browser.post("/api/auth", { action: "auth:signIn", args: { returnTo: "/back" } })).json();
    const back = await browser.go(issuer.authorize(redirect));
    assert.equal(back.headers.get("location"), "/back");
    const out = await browser.post("/api/auth", { action: "auth:signOut" });
    assert.equal(out.status, 200);
    assert.deepEqual([browser.session, await whoami(browser)], ["", null]);
  });

  describe("and the client in the page", () => {
    function pageClient(options = {}) {
      const left = [];
      const client = createProxiedClient({
        fetch: (url, { body, headers }) => browser.post(url, body, { headers: { ...headers } }),
        navigate: (url) => left.push(url),
        errors: "throw",
        ...options,
      });
      return { client, left };
    }

    test("asks once for what several want, and keeps a token as long as it may", async () => {
      const { client } = pageClient();
      const tokens = await Promise.all([1, 2, 3].map(() => client.getAccessToken()));
      assert.equal(new Set(tokens.map(({ token }) => token)).size, 1);
      assert.equal("refreshToken" in tokens[0], false);
      assert.deepEqual([client.state.status, client.state.session.subject], ["signedIn", "ada"]);
      site.pass(LIFETIME);
      assert.equal((await client.getAccessToken()).token, tokens[0].token, "by the page's own clock it is fresh");
      assert.notEqual((await client.getAccessToken({ forceRefresh: true })).token, tokens[0].token);
    });

    test("tells of what happens, and says why there is no token", async () => {
      const { client, left } = pageClient();
      const events = [];
      client.onAuthStateChange(({ type, state }) => events.push([type, state.status]));
      await client.ready();
      await client.signOut();
      await assert.rejects(client.getAccessToken(), { code: "session_missing", sessionEnded: true });
      await client.signIn({ returnTo: "/x" });
      assert.deepEqual(events, [["initial", "signedIn"], ["signed_out", "signedOut"]]);
      assert.match(left.at(-1), /\/authorize\?/);
    });

    test("keeps its state over an outage, and can try again", async () => {
      const { client } = pageClient();
      await client.ready();
      site.pass(LIFETIME);
      issuer.outage = { status: 503, body: {} };
      await assert.rejects(client.getAccessToken({ forceRefresh: true }), { retryable: true, sessionEnded: false });
      assert.equal(client.state.status, "signedIn");
      issuer.outage = undefined;
      site.pass(120);
      assert.ok((await client.getAccessToken({ forceRefresh: true })).token);
    });

    test("does not give out what was on its way when the user signed out", async () => {
      let release;
      const gate = new Promise((resolve) => (release = resolve));
      const { client } = pageClient({
        async fetch(url, { body, headers }) {
          const answer = await browser.post(url, body, { headers });
          if (body.includes("forceRefresh\":true")) await gate;
          return answer;
        },
      });
      await client.ready();
      const late = client.getAccessToken({ forceRefresh: true });
      await client.signOut();
      release();
      await assert.rejects(late, { code: "session_changed", sessionEnded: true });
      assert.equal(client.state.status, "signedOut");
    });

    test("asks for nothing while the user is signed out", async () => {
      let release;
      const gate = new Promise((resolve) => (release = resolve));
      const sent = [];
      const { client } = pageClient({
        async fetch(url, { body, headers }) {
          const { action } = JSON.parse(body);
          sent.push(action);
          if (action === "auth:signOut") await gate;
          return browser.post(url, body, { headers });
        },
      });
      const statuses = [];
      client.onAuthStateChange(({ state }) => statuses.push(state.status));
      await client.ready();
      const leaving = [client.signOut(), client.signOut()];
      const late = client.getAccessToken();
      await new Promise((resolve) => setImmediate(resolve));
      assert.deepEqual(sent, ["auth:signIn", "auth:signOut", "auth:signOut"]);
      release();
      await Promise.all(leaving);
      await assert.rejects(late, { code: "session_missing", sessionEnded: true });
      assert.deepEqual(statuses, ["signedIn", "signedOut"]);
    });

    test("goes on with the session that a failed sign-out has left", async () => {
      const { client } = pageClient({
        async fetch(url, { body, headers }) {
          if (body.includes("signOut")) throw new TypeError("fetch failed");
          return browser.post(url, body, { headers });
        },
      });
      await client.ready();
      const leaving = client.signOut();
      const late = client.getAccessToken();
      await assert.rejects(leaving, { code: "network_failed" });
      assert.ok((await late).token);
      assert.equal(client.state.status, "signedIn");
    });

    test("sends a token to named origins only", async () => {
      const { client } = pageClient({ apiOrigins: ["https://api.example"] });
      await assert.rejects(client.fetch("https://evil.example/"), { code: "origin_not_allowed" });
      let sent;
      const { client: other } = pageClient({
        apiOrigins: ["https://api.example"],
        fetch: (input, init) => (input instanceof Request ? ((sent = input), new Response()) : browser.post(input, init.body)),
      });
      await other.fetch("https://api.example/todos");
      assert.match(sent.headers.get("authorization"), /^Bearer at-/);
    });
  });
});

