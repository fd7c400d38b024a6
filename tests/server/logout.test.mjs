/** An issuer that signs its users out: by a request of its own, and in a hidden frame. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { before, beforeEach, describe, test } from "node:test";
import { atEnd } from "../support/at-end.mjs";
import { makeKey, now, sign } from "../support/tokens.mjs";
import { CLIENT_ID, makeSite, signIn, startIssuer, whoami } from "./site.mjs";

const EVENT = "http://schemas.openid.net/event/backchannel-logout";
const FORM = { "content-type": "application/x-www-form-urlencoded" };

function memory() {
  const texts = new Map();
  return { texts, get: (key) => texts.get(key), set: (key, text) => void texts.set(key, text), remove: (key) => void texts.delete(key) };
}

describe("a logout token", () => {
  const end = atEnd();
  let issuer;
  let site;
  let store;
  before(async () => {
    issuer = await startIssuer(end);
  });
  beforeEach(() => {
    issuer.claims = { sid: "s-1" };
    store = memory();
    site = makeSite(issuer, { store, backChannelLogout: true });
  });

  const claims = (changes) => ({ iss: issuer.issuer, aud: CLIENT_ID, iat: now(), exp: now() + 60, jti: randomUUID(), sub: "ada", sid: "s-1", events: { [EVENT]: {} }, ...changes });
  const token = (changes, { key = issuer.key, ...header } = {}) => sign(key, claims(changes), { typ: "logout+jwt", ...header });
  const post = (logout_token, { method = "POST", headers = FORM } = {}) =>
    site.server.backChannelLogout(new Request("https://app.example/logout", { method, headers, ...(method === "POST" && { body: new URLSearchParams({ logout_token }).toString() }) }));

  /** Somebody who is signed in, in a session that the issuer calls `sid`. */
  async function person(sid, sub = "ada") {
    issuer.claims = { sid, sub };
    const browser = site.browser();
    await signIn(issuer, browser);
    assert.equal(await whoami(browser), sub);
    return browser;
  }

  test("ends the session that it names, in whatever browser it is, and no other", async () => {
    const [ended, other] = [await person("s-1"), await person("s-2")];
    const answer = await post(await token());
    assert.deepEqual([answer.status, answer.headers.get("cache-control")], [200, "no-store"]);
    const page = await ended.go("/");
    assert.equal((await page.json()).subject, null);
    assert.match(page.headers.getSetCookie()[0], /^__Host-edgeward=; .*Max-Age=0/);
    assert.equal(await whoami(other), "ada");
  });

  test("without a session ends all of the subject that began before", async () => {
    const [one, two, eve] = [await person("s-1"), await person("s-2"), await person("s-3", "eve")];
    await post(await token({ sid: undefined, iat: now() + 1 }));
    assert.deepEqual([await whoami(one), await whoami(two), await whoami(eve)], [null, null, "eve"]);
    issuer.claims = { sid: "s-4", sub: "ada", iat: now() + 2 };
    await signIn(issuer, one);
    assert.equal(await whoami(one), "ada", "and none that begins afterwards");
  });

  test("holds for another process on the same store", async () => {
    const browser = await person("s-1");
    await post(await token());
    const other = makeSite(issuer, { store, backChannelLogout: true, cookies: { name: "edgeward" } });
    const answer = await other.handle(browser.request("/"));
    assert.equal((await answer.json()).subject, null);
  });

  for (const [what, make] of [
    ["of another key", async () => token({}, { key: await makeKey("ES256", "key-1") })],
    ["for another client", () => token({ aud: "somebody-else" })],
    ["of another issuer", () => token({ iss: "https://evil.example" })],
    ["that is old", () => token({ iat: now() - 3600, exp: undefined })],
    ["without the event", () => token({ events: {} })],
    ["with a nonce", () => token({ nonce: "n" })],
    ["about nobody", () => token({ sub: undefined, sid: undefined })],
    ["that is an access token", () => token({}, { typ: "at+jwt" })],
    ["that is nothing", () => "nonsense"],
  ]) {
    test(`${what} ends nothing, and is told so`, async () => {
      const browser = await person("s-1");
      const answer = await post(await make());
      assert.equal(answer.status, 400);
      assert.equal((await answer.json()).error, "invalid_request");
      assert.equal(await whoami(browser), "ada");
    });
  }

  test("is posted as a form, and as nothing else", async () => {
    const good = await token();
    assert.equal((await post(good, { method: "GET" })).status, 405);
    assert.equal((await post(good, { headers: { "content-type": "application/json" } })).status, 400);
  });

  test("that cannot be written down is to be sent again", async () => {
    const browser = await person("s-1");
    store.set = () => Promise.reject(new Error("down"));
    assert.equal((await post(await token())).status, 503);
    assert.equal(await whoami(browser), "ada");
  });

  test("needs a store: what only browsers keep nobody else can end", async () => {
    await assert.rejects(makeSite(issuer, { backChannelLogout: true }).server.ready(), { code: "config_invalid", at: "store" });
    await assert.rejects(makeSite(issuer, { store }).server.backChannelLogout(new Request("https://app.example/", { method: "POST" })), { code: "config_invalid" });
  });

  test("that was not looked for costs no question: the store is asked for the session alone", async () => {
    const plain = makeSite(issuer, { store, cookies: { name: "plain" } });
    const browser = plain.browser();
    await signIn(issuer, browser);
    const asked = [];
    const { get } = store;
    store.get = (key) => (asked.push(key), get(key));
    await whoami(browser);
    assert.ok(asked.length > 0 && asked.every((key) => key.startsWith("edgeward:session:")), asked.join());
  });
});

describe("a frame of the issuer's", () => {
  const end = atEnd();
  let issuer;
  let site;
  let browser;
  before(async () => {
    issuer = await startIssuer(end);
    issuer.claims = { sid: "s-1" };
  });
  beforeEach(async () => {
    site = makeSite(issuer);
    browser = site.browser();
    await signIn(issuer, browser);
  });

  async function load(query, options) {
    const answer = await site.server.frontChannelLogout(browser.request(`/front?${new URLSearchParams(query)}`, options));
    browser.keep(answer);
    return answer;
  }

  test("ends the session that it names", async () => {
    const answer = await load({ iss: issuer.issuer, sid: "s-1" });
    assert.deepEqual([answer.status, answer.headers.get("cache-control")], [200, "private, no-store"]);
    assert.equal(await whoami(browser), null);
    assert.deepEqual(issuer.revoked, [], "the issuer knows it");
  });

  for (const [what, query] of [
    ["another session", () => ({ iss: issuer.issuer, sid: "s-2" })],
    ["another issuer", () => ({ iss: "https://evil.example", sid: "s-1" })],
    ["no session", () => ({ iss: issuer.issuer })],
    ["nothing", () => ({})],
  ]) {
    test(`that names ${what} ends nothing`, async () => {
      assert.equal((await load(query())).status, 400);
      assert.equal(await whoami(browser), "ada");
    });
  }

  test("that a script of another site asks for reads no cookie", async () => {
    await load({ iss: issuer.issuer, sid: "s-1" }, { headers: { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" } });
    assert.equal(await whoami(browser), "ada");
  });

  test("where nobody is signed in does nothing", async () => {
    browser.cookies.clear();
    assert.equal((await load({ iss: issuer.issuer, sid: "s-1" })).status, 200);
  });
});
