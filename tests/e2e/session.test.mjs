/** What becomes of a session: reload, a second tab, foreign parameters, sign-out. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { before, describe, test } from "node:test";
import { accessToken, call, openPage, signIn, startExample } from "../support/example.mjs";
import { atEnd } from "../support/at-end.mjs";
import { CLIENT_ID, handleCallback, session, startHarness } from "../support/scripted-sign-in.mjs";

describe("a session at the example's page", () => {
  test("survives a reload, with the same token", async (t) => {
    const example = await startExample(t);
    const page = await openPage(example);
    await signIn(page, "grace");
    const token = await accessToken(page);
    await page.reload();
    await page.getByText("Signed in as Grace").waitFor();
    assert.equal(await accessToken(page), token);
    assert.equal((await call(page, "Call the API")).status, 200);
  });

  test("ends with sign-out, here and at the provider", async (t) => {
    const example = await startExample(t);
    const page = await openPage(example);
    await signIn(page, "grace");
    assert.ok(await storesToken(page), "a session is kept in the storage, or there is nothing to clear");
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("button", { name: "Yes, sign out" }).click();
    await page.waitForURL(example.page.url);
    await page.getByText("Not signed in").waitFor();
    assert.ok(!(await storesToken(page)));
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByLabel("Your name").waitFor();
  });

  test("is not begun when the person cancels, and the page says so", async (t) => {
    const example = await startExample(t);
    const page = await openPage(example);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByText(/access_denied/).waitFor();
    await page.getByText("Not signed in").waitFor();
    assert.equal(page.url(), example.page.url);
  });
});

describe("a callback in the address bar", () => {
  const end = atEnd();
  let harness;
  before(async () => {
    harness = await startHarness(end);
  });

  test("signs in, keeps the app's state and cleans the address bar of its own parameters alone", async () => {
    harness.behave();
    const page = await harness.goAndReturn(await harness.open(), { appState: { back: "/todos?page=2" } });
    assert.match(page.url(), /[?&]code=/);
    const result = await handleCallback(page);
    assert.equal(result.ok, true, JSON.stringify(result));
    assert.deepEqual([result.data.kind, result.data.session.subject], ["signedIn", "ada"]);
    assert.deepEqual(result.data.appState, { back: "/todos?page=2" });
    assert.equal(page.url(), harness.site.url);
    assert.equal((await session(page)).claims.name, "Ada");
    const { code_challenge, redirect_uri } = harness.requests.at(-1);
    const exchange = harness.exchanges.at(-1);
    assert.equal(createHash("sha256").update(exchange.code_verifier).digest("base64url"), code_challenge);
    assert.deepEqual([exchange.redirect_uri, exchange.client_id], [redirect_uri, CLIENT_ID]);
  });

  test("sends PKCE with S256, and a state and nonce that are never used twice", async () => {
    const [first, second] = harness.requests.length > 1 ? harness.requests.slice(-2) : await twoRequests();
    for (const request of [first, second]) {
      assert.deepEqual([request.response_type, request.code_challenge_method], ["code", "S256"]);
      assert.match(request.code_challenge, /^[\w-]{43}$/);
    }
    for (const name of ["state", "nonce", "code_challenge"]) {
      assert.ok(first[name].length >= 20);
      assert.notEqual(first[name], second[name]);
    }
  });

  async function twoRequests() {
    await harness.goAndReturn(await harness.open());
    await harness.goAndReturn(await harness.open());
    return harness.requests.slice(-2);
  }

  test("is exchanged once, though a second render handles it too", async () => {
    harness.behave();
    const page = await harness.goAndReturn(await harness.open());
    const exchanged = harness.exchanges.length;
    const results = await page.evaluate(async () => {
      const [first, second] = await Promise.all([client.handleCallback(), client.handleCallback()]);
      const third = await client.handleCallback();
      return [first, second, third].map(plain);
    });
    assert.deepEqual(results.map(({ ok }) => ok), [true, true, true], JSON.stringify(results));
    assert.deepEqual(results.map(({ data }) => data.kind), ["signedIn", "signedIn", "none"]);
    assert.equal(harness.exchanges.length, exchanged + 1);
  });

  test("gives the same result when it is handled again by its address", async () => {
    const page = await harness.goAndReturn(await harness.open());
    const exchanged = harness.exchanges.length;
    const kinds = await page.evaluate(async () => {
      const { href } = location;
      const first = await client.handleCallback(href);
      const second = await client.handleCallback(href);
      return [first, second].map((result) => plain(result).data?.kind);
    });
    assert.deepEqual(kinds, ["signedIn", "signedIn"]);
    assert.equal(harness.exchanges.length, exchanged + 1);
  });

  test("is not replayed by a page that is opened with it again", async () => {
    const page = await harness.goAndReturn(await harness.open());
    const address = page.url();
    assert.equal((await handleCallback(page)).ok, true);
    const exchanged = harness.exchanges.length;
    await page.goto(address);
    await harness.boot(page);
    assert.notEqual((await handleCallback(page)).data?.kind, "signedIn");
    assert.equal(harness.exchanges.length, exchanged);
    assert.equal((await session(page)).subject, "ada", "the session that was there stays");
  });

  for (const query of ["code=abc", "code=abc&state=theirs", "error=x&state=theirs", "state=theirs", "code=a&code=b&state=s"]) {
    test(`is left alone if it is another library's: ?${query}`, async () => {
      const asked = harness.provider.discoveries;
      const page = await harness.open(`?${query}`);
      assert.deepEqual(await handleCallback(page), { ok: true, data: { kind: "none" } });
      assert.equal(page.url(), `${harness.site.url}?${query}`);
      assert.equal(await session(page), null);
      assert.equal(harness.provider.discoveries, asked, "nobody was asked");
    });
  }

  test("tells each listener the initial state once, then every change", async () => {
    harness.behave();
    const page = await harness.open();
    await page.evaluate(() => client.ready());
    assert.deepEqual(await page.evaluate(() => events), [["initial", "signedOut"]]);
    await harness.goAndReturn(page);
    assert.equal((await handleCallback(page)).ok, true);
    await page.evaluate(() => client.signOut({ endSession: false }));
    const told = await page.evaluate(async () => {
      const late = [];
      await new Promise((resolve) => client.onAuthStateChange(({ type }) => resolve(late.push(type))));
      return { events, late };
    });
    assert.deepEqual(told.events.map(([type]) => type), ["initial", "signed_in", "signed_out"]);
    assert.deepEqual(told.late, ["initial"]);
  });
});

/** Whether something like a JWT lies in the page's storage. */
function storesToken(page) {
  return page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]).includes("eyJ"));
}
