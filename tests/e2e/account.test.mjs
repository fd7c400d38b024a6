/** The account page on the Worker's own authority, in Chromium: with a mouse, on a phone, and by keyboard alone. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { before, describe, test } from "node:test";
import { createApi } from "edgeward/api";
import { atEnd } from "../support/at-end.mjs";
import { launchChromium } from "../support/chromium.mjs";
import { startExample } from "../support/example.mjs";

const AXE = await readFile(new URL("../../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

/** Opens the account page in a browser of its own and signs in there. */
async function signedIn(test, example, name, options) {
  const browser = await launchChromium(options);
  test.after(() => browser.close());
  const page = await browser.newPage();
  await page.goto(`${example.page.url}account.html`);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("link", { name: "Continue with Example" }).or(page.getByRole("button", { name: "Continue with Example" })).click();
  await page.locator("input[name=login]").fill(name);
  await page.keyboard.press("Enter");
  await page.locator("#sessions li").first().waitFor();
  return page;
}

/** What axe-core finds wrong with a page. Its policy allows no script of others: the devtools put it there. */
async function violations(page) {
  const session = await page.context().newCDPSession(page);
  const evaluate = async (expression) => {
    const { result, exceptionDetails } = await session.send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
    assert.equal(exceptionDetails, undefined);
    return result.value;
  };
  await evaluate(AXE);
  const found = await evaluate("axe.run().then(({ violations }) => violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`))");
  await session.detach();
  return found;
}

/** Fills the form for a new token and gives what is shown once. */
async function createToken(page, name) {
  await page.getByLabel("Name").fill(name);
  await page.getByRole("button", { name: "Create token" }).click();
  await page.locator("#secret-panel").waitFor();
  return page.locator("#secret").inputValue();
}

describe("the account page", () => {
  const end = atEnd();
  let example;
  before(async () => {
    example = await startExample(end);
  });

  for (const [device, options] of [["a desk", {}], ["a phone", PHONE]]) {
    test(`an API token is made, used, and revoked at ${device}`, async (t) => {
      const page = await signedIn(t, example, "ada", options);
      const token = await createToken(page, `build ${device}`);
      assert.match(token, /^sk_[A-Za-z0-9]{32}$/);
      // A program of the user's, which has the token and nothing else.
      const api = createApi({ url: example.gateway.url, token, errors: "throw" });
      const { tokens } = await api.tokens.list();
      assert.deepEqual(tokens.map(({ name }) => name), [`build ${device}`]);
      assert.deepEqual(await violations(page), []);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.equal(wide, 0, "nothing is wider than the screen");
      await page.reload();
      await page.locator("#tokens li").first().waitFor();
      assert.equal(await page.locator("#secret").inputValue(), "");
      assert.ok(!(await page.content()).includes(token), "it is shown once");
      await page.getByRole("button", { name: `Revoke: build ${device}` }).click();
      await page.locator("#news").waitFor();
      await assert.rejects(api.tokens.list(), { code: "api_key_revoked", status: 401 });
    });
  }

  test("a session elsewhere is seen and ended from here", async (t) => {
    const here = await signedIn(t, example, "eve");
    const there = await signedIn(t, example, "eve", PHONE);
    await here.reload();
    await here.locator("#sessions li").nth(1).waitFor();
    assert.equal(await here.locator("#sessions .here").count(), 1);
    await here.locator("#sessions").getByRole("button", { name: /^Sign out/ }).click();
    await here.locator("#news:not([hidden]), #problem:not([hidden])").first().waitFor();
    assert.equal(await here.locator("#problem").textContent(), "");
    assert.equal(await here.locator("#sessions li").count(), 1);
    await there.goto(`${example.gateway.url}/api/auth/get-session`);
    assert.equal(await there.locator("body").innerText(), "null");
  });

  test("a provider is connected and disconnected", async (t) => {
    const page = await signedIn(t, example, "joe");
    const disconnect = page.getByRole("button", { name: "Disconnect: example" });
    if (await disconnect.count()) await disconnect.click();
    await page.locator("#connections-empty").waitFor();
    await page.getByRole("button", { name: "Connect the example provider" }).click();
    await disconnect.waitFor();
    assert.equal(page.url(), `${example.page.url}account.html`);
    await disconnect.click();
    await page.locator("#connections-empty").waitFor();
  });

  test("everything is done by keyboard alone", async (t) => {
    const page = await signedIn(t, example, "kim");
    const focused = () => page.evaluate(() => document.activeElement?.id || document.activeElement?.textContent);
    const tabTo = async (wanted) => {
      for (let steps = 0; steps < 40; steps++) {
        if ((await focused()) === wanted) return;
        await page.keyboard.press("Tab");
      }
      assert.fail(`${wanted} is not reached with the Tab key`);
    };
    await tabTo("name");
    await page.keyboard.type("keys only");
    await page.keyboard.press("Enter");
    await page.locator("#secret-panel").waitFor();
    await page.waitForFunction(() => document.activeElement?.id === "secret-title");
    await tabTo("dismiss");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.activeElement?.id === "tokens-title");
    await tabTo("Revoke");
    await page.keyboard.press("Enter");
    await page.locator("#tokens-empty").waitFor();
    await page.waitForFunction(() => document.activeElement?.id === "tokens-title");
  });

  test("the pages of a sign-in have nothing that axe-core objects to", async (t) => {
    const browser = await launchChromium(PHONE);
    t.after(() => browser.close());
    const page = await browser.newPage();
    await page.goto(`${example.page.url}account.html`);
    assert.deepEqual(await violations(page), []);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL(/\/oauth\/signin/);
    assert.deepEqual(await violations(page), []);
  });
});
