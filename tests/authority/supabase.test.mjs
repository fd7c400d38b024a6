/** Supabase's own client, `@supabase/auth-js`, against the Worker: it signs in, refreshes, verifies and signs out. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { AuthClient } from "@supabase/auth-js";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { atEnd } from "../support/at-end.mjs";
import { startAuthority } from "../support/authority.mjs";
import { CLIENT, MONA, scriptedProviders } from "../support/scripted-oauth.mjs";

const SETTINGS = {
  providers: { github: { client_id: CLIENT.id, secret_binding: "PROVIDER_SECRET", scopes: ["read:user", "user:email"] } },
  gotrue: { lifetime_seconds: 600 },
};

describe("@supabase/auth-js", () => {
  const end = atEnd();
  const providers = scriptedProviders();
  let authority;
  before(async () => {
    const bindings = { PROVIDER_SECRET: CLIENT.secret };
    authority = await startAuthority(end, {
      settings: SETTINGS,
      bindings,
      outside: (request) => (new URL(request.url).host === "origin.example" ? echo(request) : providers.fetch(request)),
      gateway: (issuer) => ({
        development: true,
        origin: "https://origin.example",
        issuers: [{ preset: "supabase", issuer: `${issuer}/auth/v1` }],
      }),
    });
  });

  /** A client with a storage of its own, what it has asked for, and what it has told. */
  async function browser() {
    const kept = new Map();
    const asked = [];
    const events = [];
    const client = new AuthClient({
      url: `${authority.url}/auth/v1`,
      storage: {
        getItem: (key) => kept.get(key) ?? null,
        setItem: (key, value) => void kept.set(key, value),
        removeItem: (key) => void kept.delete(key),
      },
      storageKey: "sb-edgeward-auth-token",
      flowType: "pkce",
      autoRefreshToken: false,
      detectSessionInUrl: false,
      fetch: (url, init) => {
        asked.push(new URL(url).pathname + new URL(url).search);
        return fetch(url, init);
      },
    });
    client.onAuthStateChange((event) => void events.push(event));
    await client.initialize();
    return { client, kept, asked, events };
  }

  /** Goes to the provider and back: the address that it ends at. */
  async function visit(url, answer = (query) => query) {
    const leaving = await fetch(url, { redirect: "manual" });
    assert.equal(leaving.status, 302, await leaving.clone().text());
    const cookie = leaving.headers.get("set-cookie").split(";")[0];
    const { redirect, query } = providers.github.allow(leaving.headers.get("location"), MONA);
    const back = `${redirect}?${new URLSearchParams(answer(query))}`;
    const callback = await fetch(back, { headers: { cookie }, redirect: "manual" });
    return new URL(callback.headers.get("location"));
  }

  async function begin(client) {
    const options = { redirectTo: `${authority.url}/page`, skipBrowserRedirect: true };
    const { data, error } = await client.signInWithOAuth({ provider: "github", options });
    assert.equal(error, null);
    return data.url;
  }

  async function signedIn() {
    const own = await browser();
    const place = await visit(await begin(own.client));
    const { data, error } = await own.client.exchangeCodeForSession(place.searchParams.get("code"));
    assert.equal(error, null);
    return { ...own, session: data.session };
  }

  /** Lets so much time pass for the refresh tokens of a session. */
  async function pass(session, millis) {
    const { session_id: id } = claims(session);
    const { uses } = await authority.database.prepare("SELECT uses FROM edgeward_grants WHERE session_id = ?").bind(id).first();
    const earlier = JSON.stringify(JSON.parse(uses).map((instant) => instant - millis));
    await authority.database.prepare("UPDATE edgeward_grants SET uses = ? WHERE session_id = ?").bind(earlier, id).run();
  }

  /** Has a client think that its access token is about to expire, or is over. */
  function age(kept) {
    const session = JSON.parse(kept.get("sb-edgeward-auth-token"));
    kept.set("sb-edgeward-auth-token", JSON.stringify({ ...session, expires_at: Math.floor(Date.now() / 1000) - 1 }));
  }

  test("signs in through a provider, and knows the user", async () => {
    const { client, session, events } = await signedIn();
    assert.equal(session.user.email, "octocat@github.example");
    assert.deepEqual(session.user.app_metadata, { provider: "github", providers: ["github"] });
    assert.deepEqual([session.token_type, session.expires_in], ["bearer", 600]);
    assert.ok(Math.abs(session.expires_at - Date.now() / 1000 - 600) < 30);
    const { data, error } = await client.getUser();
    assert.equal(error, null);
    assert.deepEqual(data.user, session.user);
    const identities = await client.getUserIdentities();
    assert.deepEqual(identities.data.identities.map(({ provider, id }) => [provider, id]), [["github", String(MONA.id)]]);
    assert.deepEqual(events, ["INITIAL_SESSION", "SIGNED_IN"]);
    const dump = await authority.dump();
    assert.ok(!dump.includes(session.access_token) && !dump.includes(session.refresh_token));
  });

  test("verifies its claims itself, with the published keys", async () => {
    const { client, session, asked } = await signedIn();
    asked.length = 0;
    const { data, error } = await client.getClaims();
    assert.equal(error, null);
    assert.deepEqual(asked, ["/auth/v1/.well-known/jwks.json"]);
    const { claims: told } = data;
    assert.deepEqual(
      [told.iss, told.aud, told.role, told.aal, told.is_anonymous, told.phone, told.email],
      [`${authority.url}/auth/v1`, "authenticated", "authenticated", "aal1", false, "", "octocat@github.example"],
    );
    assert.deepEqual([told.sub, told.amr[0].method], [session.user.id, "oauth"]);
    assert.equal(told.user_metadata.full_name, "Mona Octocat");
    const keys = createRemoteJWKSet(new URL(`${authority.url}/auth/v1/.well-known/jwks.json`));
    await jwtVerify(session.access_token, keys, { issuer: told.iss, audience: "authenticated" });
    const [head, body, signature] = session.access_token.split(".");
    const forged = Buffer.from(JSON.stringify({ ...told, role: "service_role" })).toString("base64url");
    assert.notEqual(forged, body);
    const wrong = await client.getClaims([head, forged, signature].join("."));
    assert.equal(wrong.error?.code, "invalid_jwt");
  });

  test("is known to a gateway in the same Worker by the preset for Supabase", async () => {
    const { session } = await signedIn();
    const ask = (token) => fetch(`${authority.url}/notes`, { headers: { authorization: `Bearer ${token}` } });
    const answer = await ask(session.access_token);
    assert.deepEqual([answer.status, await answer.json()], [200, { subject: session.user.id }]);
    assert.equal((await ask(`${session.access_token}x`)).status, 401);
  });

  test("refreshes what is about to expire", async () => {
    const { client, session, kept, asked, events } = await signedIn();
    age(kept);
    asked.length = 0;
    const { data } = await client.getSession();
    assert.deepEqual(asked, ["/auth/v1/token?grant_type=refresh_token"]);
    assert.notEqual(data.session.access_token, session.access_token);
    assert.notEqual(data.session.refresh_token, session.refresh_token);
    assert.equal(claims(data.session).session_id, claims(session).session_id);
    assert.equal(events.at(-1), "TOKEN_REFRESHED");
  });

  test("twenty tabs that refresh at once end up with one refresh token", async () => {
    const { session } = await signedIn();
    const tabs = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const { client } = await browser();
        return client.refreshSession({ refresh_token: session.refresh_token });
      }),
    );
    assert.deepEqual(tabs.map(({ error }) => error), tabs.map(() => null));
    assert.equal(new Set(tabs.map(({ data }) => data.session.refresh_token)).size, 1);
    assert.equal(new Set(tabs.map(({ data }) => data.session.access_token)).size, 20);
  });

  test("hears that a refresh token was used before, and that its session is over", async () => {
    const { client, session, kept, events } = await signedIn();
    const thief = await browser();
    const stolen = session.refresh_token;
    for (let at = 0; at < 2; at++) {
      assert.equal((await client.refreshSession()).error, null);
      await pass(session, 60_000);
    }
    const reused = await thief.client.refreshSession({ refresh_token: stolen });
    assert.deepEqual([reused.error.name, reused.error.status], ["AuthApiError", 400]);
    assert.equal(reused.error.code, "refresh_token_already_used");
    age(kept);
    const over = await client.refreshSession();
    assert.deepEqual([over.error.status, over.error.code], [400, "refresh_token_not_found"]);
    assert.equal(events.at(-1), "SIGNED_OUT");
    const unknown = await thief.client.refreshSession({ refresh_token: "nothing" });
    assert.deepEqual([unknown.error.status, unknown.error.code], [400, "refresh_token_not_found"]);
  });

  test("signs out here, elsewhere, everywhere", async () => {
    const [one, two, three] = [await signedIn(), await signedIn(), await signedIn()];
    const good = async ({ client, session }) => (await client.getUser(session.access_token)).error === null;
    assert.equal((await one.client.signOut({ scope: "local" })).error, null);
    assert.deepEqual(await Promise.all([one, two, three].map(good)), [false, true, true]);
    assert.equal(one.events.at(-1), "SIGNED_OUT");
    assert.equal((await two.client.signOut({ scope: "others" })).error, null);
    assert.deepEqual(await Promise.all([two, three].map(good)), [true, false]);
    assert.notEqual(two.events.at(-1), "SIGNED_OUT");
    const four = await signedIn();
    assert.equal((await four.client.signOut()).error, null);
    assert.deepEqual(await Promise.all([two, four].map(good)), [false, false]);
    const { error } = await two.client.getUser(two.session.access_token);
    assert.equal(error.name, "AuthSessionMissingError");
    // What is over is no reason not to sign out.
    assert.equal((await three.client.signOut()).error, null);
  });

  test("has the words of GoTrue for what is not good", async () => {
    const { client } = await browser();
    const { error } = await client.getUser("a.b.c");
    assert.deepEqual([error.status, error.code], [403, "bad_jwt"]);
    const password = await client.signInWithPassword({ email: "ada@example.com", password: "secret" });
    assert.deepEqual([password.error.status, password.error.code], [422, "email_provider_disabled"]);
    const otp = await client.signInWithOtp({ phone: "+4912345" });
    assert.equal(otp.error.code, "phone_provider_disabled");
    assert.equal((await client.signInAnonymously()).error.code, "anonymous_provider_disabled");
    const bare = await fetch(`${authority.url}/auth/v1/user`);
    assert.deepEqual(
      [bare.status, await bare.json()],
      [401, { code: 401, error_code: "no_authorization", msg: "This endpoint requires a valid Bearer token" }],
    );
    const implicit = await fetch((await begin(client)).replace("code_challenge=", "other="), { redirect: "manual" });
    assert.deepEqual([implicit.status, (await implicit.json()).error_code], [400, "validation_failed"]);
  });

  test("a code is redeemed once, by the client that has the verifier", async () => {
    const [own, other] = [await browser(), await browser()];
    const code = (await visit(await begin(own.client))).searchParams.get("code");
    await begin(other.client);
    const wrong = await other.client.exchangeCodeForSession(code);
    assert.deepEqual([wrong.error.status, wrong.error.code], [400, "bad_code_verifier"]);
    const verifier = JSON.parse(own.kept.get("sb-edgeward-auth-token-code-verifier"));
    const redeem = () =>
      fetch(`${authority.url}/auth/v1/token?grant_type=pkce`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-supabase-api-version": "2024-01-01" },
        body: JSON.stringify({ auth_code: code, code_verifier: verifier.split("/")[0] }),
      });
    const answers = await Promise.all(Array.from({ length: 20 }, redeem));
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
    const lost = answers.find(({ status }) => status !== 200);
    assert.deepEqual([lost.status, (await lost.json()).code], [404, "flow_state_not_found"]);
  });

  test("a sign-in that is refused comes back with GoTrue's parameters", async () => {
    const { client } = await browser();
    const place = await visit(await begin(client), ({ state }) => ({ error: "access_denied", state }));
    assert.deepEqual(Object.fromEntries(place.searchParams), {
      error: "access_denied",
      error_code: "access_denied",
      error_description: "The user denied the request",
    });
  });

  test("a page of another origin may ask", async () => {
    const headers = {
      origin: "https://app.example",
      "access-control-request-method": "POST",
      "access-control-request-headers": "apikey,authorization,content-type,x-client-info,x-supabase-api-version",
    };
    const answer = await fetch(`${authority.url}/auth/v1/token?grant_type=pkce`, { method: "OPTIONS", headers });
    assert.equal(answer.headers.get("access-control-allow-origin"), "*");
    const allowed = answer.headers.get("access-control-allow-headers").split(", ");
    for (const name of headers["access-control-request-headers"].split(",")) assert.ok(allowed.includes(name), name);
  });
});

test("an authority that is not configured so leaves its paths to the gateway", async (t) => {
  const authority = await startAuthority(t);
  const answer = await fetch(`${authority.url}/auth/v1/.well-known/jwks.json`);
  assert.equal(answer.status, 404);
});

/** An origin that tells who was let through. */
function echo(request) {
  return Response.json({ subject: request.headers.get("x-edgeward-subject") });
}

function claims({ access_token: token }) {
  return JSON.parse(Buffer.from(token.split(".")[1], "base64url"));
}
