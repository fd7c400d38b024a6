/** The hooks in Chromium, under StrictMode, with the real client and a provider that counts. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { startPage } from "../../examples/spa/page-server.mjs";
import { atEnd } from "../support/at-end.mjs";
import { startHarness, CLIENT_ID } from "../support/scripted-sign-in.mjs";
import { pageFolder } from "./bundle.mjs";

const ADA = { subject: "ada", claims: {}, scope: ["openid"], expiresAt: null };
const RENDERED = `<p id="session">signedIn ada</p><p id="token">ready at.server</p><p id="error">none</p><button>Sign in</button><button>Sign out</button><button>Refresh</button>`;

describe("under StrictMode", () => {
  const end = atEnd();
  let harness;
  let site;
  let rendered;
  before(async () => {
    harness = await startHarness(end);
    [site, rendered] = await Promise.all([serve(), serve(RENDERED)]);
  });

  async function serve(html) {
    const page = await startPage({ directory: await pageFolder(end, html) });
    end.after(() => page.close());
    page.configure({ issuer: harness.provider.issuer });
    return page;
  }

  function options() {
    const common = { issuer: harness.provider.issuer, clientId: CLIENT_ID, redirectUri: site.url };
    return { ...common, postLogoutRedirectUri: site.url };
  }

  async function open(settings, { url } = site) {
    const page = await harness.browser.newPage();
    page.complaints = [];
    page.on("console", (message) => {
      const icon = message.location().url.endsWith("/favicon.ico");
      if (message.type() === "error" && !icon) page.complaints.push(message.text());
    });
    page.on("pageerror", (error) => page.complaints.push(error.message));
    await page.goto(url);
    await boot(page, settings);
    return page;
  }

  async function boot(page, settings) {
    await page.waitForFunction(() => globalThis.start);
    await page.evaluate((settings) => globalThis.start(settings), settings);
  }

  const text = (page, id) => page.locator(`#${id}`).textContent();

  /** Waits until an element shows a text. */
  async function shows(page, id, expected) {
    await page.locator(`#${id}`, { hasText: expected }).waitFor();
  }

  /** Signs in; the page is left and comes back. */
  async function signIn(page) {
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL(/[?&]code=/);
    await boot(page, { options: options() });
  }

  test("a code is exchanged once, and the page hears of it once", async () => {
    const page = await open({ options: options() });
    await shows(page, "session", "signedOut nobody");
    const before = harness.exchanges.length;
    await signIn(page);
    await shows(page, "session", "signedIn ada");
    await shows(page, "token", "ready at-1");
    assert.equal(harness.exchanges.length - before, 1);
    assert.deepEqual(await page.evaluate(() => globalThis.callbacks), ["signedIn"]);
    assert.equal(await text(page, "error"), "none");
    assert.equal(new URL(page.url()).search, "", "the code is gone from the address");
    assert.deepEqual(page.complaints, []);
  });

  test("a failed sign-in is shown, not thrown, and asked about once", async () => {
    harness.behave({ tokenAnswer: { status: 400, body: { error: "invalid_grant" } } });
    const page = await open({ options: options() });
    const before = harness.exchanges.length;
    await signIn(page);
    await shows(page, "error", "invalid_grant");
    assert.equal(harness.exchanges.length - before, 1);
    assert.deepEqual(await page.evaluate(() => globalThis.callbacks), []);
    harness.behave();
  });

  test("a sign-out is shown at once", async () => {
    const page = await open({ options: options() });
    await signIn(page);
    await shows(page, "session", "signedIn ada");
    await page.getByRole("button", { name: "Sign out" }).click();
    await shows(page, "session", "signedOut nobody");
    await shows(page, "token", "none none");
  });

  test("a page takes over what the server rendered without a flicker", async () => {
    await answerProxy(harness, { session: ADA, tokens: { token: "at.later", refreshToken: "dummy", expiresAt: null, scope: [], keepMs: 1000 } });
    const page = await open(
      { proxied: { url: `${harness.provider.issuer}/proxy` }, given: { session: ADA, token: "at.server" }, hydrate: true },
      rendered,
    );
    await shows(page, "session", "signedIn ada");
    assert.equal(await text(page, "token"), "ready at.server");
    assert.deepEqual([...new Set(await page.evaluate(() => globalThis.seen))], ["signedIn"]);
    assert.deepEqual([page.complaints, await page.evaluate(() => globalThis.callbacks)], [[], []]);
    await page.getByRole("button", { name: "Refresh" }).click();
    await shows(page, "token", "ready at.later");
  });

  test("a token that is always due is asked for once at a time, not for ever", async () => {
    let asked = 0;
    await answerProxy(harness, () => {
      asked += 1;
      const tokens = { token: `at.${asked}`, refreshToken: "dummy", expiresAt: asked, scope: [], keepMs: 0 };
      return { session: { ...ADA, expiresAt: asked }, tokens };
    });
    const page = await open({ proxied: { url: `${harness.provider.issuer}/proxy` } });
    await shows(page, "token", "ready at.2");
    await page.getByRole("button", { name: "Refresh" }).click();
    await shows(page, "token", "ready at.3");
    assert.equal(asked, 3, "once for the session, once for the token, once by the button");
  });

  test("what the server knows to be signed out is not brought back from storage", async () => {
    const page = await open({ options: { ...options(), storage: "local" } });
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL(/[?&]code=/);
    await boot(page, { options: { ...options(), storage: "local" } });
    await shows(page, "session", "signedIn ada");
    await page.goto(site.url);
    await boot(page, { options: { ...options(), storage: "local" }, given: { session: null } });
    await shows(page, "session", "signedOut nobody");
    // The client itself has read its storage by now, and the page still does not show it.
    await page.evaluate(() => globalThis.client.getSession());
    assert.deepEqual([...new Set(await page.evaluate(() => globalThis.seen))], ["signedOut"]);
    assert.equal(await text(page, "token"), "none none");
  });
});

/** Lets the scripted provider play the server's route. */
async function answerProxy({ provider }, body) {
  const headers = { "access-control-allow-headers": "content-type" };
  provider.on("/proxy", ({ request }) => {
    if (request.method === "OPTIONS") return { status: 204, headers, body: "" };
    return { headers, body: typeof body === "function" ? body() : body };
  });
}
