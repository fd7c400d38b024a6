/** The pages in Chromium: without JavaScript, by keyboard, narrow and wide, light and dark; and a page that signs in and renews. */
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { before, describe, test } from "node:test";
import { atEnd } from "../support/at-end.mjs";
import { launchChromium } from "../support/chromium.mjs";
import { sessionCookie, startProvider } from "../support/provider.mjs";

const at = (path) => fileURLToPath(new URL(`../../node_modules/${path}`, import.meta.url));
const DEVICE = "urn:ietf:params:oauth:grant-type:device_code";
const PHONE = { width: 320, height: 640 };
const DESKTOP = { width: 1280, height: 800 };

/** A client's own origin: its callback, and a page that `oidc-client-ts` runs in. */
async function startSite(end) {
  const library = await readFile(at("oidc-client-ts/dist/browser/oidc-client-ts.min.js"));
  const server = createServer((request, response) => {
    if (request.url === "/oidc.js") return response.setHeader("content-type", "text/javascript").end(library);
    response.setHeader("content-type", "text/html");
    response.end(
      '<!doctype html><html lang="en"><title>site</title><script src="/oidc.js"></script><h1>Site</h1></html>',
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  end.after(() => new Promise((done) => server.close(done).closeAllConnections()));
  return `http://127.0.0.1:${server.address().port}`;
}

describe("the pages", () => {
  const end = atEnd();
  let authority;
  let site;
  let axe;
  before(async () => {
    site = await startSite(end);
    axe = await readFile(at("axe-core/axe.min.js"), "utf8");
    authority = await startProvider(end, {
      spa: site,
      providers: { github: { client_id: "us", secret_binding: "GITHUB_SECRET" } },
      authority: { bindings: { GITHUB_SECRET: "a-secret-of-ours-at-github" } },
    });
  });

  async function visitor(t, options = {}) {
    const browser = await launchChromium(options);
    t.after(() => browser.close());
    const session = await sessionCookie(authority);
    await browser.context.addCookies([{ ...session, url: authority.url, httpOnly: true, sameSite: "Lax" }]);
    return browser;
  }

  function authorize(more = {}) {
    const challenge = createHash("sha256").update(randomBytes(32).toString("base64url")).digest("base64url");
    const all = {
      client_id: "app",
      redirect_uri: `${site.replace(/\/$/, "")}/callback`,
      response_type: "code",
      scope: "openid email notes:read offline_access",
      code_challenge: challenge,
      code_challenge_method: "S256",
      state: "s",
      ...more,
    };
    return `${authority.url}/oauth/authorize?${new URLSearchParams(all)}`;
  }

  async function device() {
    const body = new URLSearchParams({ client_id: "own", scope: "openid notes:read" });
    return (await fetch(`${authority.url}/oauth/device_authorization`, { method: "POST", body })).json();
  }

  /** What a screen reader could not tell, or nobody could read: nothing. */
  async function isAccessible(page) {
    await page.evaluate(`${axe}; undefined`);
    const { violations } = await page.evaluate("axe.run()");
    assert.deepEqual(
      violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]),
      [],
    );
    const wide = await page.evaluate("document.documentElement.scrollWidth > innerWidth");
    assert.equal(wide, false, "no page is wider than its window");
  }

  for (const [name, options] of [
    ["wide and light", { viewport: DESKTOP, colorScheme: "light" }],
    ["narrow and dark", { viewport: PHONE, colorScheme: "dark", reducedMotion: "reduce" }],
  ]) {
    test(`every page is accessible, ${name}`, async (t) => {
      const browser = await visitor(t, options);
      const page = await browser.newPage();
      const refused = [];
      page.on("console", (message) => /Content Security Policy/.test(message.text()) && refused.push(message.text()));
      const { user_code } = await device();
      const picture = async (title) => {
        if (process.env.EDGEWARD_PICTURES)
          await page.screenshot({
            path: `${process.env.EDGEWARD_PICTURES}/${title}-${name.replaceAll(" ", "-")}.png`,
            fullPage: true,
          });
      };
      for (const [title, address] of [
        ["consent", authorize({ redirect_uri: "http://127.0.0.1/callback" })],
        ["signin", `${authority.url}/oauth/signin?continue=%2Fdevice`],
        ["device", `${authority.url}/device`],
        ["confirm", `${authority.url}/device?user_code=${user_code}`],
        ["wrong", `${authority.url}/device?user_code=BCDF-GHJK`],
        ["problem", authorize({ client_id: "nobody" })],
        ["signout", `${authority.url}/oauth/logout`],
      ]) {
        await page.goto(address);
        assert.equal(await page.locator("h1").count(), 1, title);
        await isAccessible(page);
        await picture(title);
      }
      assert.deepEqual(refused, []);
    });
  }

  test("a user allows by keyboard alone, without JavaScript", async (t) => {
    const browser = await visitor(t, { javaScriptEnabled: false, viewport: PHONE });
    const page = await browser.newPage();
    // On loopback any port will do, so the answer reaches this site.
    await page.goto(authorize());
    assert.match(await page.textContent("h1"), /Notes wants access/);
    for (const name of ["Switch", "Deny", "Allow"]) {
      await page.keyboard.press("Tab");
      assert.equal(await page.locator(":focus").textContent(), name);
    }
    await page.keyboard.press("Enter");
    await page.waitForURL(`${site}/**`);
    const callback = new URL(page.url()).searchParams;
    assert.ok(callback.get("code"));
    assert.equal(callback.get("iss"), authority.url);
  });

  test("a device is confirmed and another denied, without JavaScript", async (t) => {
    const browser = await visitor(t, { javaScriptEnabled: false });
    const page = await browser.newPage();
    const [good, bad] = [await device(), await device()];
    await page.goto(good.verification_uri);
    await page.getByLabel("Code").fill(good.user_code.toLowerCase());
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Allow" }).click();
    await page.getByRole("heading", { name: "Device connected" }).waitFor();
    await page.goto(bad.verification_uri_complete);
    await page.getByRole("button", { name: "Deny" }).click();
    await page.getByRole("heading", { name: "Device denied" }).waitFor();
    const poll = async ({ device_code }) => {
      const body = new URLSearchParams({ grant_type: DEVICE, client_id: "own", device_code });
      return (await fetch(`${authority.url}/oauth/token`, { method: "POST", body })).json();
    };
    assert.ok((await poll(good)).access_token);
    assert.equal((await poll(bad)).error, "access_denied");
  });

  test("oidc-client-ts signs in, renews and signs out in a page of another origin", async (t) => {
    const browser = await visitor(t);
    const page = await browser.newPage();
    await page.goto(`${site}/`);
    const settings = {
      authority: authority.url,
      client_id: "spa",
      redirect_uri: `${site}/`,
      post_logout_redirect_uri: `${site}/`,
      scope: "openid email",
      loadUserInfo: true,
    };
    const manager = `(globalThis.manager ??= new oidc.UserManager(${JSON.stringify(settings)}))`;
    await Promise.all([page.waitForURL(/\?code=/), page.evaluate(`${manager}.signinRedirect()`).catch(() => {})]);
    await page.waitForLoadState();
    const user = await page.evaluate(
      `${manager}.signinRedirectCallback().then(({ profile, access_token }) => ({ profile, access_token }))`,
    );
    assert.deepEqual([user.profile.sub, user.profile.email], ["ada", "ada@example.com"]);
    const renewed = await page.evaluate(`${manager}.signinSilent().then(({ access_token }) => access_token)`);
    assert.notEqual(renewed, user.access_token);
    await Promise.all([page.waitForURL(`${site}/`), page.evaluate(`${manager}.signoutRedirect()`).catch(() => {})]);
    const query = new URLSearchParams({
      client_id: "spa",
      redirect_uri: `${site}/`,
      response_type: "code",
      prompt: "none",
      scope: "openid",
      code_challenge: "A".repeat(43),
      code_challenge_method: "S256",
    });
    await page.goto(`${authority.url}/oauth/authorize?${query}`);
    assert.equal(new URL(page.url()).searchParams.get("error"), "login_required");
  });
});
