/** Signing in through providers, in workerd over D1: a certified one (npm `oidc-provider`), and GitHub's ways. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CLIENT_ID, startProvider } from "../../examples/spa/provider.mjs";
import { startAuthority } from "../support/authority.mjs";
import { CLIENT, MONA, scriptedProviders } from "../support/scripted-oauth.mjs";
import { Visitor } from "../support/visitor.mjs";

/** An authority with `oidc-provider` as its provider `acme`. */
async function withProvider(t, changes = {}) {
  const logs = [];
  const authority = await startAuthority(t, {
    onLog: ({ message }) => void logs.push(message),
    settings: async (issuer) => {
      const provider = await startProvider({ pages: [`${issuer}/api/auth/callback/acme`] });
      t.after(() => provider.close());
      return { providers: { acme: { issuer: provider.issuer, client_id: CLIENT_ID, ...changes } } };
    },
  });
  return { authority, logs };
}

/** Asks who is signed in, with the cookies of a visitor. */
async function whoami(authority, visitor) {
  const cookie = [...visitor.cookiesOf(authority.url)].map((pair) => pair.join("=")).join("; ");
  const headers = { cookie, origin: authority.url, "content-type": "application/json" };
  const post = async (operation, body) => {
    const answer = await fetch(`${authority.url}/api/auth/${operation}`, { method: "POST", headers, body: JSON.stringify(body ?? {}) });
    return answer.json();
  };
  return { accounts: await post("listAccounts"), scopes: await post("userScopes") };
}

describe("a certified provider", () => {
  test("signs somebody in by a code in the address", async (t) => {
    const { authority } = await withProvider(t);
    const visitor = new Visitor();
    await visitor.open(`${authority.url}/api/auth/signin/acme?redirectTo=/health`);
    await visitor.signIn("ada");
    await allow(visitor);
    assert.equal(visitor.page.url, `${authority.url}/health`);
    const { accounts } = await whoami(authority, visitor);
    assert.deepEqual(accounts.accounts.map(({ provider, accountId }) => [provider, accountId]), [["acme", "ada"]]);
    // The transaction's cookie is gone, the session's is there.
    assert.deepEqual([...visitor.cookiesOf(authority.url).keys()].filter((name) => name.includes("sign-in")), []);
    const first = await authority.database.prepare("SELECT id FROM edgeward_users").all();
    await visitor.open(`${authority.url}/api/auth/signin/acme`);
    await allow(visitor);
    const again = await authority.database.prepare("SELECT id FROM edgeward_users").all();
    assert.deepEqual(again.results, first.results);
  });

  test("signs somebody in by a form that the browser posts", async (t) => {
    const { authority } = await withProvider(t, { response_mode: "form_post" });
    const visitor = new Visitor();
    const leaving = await fetch(`${authority.url}/api/auth/signin/acme`, { redirect: "manual" });
    assert.match(leaving.headers.get("set-cookie"), /; HttpOnly; Secure; SameSite=None; Partitioned$/);
    assert.equal(new URL(leaving.headers.get("location")).searchParams.get("response_mode"), "form_post");
    await visitor.open(`${authority.url}/api/auth/signin/acme?redirectTo=/health`);
    await visitor.signIn("ada");
    await allow(visitor);
    await visitor.submit("/api/auth/callback/acme");
    assert.equal(visitor.page.url, `${authority.url}/health`);
    const { accounts } = await whoami(authority, visitor);
    assert.equal(accounts.accounts.length, 1);
  });

  test("is believed to have been refused", async (t) => {
    const { authority } = await withProvider(t);
    const visitor = new Visitor();
    await visitor.open(`${authority.url}/api/auth/signin/acme?redirectTo=/health`);
    await visitor.submit("", { cancel: "yes" });
    assert.equal(new URL(visitor.page.url).search, "?error=access_denied");
  });
});

/** Agrees on the provider's page, where it asks. */
async function allow(visitor) {
  if (visitor.page.text.includes("/interaction/")) await visitor.submit("");
}

describe("GitHub", () => {
  const SETTINGS = {
    providers: {
      github: { client_id: CLIENT.id, secret_binding: "PROVIDER_SECRET", scopes: ["read:user", "user:email", "public_repo"] },
    },
  };

  async function start(t) {
    const providers = scriptedProviders();
    const authority = await startAuthority(t, { settings: SETTINGS, bindings: { PROVIDER_SECRET: CLIENT.secret }, outside: providers.fetch });
    return { authority, ...providers };
  }

  /** Signs in through GitHub's page. */
  async function signIn({ authority, github }, user = MONA, granted = undefined) {
    const visitor = new Visitor();
    const leaving = await fetch(`${authority.url}/api/auth/signin/github?redirectTo=/health`, { redirect: "manual" });
    const [name, value] = leaving.headers.get("set-cookie").split(";")[0].split("=");
    visitor.cookiesOf(authority.url).set(name, value);
    const { redirect, query } = github.allow(leaving.headers.get("location"), user, granted);
    await visitor.open(`${redirect}?${new URLSearchParams(query)}`);
    return visitor;
  }

  test("signs in whose address it keeps private, and tells its scopes", async (t) => {
    const world = await start(t);
    const visitor = await signIn(world);
    assert.equal(visitor.page.url, `${world.authority.url}/health`);
    const { scopes } = await whoami(world.authority, visitor);
    assert.deepEqual(scopes.scopes, ["read:user", "user:email", "public_repo"]);
    const user = await world.authority.database.prepare("SELECT name, email, email_verified FROM edgeward_users").first();
    assert.deepEqual(user, { name: "Mona Octocat", email: "octocat@github.example", email_verified: 1 });
    const wider = await signIn(world, MONA, ["read:user", "user:email", "repo"]);
    assert.deepEqual((await whoami(world.authority, wider)).scopes.scopes, ["read:user", "user:email", "repo"]);
    const [token] = world.github.tokens.keys();
    const session = [...visitor.cookiesOf(world.authority.url)].find(([name]) => name.endsWith("session_token"))[1];
    const dump = await world.authority.dump();
    assert.ok(!dump.includes(token) && !dump.includes(decodeURIComponent(session).split(".")[0]));
  });

  test("completes a sign-in in the browser that began it alone", async (t) => {
    const { authority, github } = await start(t);
    const leaving = await fetch(`${authority.url}/api/auth/signin/github`, { redirect: "manual" });
    const [name, value] = leaving.headers.get("set-cookie").split(";")[0].split("=");
    const { redirect, query } = github.allow(leaving.headers.get("location"), MONA);
    const callback = `${redirect}?${new URLSearchParams(query)}`;
    // Somebody has another one's browser bring the answer to an own sign-in.
    const victim = new Visitor();
    await victim.open(callback);
    assert.equal(new URL(victim.page.url).search, "?error=state_mismatch");
    assert.deepEqual([...victim.cookiesOf(authority.url).keys()], []);
    assert.equal(github.codes.size, 1);
    const own = new Visitor();
    own.cookiesOf(authority.url).set(name, value);
    await own.open(callback);
    assert.equal(new URL(own.page.url).search, "");
    assert.ok([...own.cookiesOf(authority.url).keys()].some((cookie) => cookie.endsWith("session_token")));
  });

  test("ten sign-ins of a new user at the same time make one user", async (t) => {
    const world = await start(t);
    const visitors = await Promise.all(Array.from({ length: 10 }, () => signIn(world)));
    for (const visitor of visitors) assert.equal(visitor.page.url, `${world.authority.url}/health`);
    const { results } = await world.authority.database.prepare("SELECT id FROM edgeward_users").all();
    assert.equal(results.length, 1);
  });

  test("a personal access token signs in its user, and is tried five times a minute", async (t) => {
    const world = await start(t);
    const before = await signIn(world);
    const pat = world.github.issue("ghp_", { user: MONA, granted: ["repo", "user:email"] });
    const send = (token) =>
      fetch(`${world.authority.url}/api/auth/pat-signin`, {
        method: "POST",
        headers: { "content-type": "application/json", origin: world.authority.url },
        body: JSON.stringify({ pat: token }),
      });
    const good = await send(pat);
    assert.deepEqual([good.status, await good.json()], [200, { success: true }]);
    const visitor = new Visitor();
    for (const line of good.headers.getSetCookie()) visitor.cookiesOf(world.authority.url).set(...line.split(";")[0].split("="));
    const [own, other] = [await whoami(world.authority, visitor), await whoami(world.authority, before)];
    assert.deepEqual(own.accounts, other.accounts);
    assert.deepEqual(own.scopes.scopes, ["repo", "user:email"]);
    assert.ok(!(await world.authority.dump()).includes(pat));
    const bad = await send("ghp_nobody");
    assert.deepEqual([bad.status, (await bad.json()).error], [401, "Invalid GitHub token"]);
    const statuses = [];
    for (let at = 0; at < 4; at++) statuses.push((await send("ghp_nobody")).status);
    assert.deepEqual(statuses, [401, 401, 401, 429]);
  });

  test("who is banned stays out", async (t) => {
    const world = await start(t);
    await signIn(world);
    await world.authority.database.prepare("UPDATE edgeward_users SET banned_until = 8640000000000000").run();
    const visitor = await signIn(world);
    assert.equal(new URL(visitor.page.url).search, "?error=banned");
  });
});
