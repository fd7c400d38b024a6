/** A session in cookies, from the sign-in to the sign-out. */
import assert from "node:assert/strict";
import { before, beforeEach, describe, test } from "node:test";
import { decodeJwt, exportJWK, generateKeyPair, importJWK, jwtVerify } from "jose";
import { atEnd } from "../support/at-end.mjs";
import { LIFETIME, ORIGIN, SECRET, makeSite, signIn, startIssuer, whoami } from "./site.mjs";

const UNAVAILABLE = { status: 503, body: { error: "temporarily_unavailable" } };

describe("a session in cookies", () => {
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
    issuer.exchanges.length = 0;
  });

  test("begins with a sign-in that leads back to where it began", async () => {
    const back = await signIn(issuer, browser, "/todos?done=1");
    assert.deepEqual([back.status, back.headers.get("location")], [303, "/todos?done=1"]);
    const [line] = back.headers.getSetCookie().filter((one) => one.startsWith("__Host-edgeward=A"));
    assert.match(line, /; Path=\/; HttpOnly; SameSite=Lax; Secure; Max-Age=2592000$/);
    assert.equal(back.headers.get("cache-control"), "private, no-store");
    assert.equal(await whoami(browser), "ada");
  });

  test("is told of to no cache, and a page without one may be cached", async () => {
    const anonymous = await browser.go("/");
    assert.deepEqual([anonymous.headers.get("vary"), anonymous.headers.get("cache-control")], ["Cookie", null]);
    await signIn(issuer, browser);
    const personal = await browser.go("/");
    assert.deepEqual([personal.headers.get("vary"), personal.headers.get("cache-control")], ["Cookie", "private, no-store"]);
    assert.deepEqual(personal.headers.getSetCookie(), [], "nothing changed");
  });

  test("shows no token to whoever sees the cookies", async () => {
    await signIn(issuer, browser);
    const { refresh_token: sent } = issuer.exchanges[0];
    assert.equal(sent, undefined);
    assert.doesNotMatch(browser.header, /at-|rt-|ada|eyJ/);
  });

  test("is refreshed shortly before its token ends, and only then", async () => {
    await signIn(issuer, browser);
    site.pass(LIFETIME - 32);
    assert.equal((await browser.go("/")).headers.getSetCookie().length, 0);
    assert.equal(issuer.refreshes, 0);
    site.pass(4);
    const refreshed = await browser.go("/");
    assert.equal(refreshed.headers.getSetCookie().length, 1);
    assert.equal(await whoami(browser), "ada");
    assert.equal(issuer.refreshes, 1);
  });

  test("is refreshed once by requests that come at the same time", async () => {
    await signIn(issuer, browser);
    site.pass(LIFETIME);
    const others = Array.from({ length: 6 }, () => browser.copy());
    assert.deepEqual(await Promise.all(others.map((other) => whoami(other))), Array(6).fill("ada"));
    assert.equal(issuer.refreshes, 1);
    for (const other of others) {
      site.pass(LIFETIME);
      assert.equal(await whoami(other), "ada", "whichever answer came last");
    }
  });

  test("is refreshed once also by another copy of the package in the process", async () => {
    await signIn(issuer, browser);
    const copy = await import(`${import.meta.resolve("edgeward/server")}?copy`);
    const second = makeSite(issuer, { createServerClient: copy.createServerClient });
    const other = second.browser();
    other.cookies = new Map(browser.cookies);
    site.pass(LIFETIME);
    second.pass(LIFETIME);
    assert.deepEqual(await Promise.all([whoami(browser), whoami(other)]), ["ada", "ada"]);
    assert.equal(issuer.refreshes, 1);
  });

  test("survives an answer that never reached the browser", async () => {
    await signIn(issuer, browser);
    site.pass(LIFETIME);
    const lost = browser.copy();
    assert.equal(await whoami(lost), "ada");
    assert.equal(await whoami(browser), "ada", "still with the old cookie");
    site.pass(LIFETIME);
    assert.equal(await whoami(browser), "ada");
    assert.equal(issuer.refreshes, 2);
  });

  for (const [name, outage] of [["503", UNAVAILABLE], ["a reset connection", { reset: true }], ["429", { status: 429, headers: { "retry-after": "1" }, body: {} }]]) {
    test(`goes on over an outage (${name}), with the cookies as they are`, async () => {
      await signIn(issuer, browser);
      const before = browser.header;
      site.pass(LIFETIME - 10);
      issuer.outage = outage;
      const answer = await browser.go("/");
      assert.equal((await answer.json()).subject, "ada");
      assert.deepEqual([answer.headers.getSetCookie(), browser.header], [[], before]);
      issuer.outage = undefined;
      site.pass(120);
      assert.equal(await whoami(browser), "ada");
    });
  }

  test("ends when the issuer no longer honours it", async () => {
    await signIn(issuer, browser);
    site.pass(LIFETIME);
    issuer.outage = { status: 400, body: { error: "invalid_grant" } };
    assert.equal(await whoami(browser), null);
    assert.equal(browser.session, "");
  });

  test("is cleared where nobody can read it", async () => {
    await signIn(issuer, browser);
    const [name, value] = [...browser.cookies].find(([own]) => own === "__Host-edgeward");
    for (const broken of [`${value.slice(0, -2)}AA`, "dummy", "", "x".repeat(100), value.slice(4)]) {
      const other = browser.copy();
      other.cookies.set(name, broken);
      assert.equal(await whoami(other), null);
      assert.equal(other.cookies.has(name), false, broken.slice(0, 10));
    }
    const moved = makeSite(await startIssuer(end)).browser();
    moved.cookies = new Map(browser.cookies);
    assert.equal(await whoami(moved), null, "a session of another issuer, though its token is fresh");
    assert.equal(moved.cookies.has(name), false);
  });

  test("is neither read nor written by a page of another site", async () => {
    await signIn(issuer, browser);
    site.pass(LIFETIME);
    for (const headers of [
      { origin: "https://evil.example" },
      { origin: "null" },
      { "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors" },
      { "sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors" },
    ]) {
      const answer = await browser.go("/", { headers });
      assert.equal((await answer.json()).subject, null);
      assert.deepEqual([answer.headers.getSetCookie(), answer.headers.get("vary")], [[], "Origin"]);
    }
    const posted = await browser.go("/sign-in", { method: "POST", headers: { origin: "https://evil.example" } });
    assert.deepEqual([posted.status, posted.headers.getSetCookie()], [403, []], "nor is a sign-in begun in this browser");
    assert.equal(issuer.refreshes, 0);
    assert.equal(await whoami(browser, { headers: { origin: ORIGIN } }), "ada");
  });

  test("ends with a sign-out, here and at the issuer, also for requests under way", async () => {
    await signIn(issuer, browser);
    const late = browser.copy();
    assert.equal((await browser.go("/sign-out")).status, 303);
    assert.deepEqual([browser.session, await whoami(browser)], ["", null]);
    assert.match(issuer.revoked.at(-1), /^(rt|at)-/);
    const answer = await late.go("/");
    assert.equal((await answer.json()).subject, null, "a request with the old cookie");
    assert.deepEqual(answer.headers.getSetCookie(), [], "whose answer may come after another sign-in");
  });

  test("is beaten by a sign-out while it is refreshed", async () => {
    await signIn(issuer, browser);
    site.pass(LIFETIME);
    const other = browser.copy();
    let release;
    issuer.held = new Promise((resolve) => (release = resolve));
    const refreshing = whoami(other);
    while (issuer.refreshes === 0) await new Promise((resolve) => setImmediate(resolve));
    const leaving = browser.go("/sign-out");
    await new Promise((resolve) => setImmediate(resolve));
    release();
    await Promise.all([refreshing, leaving]);
    assert.equal(await whoami(browser), null);
    assert.equal(await whoami(other), null, "the refreshed tokens are not brought back");
  });

  for (const [place, options] of [["cookies", () => ({})], ["a store", () => ({ store: makeStore() })]]) {
    test(`in ${place} is not cleared by an answer that a sign-in has overtaken`, async () => {
      site = makeSite(issuer, options());
      browser = site.browser();
      await signIn(issuer, browser);
      const leaving = await browser.go("/sign-in");
      site.pass(LIFETIME);
      let release;
      issuer.held = new Promise((resolve) => (release = resolve));
      const before = issuer.refreshes;
      const refreshing = browser.copy().go("/");
      while (issuer.refreshes === before) await new Promise((resolve) => setImmediate(resolve));
      issuer.held = undefined;
      await browser.go(issuer.authorize(leaving.headers.get("location")));
      release();
      browser.keep(await refreshing);
      assert.equal(await whoami(browser), "ada");
    });
  }

  test("is another one after a sign-in as somebody else", async () => {
    await signIn(issuer, browser);
    const stolen = browser.copy();
    issuer.claims = { sub: "grace" };
    await signIn(issuer, browser);
    assert.equal(await whoami(browser), "grace");
    assert.equal(await whoami(stolen), null, "the one that it replaced is over");
    assert.equal(await whoami(browser), "grace");
  });

  test("goes over several cookies where one is too small, and over none where no server takes them", async () => {
    issuer.claims = { groups: Array.from({ length: 60 }, (_, at) => `group-${at}-${"x".repeat(30)}`) };
    await signIn(issuer, browser);
    assert.ok(browser.cookies.has("__Host-edgeward.1"));
    for (const [name, value] of browser.cookies) assert.ok(name.length + value.length < 3800, name);
    assert.equal(await whoami(browser), "ada");
    const torn = browser.copy();
    torn.cookies.delete("__Host-edgeward.1");
    assert.equal(await whoami(torn), null);
    assert.equal(torn.session, "", "what is left of it is cleared");
    const small = issuer.claims;
    issuer.claims = { groups: Array(4).fill(small.groups).flat().map((group, at) => `${group}${at}`) };
    await assert.rejects(signIn(issuer, site.browser()), { code: "session_too_large" });
  });

  test("is sealed by the new secret and opened by the old one", async () => {
    await signIn(issuer, browser);
    const fresh = "another secret that is long enough!!";
    const rotated = makeSite(issuer, { cookies: { secret: [fresh, SECRET] } });
    const kept = rotated.browser();
    kept.cookies = new Map(browser.cookies);
    assert.equal(await whoami(kept), "ada");
    const without = makeSite(issuer, { cookies: { secret: fresh } }).browser();
    without.cookies = new Map(browser.cookies);
    assert.equal(await whoami(without), null);
  });

  test("is read where only headers are at hand, without a request to the issuer", async () => {
    await signIn(issuer, browser);
    site.pass(LIFETIME);
    const session = await site.server.read({ cookie: browser.header });
    assert.equal(session.subject, "ada");
    assert.equal(issuer.refreshes, 0);
    assert.equal(await site.server.read({}), null);
  });

  test("is handed on with its new cookies to what handles the request next", async () => {
    await signIn(issuer, browser);
    site.pass(LIFETIME);
    const auth = await site.server.open(browser.request("/", { headers: { "x-other": "1" } }));
    const headers = await auth.requestHeaders();
    assert.equal(headers.get("x-other"), "1");
    assert.notEqual(headers.get("cookie"), browser.header);
    browser.keep(await auth.applyTo(new Response()));
    assert.equal(headers.get("cookie"), browser.header);
    assert.equal((await site.server.read(headers)).subject, "ada");
  });

  test("asks the issuer for its metadata once, not for every request", async () => {
    const other = await startIssuer(end);
    for (let at = 0; at < 3; at++) await signIn(other, makeSite(other).browser());
    assert.equal(other.provider.discoveries, 1);
  });

  test("shows the issuer who the site is, with a secret or with a key", async () => {
    const secret = makeSite(issuer, { clientSecret: "s3cret/+" });
    await signIn(issuer, secret.browser());
    assert.equal(issuer.exchanges.at(-1).authorization, `Basic ${btoa("web:s3cret%2F%2B")}`);
    const { privateKey } = await generateKeyPair("ES256", { extractable: true });
    const jwk = { ...(await exportJWK(privateKey)), alg: "ES256", kid: "web-1" };
    const { d, ...published } = jwk;
    const site = makeSite(issuer, { privateKey: jwk });
    const browser = site.browser();
    await signIn(issuer, browser);
    site.pass(LIFETIME);
    assert.equal(await whoami(browser), "ada");
    for (const { client_assertion: assertion } of issuer.exchanges.slice(-2)) {
      const { payload, protectedHeader } = await jwtVerify(assertion, await importJWK(published, "ES256"), { audience: issuer.issuer, currentDate: new Date(decodeJwt(assertion).iat * 1000) });
      assert.deepEqual([payload.iss, payload.sub, protectedHeader.kid], ["web", "web", "web-1"]);
    }
    assert.equal(new Set(issuer.exchanges.slice(-2).map((one) => one.client_assertion)).size, 2);
  });

  test("wrong options are named", async () => {
    for (const [options, at] of [[{ cookies: { secret: "short" } }, "cookies.secret"], [{ redirectUri: "http://app.example/" }, "redirectUri"]]) {
      await assert.rejects(makeSite(issuer, options).server.ready(), { code: "config_invalid", at });
    }
  });
});

/** A store in the memory of one process. */
function makeStore() {
  const values = new Map();
  return {
    get: async (key) => values.get(key) ?? null,
    set: async (key, value) => void values.set(key, value),
    remove: async (key) => void values.delete(key),
    async compareAndSwap(key, expected, next) {
      if ((values.get(key) ?? null) !== expected) return false;
      if (next === null) values.delete(key);
      else values.set(key, next);
      return true;
    },
  };
}
