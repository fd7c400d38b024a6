/** Answers to a sign-in that a page of the issuer posts, as Apple's does, and answers that are signed. */
import assert from "node:assert/strict";
import { before, beforeEach, describe, test } from "node:test";
import { atEnd } from "../support/at-end.mjs";
import { makeKey, now, sign } from "../support/tokens.mjs";
import { posting } from "./form-post.mjs";
import { CLIENT_ID, makeSite, startIssuer, whoami } from "./site.mjs";

describe("an answer that is posted", () => {
  const end = atEnd();
  let issuer;
  let site;
  let browser;
  before(async () => {
    issuer = await startIssuer(end);
  });
  beforeEach(() => {
    Object.assign(issuer, { outage: undefined, claims: {} });
    issuer.exchanges.length = 0;
    site = makeSite(issuer, { responseMode: "form_post", errorPath: "/sorry" });
    browser = site.browser();
  });

  /** Begins a sign-in; gives the address at the issuer, and what its page posts. */
  async function begin(to = "/") {
    const leaving = await browser.go(`/sign-in?to=${encodeURIComponent(to)}`);
    const location = leaving.headers.get("location");
    const { searchParams } = new URL(issuer.authorize(location), "https://app.example");
    return { asked: new URL(location).searchParams, answer: Object.fromEntries(searchParams) };
  }

  test("completes the sign-in, and leads back to where it began", async () => {
    const { asked, answer } = await begin("/there");
    assert.equal(asked.get("response_mode"), "form_post");
    const back = await posting(browser, "/callback", answer);
    assert.deepEqual([back.status, back.headers.get("location")], [303, "/there"]);
    assert.equal(await whoami(browser), "ada");
  });

  test("finds the sign-in in a cookie that goes to every site, while the session's does not", async () => {
    const { answer } = await begin();
    const [line] = browser.lines.filter((one) => one.includes(".t-"));
    assert.match(line, /; HttpOnly; SameSite=None; Secure; Max-Age=600$/);
    const back = await posting(browser, "/callback", answer);
    const [session] = back.headers.getSetCookie().filter((one) => one.startsWith("__Host-edgeward=A"));
    assert.match(session, /; SameSite=Lax; Secure/);
  });

  for (const [what, change] of [
    ["a script", { headers: { "sec-fetch-mode": "cors" } }],
    ["a form of another type", { headers: { "content-type": "text/plain" } }],
    ["a browser that began none", { cookies: false }],
    ["another path", { path: "/elsewhere" }],
  ]) {
    test(`is taken from no ${what}`, async () => {
      const { answer } = await begin();
      if (change.cookies === false) browser.cookies.clear();
      const back = await posting(browser, change.path ?? "/callback", answer, change.headers);
      assert.deepEqual([issuer.exchanges.length, back.headers.getSetCookie()], [0, []]);
    });
  }

  test("that is longer than any is not read", async () => {
    const { answer } = await begin();
    const back = await posting(browser, "/callback", { ...answer, filling: "x".repeat(70_000) });
    assert.deepEqual([back.status, issuer.exchanges.length], [404, 0]);
  });

  test("of somebody else's making signs nobody in, and ends no session", async () => {
    await posting(browser, "/callback", (await begin()).answer);
    const other = site.browser();
    const leaving = await other.go("/sign-in");
    const foreign = Object.fromEntries(new URL(issuer.authorize(leaving.headers.get("location")), "https://app.example").searchParams);
    issuer.exchanges.length = 0;
    const back = await posting(browser, "/callback", foreign);
    assert.deepEqual([back.status, issuer.exchanges.length, await whoami(browser)], [404, 0, "ada"]);
  });

  test("is not taken at all where answers come in the address", async () => {
    const plain = makeSite(issuer);
    browser = plain.browser();
    const { answer } = await begin();
    const cookie = browser.header;
    const back = await browser.go("/callback", { method: "POST", cookie, body: new URLSearchParams(answer).toString(), headers: { origin: "https://id.example", "content-type": "application/x-www-form-urlencoded" } });
    assert.deepEqual([back.status, issuer.exchanges.length], [404, 0]);
  });
});

describe("an answer that is signed", () => {
  const end = atEnd();
  let issuer;
  let browser;
  before(async () => {
    issuer = await startIssuer(end);
  });
  beforeEach(() => {
    issuer.exchanges.length = 0;
    browser = makeSite(issuer, { responseMode: "query.jwt", errorPath: "/sorry" }).browser();
  });

  /** What the issuer answers, and the same signed. */
  async function begin() {
    const leaving = await browser.go("/sign-in?to=/there");
    const location = leaving.headers.get("location");
    assert.equal(new URL(location).searchParams.get("response_mode"), "query.jwt");
    const { searchParams } = new URL(issuer.authorize(location), "https://app.example");
    return Object.fromEntries(searchParams);
  }
  const claims = (answer, changes) => ({ ...answer, iss: issuer.issuer, aud: CLIENT_ID, exp: now() + 60, ...changes });
  const come = async (answer, { key = issuer.key, ...changes } = {}) => browser.go(`/callback?response=${await sign(key, claims(answer, changes))}`);

  test("completes the sign-in", async () => {
    const back = await come(await begin());
    assert.deepEqual([back.status, back.headers.get("location"), await whoami(browser)], [303, "/there", "ada"]);
  });

  test("must be: without the signature it is nobody's word", async () => {
    const back = await browser.go(`/callback?${new URLSearchParams(await begin())}`);
    assert.equal(back.headers.get("location"), "/sorry?auth_error=callback_invalid");
    assert.equal(issuer.exchanges.length, 0);
  });

  for (const [what, changes, code] of [
    ["by another key", async () => ({ key: await makeKey("ES256", "key-1") }), "token_signature_invalid"],
    ["for another client", () => ({ aud: "somebody-else" }), "token_audience_invalid"],
    ["by another issuer", () => ({ iss: "https://evil.example" }), "(token_issuer_invalid|callback_issuer_mismatch)"],
    ["long ago", () => ({ exp: now() - 3600 }), "token_expired"],
    ["for ever", () => ({ exp: now() + 86_400 }), "token_lifetime_too_long"],
  ]) {
    test(`${what} is refused before its code goes anywhere`, async () => {
      const back = await come(await begin(), await changes());
      assert.match(back.headers.get("location"), new RegExp(`auth_error=${code}$`));
      assert.equal(issuer.exchanges.length, 0);
    });
  }

  test("may be posted as well", async () => {
    browser = makeSite(issuer, { responseMode: "form_post.jwt" }).browser();
    const leaving = await browser.go("/sign-in?to=/there");
    const { searchParams } = new URL(issuer.authorize(leaving.headers.get("location")), "https://app.example");
    const response = await sign(issuer.key, claims(Object.fromEntries(searchParams)));
    const back = await posting(browser, "/callback", { response });
    assert.deepEqual([back.headers.get("location"), await whoami(browser)], ["/there", "ada"]);
  });
});
