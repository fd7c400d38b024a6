/** The example with Next, built for production, in Chromium. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { start } from "../../examples/next/start.mjs";
import { atEnd } from "../support/at-end.mjs";
import { launchChromium } from "../support/chromium.mjs";

/** Shorter than the ten seconds before its end at which a token is refreshed. */
const ALWAYS_DUE = 5;

describe("the example with Next", () => {
  const end = atEnd();
  let example;
  let page;
  before(async () => {
    example = await start({ mode: "production", accessTokenSeconds: ALWAYS_DUE });
    end.after(() => example.close());
    const browser = await launchChromium();
    end.after(() => browser.close());
    page = await browser.newPage();
    page.complaints = [];
    page.on("pageerror", (error) => page.complaints.push(error.message));
    page.on("console", (message) => message.type() === "error" && page.complaints.push(`${message.text()} ${message.location().url}`));
  });

  /** The page as the server sent it, before any script ran. */
  async function source(path = "/") {
    const answer = await page.goto(example.url + path);
    return { html: await answer.text(), headers: await answer.allHeaders() };
  }

  test("renders a page for a stranger, and signs in from it", async () => {
    const { html } = await source();
    assert.match(html, /Nobody is signed in/);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByLabel("Your name").fill("ada");
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByText("On the server: ada").waitFor();
    await page.getByText("In the browser: ada").waitFor();
    await page.getByText("Access token: ready").waitFor();
    assert.equal(page.url(), `${example.url}/`, "the code is gone from the address");
  });

  test("renders the session on the server, for this browser alone", async () => {
    const { html, headers } = await source();
    assert.match(html, /On the server: <!-- -->ada|On the server: ada/);
    assert.match(html, /In the browser: (<!-- -->)?ada/);
    assert.match(headers["cache-control"], /no-store/);
    assert.doesNotMatch(html, /refresh_token|rt-|eyJ/);
    assert.equal(await page.evaluate(() => document.cookie), "", "no script sees the cookies");
  });

  test("refreshes before it renders, and hands the new cookies on to the components", async () => {
    const before = example.provider.refreshes();
    for (let at = 0; at < 3; at++) {
      await source("/profile");
      assert.equal(await page.locator("h1").textContent(), "ada");
      assert.ok(Number(await page.locator("#expires").textContent()) > Date.now());
    }
    assert.ok(example.provider.refreshes() - before >= 3);
  });

  test("survives pages and scripts that want a token at the same time", async () => {
    await source();
    const statuses = await page.evaluate(async () => {
      const wish = { method: "POST", headers: { "content-type": "application/json" } };
      const body = JSON.stringify({ action: "auth:signIn", args: { refreshToken: true } });
      const asked = Array.from({ length: 4 }, () => fetch("/api/auth", { ...wish, body }));
      const shown = Array.from({ length: 4 }, () => fetch("/profile"));
      return Promise.all([...asked, ...shown].map(async (answer) => (await answer).status));
    });
    assert.deepEqual(statuses, Array(8).fill(200));
    await source("/profile");
    assert.equal(await page.locator("h1").textContent(), "ada");
  });

  test("signs out here and at the provider", async () => {
    await source();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.waitForURL(`${example.provider.issuer}/**`);
    await page.getByRole("button", { name: "Yes, sign me out" }).click();
    await page.getByText("Nobody is signed in.").waitFor();
    const { html } = await source("/profile");
    assert.match(html, /Nobody is signed in/, "the profile leads home");
  });

  test("no page complained", () => {
    assert.deepEqual(page.complaints.filter((line) => !line.includes("favicon.ico")), []);
  });
});
