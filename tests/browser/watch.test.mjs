/** The user's session at the provider, watched from a page: the provider's page answers as the specification's does. */
import assert from "node:assert/strict";
import { before, beforeEach, describe, test } from "node:test";
import { atEnd } from "../support/at-end.mjs";
import { launchChromium } from "../support/chromium.mjs";
import { startScriptedProvider } from "../support/scripted-provider.mjs";
import { goodClaims, makeKey, sign } from "../support/tokens.mjs";
import { startSite } from "./site.mjs";

const CLIENT_ID = "spa";

/** A provider with sessions: who is signed in there is told by a cookie that its page can read. */
async function startProvider(end) {
  const key = await makeKey("ES256", "key-1");
  const provider = await startScriptedProvider([key.jwk]);
  end.after(() => provider.close());
  provider.onDiscovery(() => ({ body: provider.metadata({ check_session_iframe: `${provider.issuer}/check`, revocation_endpoint: undefined, end_session_endpoint: undefined }) }));
  provider.codes = new Map();
  provider.asked = [];
  provider.on("/authorize", async ({ url, request }) => {
    const asked = Object.fromEntries(url.searchParams);
    provider.asked.push(asked);
    if (provider.outage) return provider.outage;
    const back = new URL(asked.redirect_uri);
    const answer = { state: asked.state, iss: provider.issuer };
    const { user, state } = provider.session;
    if (asked.prompt === "none" && !user) Object.assign(answer, { error: "login_required" });
    else {
      const code = `code-${provider.codes.size}`;
      provider.codes.set(code, { nonce: asked.nonce, user: user ?? "ada" });
      const origin = back.origin;
      Object.assign(answer, { code, session_state: await sessionState(origin, state) });
    }
    back.search = new URLSearchParams(answer);
    return { status: 303, headers: { location: back.href, "set-cookie": `op_state=${state}; Path=/` }, body: String(request.url && "") };
  });
  provider.on("/token", async ({ body }) => {
    const { nonce, user } = provider.codes.get(new URLSearchParams(body).get("code"));
    const claims = goodClaims(provider.issuer, { aud: CLIENT_ID, sub: user, nonce, scope: undefined });
    return { body: { access_token: "at", token_type: "Bearer", expires_in: 300, id_token: await sign(key, claims) } };
  });
  provider.on("/check", () => ({ headers: { "content-type": "text/html" }, body: CHECK }));
  // What changes the cookie that the provider's page looks at.
  provider.on("/set", ({ url }) => ({ headers: { "set-cookie": `op_state=${url.searchParams.get("state")}; Path=/` }, body: {} }));
  return provider;
}

/** OpenID Connect Session Management §3.2. */
async function sessionState(origin, state, salt = "salt") {
  const bytes = new TextEncoder().encode(`${CLIENT_ID} ${origin} ${state} ${salt}`);
  const hash = Buffer.from(await crypto.subtle.digest("SHA-256", bytes)).toString("hex");
  return `${hash}.${salt}`;
}

const CHECK = `<!doctype html><script>
addEventListener("message", async ({ data, origin, source }) => {
  const [client, state] = String(data).split(" ");
  const [hash, salt] = (state ?? "").split(".");
  if (!salt) return source.postMessage("error", origin);
  const own = (/op_state=([^;]*)/.exec(document.cookie) ?? [])[1];
  const bytes = new TextEncoder().encode([client, origin, own, salt].join(" "));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const hex = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  source.postMessage(hex === hash ? "unchanged" : "changed", origin);
});
</script>`;

const PAGE = `<body><script type="module">
import { createClient } from "edgeward/oauth";
const auth = createClient({ ...JSON.parse(sessionStorage.options ?? "{}"), clientId: "spa", redirectUri: location.origin + "/", scope: "openid", storage: "local" });
globalThis.auth = auth;
globalThis.events = [];
auth.onAuthStateChange(({ type }) => events.push(type));
globalThis.ready = auth.handleCallback();
</script>`;

describe("a page that watches the session at the provider", () => {
  const end = atEnd();
  let browser;
  let provider;
  let site;
  before(async () => {
    provider = await startProvider(end);
    site = await startSite(end, { "/": { body: PAGE }, "/blank": {} });
    browser = await launchChromium();
    end.after(() => browser.close());
  });
  beforeEach(() => {
    provider.session = { user: "ada", state: "s1" };
    provider.outage = undefined;
    provider.asked.length = 0;
  });

  async function signedIn() {
    const page = await browser.newPage();
    await page.goto(`${site}/blank`);
    await page.evaluate((issuer) => {
      localStorage.clear();
      sessionStorage.options = JSON.stringify({ issuer });
    }, provider.issuer);
    await page.goto(site);
    await page.evaluate(() => ready);
    await Promise.all([page.waitForURL(/\/(\?|$)/), page.evaluate(() => auth.signIn())]);
    await page.waitForFunction(() => globalThis.auth?.state.status === "signedIn");
    await page.evaluate(() => void (globalThis.stop = auth.watchSession({ intervalSeconds: 0.1 })));
    return page;
  }

  /** The session at the provider becomes another one. */
  async function change(page, session) {
    provider.session = session;
    await page.evaluate((url) => fetch(url, { mode: "no-cors", credentials: "include" }), `${provider.issuer}/set?state=${session.state}`);
  }
  const silent = () => provider.asked.filter(({ prompt }) => prompt === "none");

  test("asks nothing else while nothing changes, and leaves nothing behind when it stops", async () => {
    const page = await signedIn();
    await page.waitForFunction(() => document.querySelector("iframe"));
    await page.evaluate(() => new Promise((resolve) => {
      let answers = 0;
      addEventListener("message", () => (answers += 1) === 3 && resolve());
    }));
    assert.deepEqual(silent(), []);
    await page.evaluate(() => stop());
    assert.equal(await page.evaluate(() => document.querySelectorAll("iframe").length), 0);
    await page.close();
  });

  test("ends the session where the user has signed out there", async () => {
    const page = await signedIn();
    await change(page, { user: undefined, state: "s2" });
    await page.waitForFunction(() => auth.state.status === "signedOut");
    assert.equal(await page.evaluate(() => auth.state.reason), "revoked");
    assert.equal(silent().length, 1);
    assert.ok(silent()[0].id_token_hint.startsWith("eyJ"));
    await page.close();
  });

  test("goes on where the same user is still there, and asks with the new state from then on", async () => {
    const page = await signedIn();
    await change(page, { user: "ada", state: "s3" });
    await page.waitForFunction(async (expected) => (await auth.getSession())?.claims.session_state === expected, await sessionState(site, "s3"));
    await page.evaluate(() => new Promise((resolve) => {
      let answers = 0;
      addEventListener("message", () => (answers += 1) === 3 && resolve());
    }));
    assert.deepEqual([silent().length, await page.evaluate(() => auth.state.status)], [1, "signedIn"]);
    await page.close();
  });

  test("ends the session where somebody else is signed in there", async () => {
    const page = await signedIn();
    await change(page, { user: "eve", state: "s4" });
    await page.waitForFunction(() => auth.state.status === "signedOut");
    await page.close();
  });

  test("ends nothing while the provider is down", async () => {
    const page = await signedIn();
    provider.outage = { status: 503, body: "down" };
    await change(page, { user: undefined, state: "s5" });
    const deadline = Date.now() + 20_000;
    while (silent().length === 0 && Date.now() < deadline) await page.waitForFunction(() => true);
    assert.ok(silent().length >= 1);
    assert.equal(await page.evaluate(() => auth.state.status), "signedIn");
    await page.close();
  });
});
