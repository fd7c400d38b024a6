/** The whole example in Chromium: provider, page, gateway and API, as a person meets them. */
import assert from "node:assert/strict";
import { start } from "../../examples/spa/start.mjs";
import { launchChromium } from "./chromium.mjs";

/**
 * Starts the example and a browser; both stop at the end.
 *
 * @param {{ after(stop: () => unknown): void }} end
 * @param {object} [options] of the example's `start`
 */
export async function startExample(end, options) {
  const example = await start(options);
  end.after(() => example.close());
  const browser = await launchChromium();
  end.after(() => browser.close());
  return { ...example, browser };
}

/** Opens the example's page; what the page's own script or policy complains about fails the test. */
export async function openPage({ browser, page: { url } }, path = "") {
  const page = await browser.newPage();
  page.complaints = [];
  page.on("pageerror", (error) => page.complaints.push(error.message));
  page.on("console", (message) => {
    if (/Content Security Policy/.test(message.text())) page.complaints.push(message.text());
  });
  await page.goto(url + path);
  return page;
}

/** Signs in at the example's provider. */
export async function signIn(page, name) {
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByLabel("Your name").fill(name);
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByText(/^Signed in as/).waitFor();
  assert.deepEqual(page.complaints, []);
}

/**
 * Presses one of the page's calls and reads what it shows.
 *
 * @returns {Promise<{ status: number, facts: Record<string, string>, claims?: object }>}
 */
export async function call(page, name) {
  await page.getByRole("button", { name, exact: true }).click();
  await page.locator("#answer").waitFor();
  const facts = await page.locator("#answer-facts").evaluate((list) => {
    const terms = [...list.querySelectorAll("dt")];
    return Object.fromEntries(terms.map((term) => [term.textContent, term.nextElementSibling.textContent]));
  });
  const received = page.locator("#claims");
  const claims = (await received.isVisible()) ? JSON.parse(await received.textContent()) : undefined;
  assert.deepEqual(page.complaints, []);
  return { status: Number(await page.locator("#status").textContent()), facts, claims };
}

/** The access token that the page's session holds, through the package's own API. */
export function accessToken(page) {
  return page.evaluate(async () => {
    const { createClient } = await import("edgeward");
    const { issuer, clientId, scope, audience, api } = await (await fetch("config.json")).json();
    const redirectUri = `${location.origin}/`;
    const client = createClient({ issuer, clientId, redirectUri, scope, resource: audience, apiOrigins: [api] });
    const result = await client.getAccessToken();
    return result.ok ? result.data.token : Promise.reject(new Error(result.error.code));
  });
}
