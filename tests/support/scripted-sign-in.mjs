/** Sign-ins at a scripted provider that lies where a test tells it to. */
import { randomBytes } from "node:crypto";
import { startPage } from "../../examples/spa/page-server.mjs";
import { launchChromium } from "./chromium.mjs";
import { startScriptedProvider } from "./scripted-provider.mjs";
import { goodClaims, makeKey, sign } from "./tokens.mjs";

export const CLIENT_ID = "harness";

/**
 * Starts a scripted provider, a page without an app, and a browser.
 *
 * @param {{ after(stop: () => unknown): void }} end
 */
export async function startHarness(end) {
  const key = await makeKey("ES256", "key-1");
  const provider = await startScriptedProvider([key.jwk]);
  end.after(() => provider.close());
  const site = await startPage({ directory: new URL("../e2e/harness/", import.meta.url) });
  end.after(() => site.close());
  site.configure({ issuer: provider.issuer, api: provider.issuer });
  const browser = await launchChromium();
  end.after(() => browser.close());
  return new Harness(provider, key, site, browser);
}

class Harness {
  constructor(provider, key, site, browser) {
    Object.assign(this, { provider, key, site, browser });
    this.behave();
  }

  /** The sign-ins that the provider was asked for, newest last. */
  requests = [];
  /** The bodies that the token endpoint was sent. */
  exchanges = [];

  /**
   * How the provider answers from now on.
   *
   * @param {object} [lies]
   * @param {(callback: object) => object} [lies.callback] changes the parameters of the redirect back
   * @param {(claims: object) => object} [lies.claims] changes the ID token's claims
   * @param {(token: string) => string | undefined} [lies.idToken] changes the signed ID token
   * @param {object} [lies.key] signs in place of the published key
   * @param {object} [lies.tokenAnswer] the token endpoint's answer
   */
  behave({ callback = same, claims = same, idToken = same, key = this.key, tokenAnswer } = {}) {
    this.provider.on("/authorize", ({ url }) => {
      const asked = Object.fromEntries(url.searchParams);
      this.requests.push(asked);
      const code = randomBytes(16).toString("base64url");
      const answer = callback({ code, state: asked.state, iss: this.provider.issuer });
      const back = new URL(asked.redirect_uri);
      for (const [name, value] of Object.entries(answer)) if (value !== undefined) back.searchParams.set(name, value);
      return { status: 303, headers: { location: back.href }, body: "" };
    });
    this.provider.on("/token", async ({ body }) => {
      this.exchanges.push(Object.fromEntries(new URLSearchParams(body)));
      if (tokenAnswer) return tokenAnswer;
      const { nonce } = this.requests.at(-1);
      const honest = goodClaims(this.provider.issuer, { aud: CLIENT_ID, nonce, scope: undefined, name: "Ada" });
      const token = idToken(await sign(key, claims(honest)));
      return { body: { access_token: "at-1", token_type: "Bearer", expires_in: 300, id_token: token } };
    });
  }

  /** Opens the page, with an app of one client. */
  async open(path = "", options = {}) {
    const page = await this.browser.newPage();
    await page.goto(this.site.url + path);
    return this.boot(page, options);
  }

  /** Makes the page's client; call it again after each navigation. */
  async boot(page, options = {}) {
    const settings = { issuer: this.provider.issuer, clientId: CLIENT_ID, redirectUri: this.site.url, ...options };
    await page.evaluate(async (settings) => {
      const { createClient } = await import("edgeward");
      globalThis.events = [];
      globalThis.makeClient = () => createClient(settings);
      globalThis.client = globalThis.makeClient();
      globalThis.plain = (result) => (result.ok ? result : { ok: false, code: result.error.code });
      globalThis.client.onAuthStateChange((event) => globalThis.events.push([event.type, event.state.status]));
    }, settings);
    return page;
  }

  /** Starts a sign-in and follows it back to the page, which has a client again but has not looked. */
  async goAndReturn(page, options = {}, clientOptions = {}) {
    const asked = this.requests.length;
    await Promise.all([
      page.waitForEvent("framenavigated", () => this.requests.length > asked),
      page.evaluate((options) => void globalThis.client.signIn(options), options),
    ]);
    await page.waitForLoadState();
    return this.boot(page, clientOptions);
  }
}

/** Handles the callback in the page's address bar. */
export function handleCallback(page) {
  return page.evaluate(async () => globalThis.plain(await globalThis.client.handleCallback()));
}

/** The page's session. */
export function session(page) {
  return page.evaluate(() => globalThis.client.getSession());
}

function same(value) {
  return value;
}
