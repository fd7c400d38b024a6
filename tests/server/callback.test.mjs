/** The answer to a sign-in: whose code it is, when it is exchanged, and what a failure leaves behind. */
import assert from "node:assert/strict";
import { before, beforeEach, describe, test } from "node:test";
import { atEnd } from "../support/at-end.mjs";
import { makeSite, signIn, startIssuer, whoami } from "./site.mjs";

describe("a callback", () => {
  const end = atEnd();
  let issuer;
  let site;
  let browser;
  before(async () => {
    issuer = await startIssuer(end);
  });
  beforeEach(() => {
    Object.assign(issuer, { outage: undefined, claims: {}, held: undefined });
    issuer.exchanges.length = 0;
    site = makeSite(issuer, { errorPath: "/sorry" });
    browser = site.browser();
  });

  /** Begins a sign-in; gives the path that the issuer sends the browser back to. */
  async function begin(to = "/") {
    const leaving = await browser.go(`/sign-in?to=${encodeURIComponent(to)}`);
    return issuer.authorize(leaving.headers.get("location"));
  }

  for (const [name, options] of [
    ["a script's request", { headers: { accept: "application/json" } }],
    ["a request that takes anything", { headers: { accept: "*/*" } }],
    ["a prefetch", { headers: { "sec-purpose": "prefetch" } }],
    ["a HEAD", { method: "HEAD" }],
    ["a POST", { method: "POST", headers: { origin: "https://app.example" } }],
    ["a page of another site", { headers: { origin: "https://evil.example" } }],
    ["another browser", { cookie: "" }],
  ]) {
    test(`does not use up the code for ${name}`, async () => {
      const path = await begin();
      const answer = await browser.go(path, options);
      assert.deepEqual([answer.status, answer.headers.getSetCookie(), issuer.exchanges.length], [404, [], 0]);
      assert.equal((await browser.go(path)).status, 303, "and the page itself gets it");
      assert.equal(await whoami(browser), "ada");
    });
  }

  test("of the application's own making is not ours", async () => {
    await begin();
    for (const path of ["/callback?code=1234", "/callback?code=1&state=mine", "/callback", "/other?code=1&state=2"]) {
      const answer = await browser.go(path);
      assert.deepEqual([answer.headers.getSetCookie(), issuer.exchanges.length], [[], 0], path);
    }
  });

  for (const [name, outage] of [["503", { status: 503, body: {} }], ["a reset connection", { reset: true }]]) {
    test(`can be reloaded after an outage (${name}): cookies and code stay`, async () => {
      const path = await begin("/there");
      issuer.outage = outage;
      const answer = await browser.go(path);
      assert.equal(answer.status, 503);
      assert.ok(Number(answer.headers.get("retry-after")) >= 1);
      assert.deepEqual(answer.headers.getSetCookie(), []);
      issuer.outage = undefined;
      const again = await browser.go(path);
      assert.deepEqual([again.status, again.headers.get("location")], [303, "/there"]);
      assert.equal(await whoami(browser), "ada");
    });
  }

  test("that is refused leads away from the code, and can be seen to have failed", async () => {
    const path = await begin();
    issuer.outage = { status: 400, body: { error: "invalid_grant" } };
    const answer = await browser.go(path);
    assert.deepEqual([answer.status, answer.headers.get("location")], [303, "/sorry?auth_error=invalid_grant"]);
    issuer.outage = undefined;
    await browser.go(path);
    assert.equal(issuer.exchanges.length, 1, "a code that failed is not sent again");
  });

  test("that a user has declined says so", async () => {
    const state = new URLSearchParams((await begin()).split("?")[1]).get("state");
    const query = new URLSearchParams({ error: "access_denied", state, iss: issuer.issuer });
    const answer = await browser.go(`/callback?${query}`);
    assert.equal(answer.headers.get("location"), "/sorry?auth_error=access_denied");
  });

  test("of another issuer is refused before its code goes anywhere", async () => {
    const path = (await begin()).replace(/iss=[^&]+/, `iss=${encodeURIComponent("https://evil.example")}`);
    assert.match((await browser.go(path)).headers.get("location"), /auth_error=callback_issuer_mismatch/);
    assert.equal(issuer.exchanges.length, 0);
  });

  test("that comes twice at the same time exchanges the code once", async () => {
    const path = await begin();
    const answers = await Promise.all([browser.copy(), browser.copy(), browser].map((one) => one.go(path)));
    assert.equal(issuer.exchanges.length, 1);
    assert.deepEqual(answers.map(({ status }) => status), [303, 303, 303]);
    assert.equal(answers.filter(({ headers }) => headers.get("location") === "/").length, 1);
  });

  test("that is reloaded after the sign-in leads home, signed in", async () => {
    const path = await begin("/there");
    await browser.go(path);
    const again = await browser.go(path);
    assert.equal(again.headers.get("location"), "/");
    assert.deepEqual([issuer.exchanges.length, await whoami(browser)], [1, "ada"]);
  });

  test("that fails leaves whoever was signed in before", async () => {
    await signIn(issuer, browser);
    const path = await begin();
    issuer.outage = { status: 400, body: { error: "invalid_grant" } };
    await browser.go(path);
    issuer.outage = undefined;
    assert.equal(await whoami(browser), "ada");
  });

  test("of either of two sign-ins that were begun side by side is completed", async () => {
    const [first, second] = [await begin("/1"), await begin("/2")];
    assert.equal((await browser.go(second)).headers.get("location"), "/2");
    assert.equal((await browser.go(first)).headers.get("location"), "/1");
  });

  test("leads to no other site, whatever the sign-in was begun with", async () => {
    for (const to of ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"]) {
      assert.equal((await browser.go(await begin(to))).headers.get("location"), "/", to);
    }
  });

  test("after ten minutes is too late", async () => {
    const path = await begin();
    site.pass(601);
    assert.equal((await browser.go(path)).status, 404);
    assert.equal(issuer.exchanges.length, 0);
  });
});
