/** Web sessions: the Worker in workerd over D1, called by the real client and cookie readers of `better-auth`. */
import assert from "node:assert/strict";
import { hkdfSync } from "node:crypto";
import { before, describe, test } from "node:test";
import { createAuthClient } from "better-auth/client";
import { adminClient } from "better-auth/client/plugins";
import { getCookieCache, getSessionCookie } from "better-auth/cookies";
import { EncryptJWT, SignJWT, UnsecuredJWT, calculateJwkThumbprint, generateKeyPair, jwtDecrypt, jwtVerify } from "jose";
import { atEnd } from "../support/at-end.mjs";
import { startAuthority } from "../support/authority.mjs";
import { cookieHeader, makeAuth, signUp } from "../support/better-auth.mjs";
import { signedIn } from "../support/browser-like.mjs";

const STRATEGIES = ["compact", "jwt", "jwe"];

/** The real client, whose requests carry a browser's cookies. */
function clientOf(authority, browser, plugins = []) {
  return createAuthClient({
    baseURL: authority.url,
    plugins,
    fetchOptions: { customFetchImpl: (input, init) => browser.fetch(input, init) },
  });
}

describe("the client of better-auth", () => {
  const end = atEnd();
  let authority;
  before(async () => {
    authority = await startAuthority(end);
    await authority.user("ada", { name: "Ada", email: "ada@people.example", email_verified: 1 });
    await authority.user("root", { role: "admin" });
  });

  test("reads the session, and null where there is none", async () => {
    const { data } = await clientOf(authority, await signedIn(authority, "ada")).getSession();
    assert.equal(data.user.email, "ada@people.example");
    assert.ok(data.session.expiresAt instanceof Date, "instants are read as the client reads them");
    assert.deepEqual(await clientOf(authority, await signedIn(authority, null)).getSession(), { data: null, error: null });
  });

  test("signs out, with and without a session", async () => {
    const browser = await signedIn(authority, "ada");
    const client = clientOf(authority, browser);
    for (let time = 0; time < 2; time += 1) {
      const { data, error } = await client.signOut();
      assert.deepEqual([data?.success, error], [true, null]);
      assert.equal((await client.getSession()).data, null);
      assert.equal(browser.cookies.size, 0);
    }
  });

  test("lists sessions and revokes another one by what the list says", async () => {
    const [one, two] = [await signedIn(authority, "ada"), await signedIn(authority, "ada")];
    const client = clientOf(authority, one);
    const { data: own } = await client.getSession();
    const { data: list } = await client.listSessions();
    assert.ok(list.some(({ token }) => token === own.session.token));
    const other = (await clientOf(authority, two).getSession()).data.session;
    const shown = list.find(({ id }) => id === other.id);
    assert.notEqual(shown.token, other.token, "nobody is shown the credentials of other browsers");
    assert.deepEqual((await client.revokeSession({ token: shown.token })).data, { status: true });
    assert.equal((await clientOf(authority, two).getSession()).data, null);
    assert.equal((await client.getSession()).data.session.id, own.session.id);
    assert.deepEqual((await client.revokeOtherSessions()).data, { status: true });
    assert.equal((await client.listSessions()).data.length, 1);
  });

  test("is told in its own words what it may not do", async () => {
    const stranger = await signedIn(authority, null);
    assert.equal((await clientOf(authority, stranger).listSessions()).error.status, 401);
    const browser = await signedIn(authority, "ada");
    browser.origin = "https://evil.example";
    const { error } = await clientOf(authority, browser).revokeSessions();
    assert.deepEqual([error.status, error.code], [403, "INVALID_ORIGIN"]);
    browser.origin = null;
    assert.equal((await clientOf(authority, browser).revokeSessions()).error.code, "MISSING_OR_NULL_ORIGIN");
  });

  test("acts as a user and comes back", async () => {
    const browser = await signedIn(authority, "root");
    const client = clientOf(authority, browser, [adminClient()]);
    assert.equal((await client.admin.impersonateUser({ userId: "ada" })).data.user.id, "ada");
    assert.equal((await client.getSession()).data.session.impersonatedBy, "root");
    assert.equal((await client.admin.stopImpersonating()).data.user.id, "root");
    assert.equal((await client.getSession()).data.session.impersonatedBy, undefined);
  });

  test("bans a user and lifts the ban", async () => {
    const client = clientOf(authority, await signedIn(authority, "root"), [adminClient()]);
    const user = clientOf(authority, await signedIn(authority, "ada"));
    assert.equal((await client.admin.banUser({ userId: "ada", banReason: "spam" })).error, null);
    assert.equal((await user.getSession()).data, null);
    assert.equal((await client.admin.impersonateUser({ userId: "ada" })).error.code, "BANNED_USER");
    assert.equal((await client.admin.banUser({ userId: "root" })).error.code, "YOU_CANNOT_BAN_YOURSELF");
    assert.equal((await client.admin.unbanUser({ userId: "ada" })).error, null);
    assert.ok(await signedIn(authority, "ada"));
  });
});

for (const strategy of STRATEGIES) {
  describe(`the snapshot as ${strategy}`, () => {
    const end = atEnd();
    let authority;
    let cookieCache;
    before(async () => {
      const sessions = { cookie_cache: { strategy, max_age: 300 } };
      authority = await startAuthority(end, { settings: { sessions } });
      await authority.user("ada", { name: "Ada \u{1f9ee} \"\n\\", email: "ada@people.example", email_verified: 1 });
      cookieCache = { strategy, secret: authority.secret, isSecure: false };
    });

    test("is read by better-auth's cookie readers", async () => {
      const browser = await signedIn(authority, "ada");
      const request = new Request(authority.url, { headers: { cookie: browser.header() } });
      const cached = await getCookieCache(request, cookieCache);
      const session = await (await browser.fetch(`${authority.url}/api/auth/get-session`)).json();
      assert.equal(cached.user.name, "Ada \u{1f9ee} \"\n\\");
      assert.equal(cached.session.id, session.session.id);
      assert.ok(decodeURIComponent(getSessionCookie(request)).startsWith(`${session.session.token}.`));
      assert.equal(await getCookieCache(request, { ...cookieCache, secret: "another secret of 32 characters!!" }), null);
      assert.equal(await getCookieCache(request, { ...cookieCache, version: "2" }), null);
    });

    test("is believed by a better-auth server, together with the session's cookie", async () => {
      const auth = makeAuth({ strategy, secret: authority.secret, baseURL: authority.url });
      const browser = await signedIn(authority, "ada");
      const read = (cookie) => auth.api.getSession({ headers: new Headers({ cookie }) });
      assert.equal((await read(browser.header())).user.email, "ada@people.example");
      const token = browser.cookies.get("better-auth.session_token");
      browser.cookies.set("better-auth.session_token", flipped(token, 3));
      assert.equal(await read(browser.header()), null);
    });

    test("is read from a better-auth server, which is not asked", async () => {
      const auth = makeAuth({ strategy, secret: authority.secret, baseURL: authority.url });
      const [, cookie] = cookieHeader(await signUp(auth));
      const response = await fetch(`${authority.url}/api/auth/get-session`, { headers: { cookie } });
      const session = await response.json();
      assert.match(session.user.email, /@people\.example$/);
      const changed = await fetch(`${authority.url}/api/auth/revoke-sessions`, {
        method: "POST",
        headers: { cookie, origin: authority.url },
      });
      assert.equal(changed.status, 401, "what changes something asks the store, which knows no such session");
    });

    test("is cut where it is long, and read again in the order of its numbers", async () => {
      await authority.user("long", { name: "n".repeat(8_000), email: "long@people.example" });
      const browser = await signedIn(authority, "long");
      const chunks = [...browser.cookies.keys()].filter((name) => /session_data\.\d+$/.test(name));
      assert.ok(chunks.length >= 3, `${chunks.length} chunks`);
      const request = new Request(authority.url, { headers: { cookie: browser.header() } });
      assert.equal((await getCookieCache(request, cookieCache)).session.userId, "long");
      const { user } = await (await browser.fetch(`${authority.url}/api/auth/get-session`)).json();
      assert.equal(user.name.length, 8_000);
      await browser.fetch(`${authority.url}/api/auth/sign-out`, { method: "POST" });
      assert.equal(browser.cookies.size, 0);
    });
  });
}

describe("snapshots and jose", () => {
  const end = atEnd();

  /** What a browser that has signed in carries, and what our own reader makes of an altered one. */
  async function written(strategy) {
    const authority = await startAuthority(end, { settings: { sessions: { cookie_cache: { strategy } } } });
    await authority.user("ada");
    const browser = await signedIn(authority, "ada");
    await authority.database.prepare("DELETE FROM edgeward_sessions").run();
    const read = async (snapshot) => {
      const cookie = `better-auth.session_token=${browser.cookies.get("better-auth.session_token")}; better-auth.session_data=${snapshot}`;
      return (await fetch(`${authority.url}/api/auth/get-session`, { headers: { cookie } })).json();
    };
    return { snapshot: browser.cookies.get("better-auth.session_data"), secret: Buffer.from(authority.secret), read };
  }

  test("jose verifies the JWT, and another algorithm is refused", async () => {
    const { snapshot, secret, read } = await written("jwt");
    const { payload, protectedHeader } = await jwtVerify(snapshot, secret);
    assert.deepEqual([protectedHeader, payload.user.id, payload.exp - payload.iat], [{ alg: "HS256" }, "ada", 300]);
    assert.equal((await read(snapshot)).user.id, "ada");
    const { privateKey } = await generateKeyPair("RS256");
    const others = [
      new UnsecuredJWT(payload).encode(),
      await new SignJWT(payload).setProtectedHeader({ alg: "RS256" }).sign(privateKey),
      await new SignJWT(payload).setProtectedHeader({ alg: "HS512" }).sign(Buffer.concat([secret, secret])),
    ];
    for (const other of others) assert.equal(await read(other), null);
    assert.equal((await read(await new SignJWT(payload).setProtectedHeader({ alg: "HS256" }).sign(secret))).user.id, "ada");
  });

  test("jose opens the JWE, ours are opened of jose's, and a flipped bit is nothing", async () => {
    const { snapshot, secret, read } = await written("jwe");
    const key = new Uint8Array(hkdfSync("sha256", secret, "better-auth-session", "BetterAuth.js Generated Encryption Key", 64));
    const { payload, protectedHeader } = await jwtDecrypt(snapshot, key);
    const kid = await calculateJwkThumbprint({ kty: "oct", k: Buffer.from(key).toString("base64url") });
    assert.deepEqual([protectedHeader, payload.user.id], [{ alg: "dir", enc: "A256CBC-HS512", kid }, "ada"]);
    assert.match(payload.jti, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.equal((await read(await new EncryptJWT(payload).setProtectedHeader(protectedHeader).encrypt(key))).user.id, "ada");
    const parts = snapshot.split(".");
    for (const at of [0, 2, 3, 4]) {
      const altered = parts.with(at, flipped(parts[at], 5)).join(".");
      assert.equal(await read(altered), null, `part ${at}`);
    }
  });
});

/** A text in which one character is another one. */
function flipped(text, at) {
  return text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1);
}

test("the session's cookie is its token, signed and kept nowhere", async (t) => {
  const authority = await startAuthority(t);
  await authority.user("ada");
  const browser = await signedIn(authority, "ada");
  const [token, signature] = decodeURIComponent(browser.cookies.get("better-auth.session_token")).split(/\.(?=[^.]*$)/);
  const key = await crypto.subtle.importKey("raw", Buffer.from(authority.secret), { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
  assert.match(token, /^[A-Za-z0-9]{32}$/);
  assert.equal(signature.length, 44);
  assert.ok(await crypto.subtle.verify("HMAC", key, Buffer.from(signature, "base64"), Buffer.from(token)));
  assert.ok(!(await authority.dump()).includes(token));
});
