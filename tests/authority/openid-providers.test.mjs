/** Signing in with Google, Microsoft and Apple, in workerd over D1, against stand-ins that speak as they do. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { startAuthority } from "../support/authority.mjs";
import { APPLE, CONSUMERS, GOOGLE, MICROSOFT, TENANT, scriptedOpenId } from "../support/scripted-openid.mjs";

const OTHER_TENANT = "f8cdef31-a31e-4b4a-93e4-5f571e91255a";
const ADA = {
  sub: "110169484474386276334",
  hd: "example.com",
  email: "ada@example.com",
  email_verified: true,
  name: "Ada Lovelace",
  picture: "https://lh3.googleusercontent.com/a/ada",
  given_name: "Ada",
  family_name: "Lovelace",
};

/** An authority with one provider. */
async function start(t, name, settings, secret) {
  const world = await scriptedOpenId();
  const provider = world[name];
  const logs = [];
  const authority = await startAuthority(t, {
    settings: { providers: { [name]: { client_id: provider.client.id, secret_binding: "PROVIDER_SECRET", ...settings } } },
    bindings: { PROVIDER_SECRET: secret ?? (await provider.download()) },
    outside: world.fetch,
    onLog: ({ message }) => void logs.push(message),
  });

  /** Goes to the provider, agrees, and comes back: where it ends, and with which cookies. */
  async function signIn(user, change = (fields) => fields) {
    const leaving = await fetch(`${authority.url}/api/auth/signin/${name}?redirectTo=/home`, { redirect: "manual" });
    assert.equal(leaving.status, 302, await leaving.clone().text());
    const cookie = leaving.headers.get("set-cookie").split(";")[0];
    const address = leaving.headers.get("location");
    const { redirect, fields } = provider.allow(address, user);
    assert.equal(redirect, `${authority.url}/api/auth/callback/${name}`);
    const brought = new URLSearchParams(change(fields));
    const posts = new URL(address).searchParams.get("response_mode") === "form_post";
    // A form that the browser posts comes from the provider's own page.
    const back = posts
      ? await fetch(redirect, { method: "POST", body: brought, headers: { cookie, origin: new URL(address).origin }, redirect: "manual" })
      : await fetch(`${redirect}?${brought}`, { headers: { cookie }, redirect: "manual" });
    const place = new URL(back.headers.get("location"));
    assert.equal(place.pathname, "/home");
    const session = back.headers.getSetCookie().find((line) => line.includes("session_token=") && !line.includes("Max-Age=0"));
    return { address: new URL(address), error: place.searchParams.get("error"), session: session?.split(";")[0] };
  }

  async function users() {
    const { results } = await authority.database
      .prepare("SELECT u.name, u.email, u.email_verified, u.image, a.subject FROM edgeward_users u LEFT JOIN edgeward_accounts a ON a.user_id = u.id ORDER BY u.created_at, a.subject")
      .all();
    return results;
  }

  return { authority, provider, world, signIn, users, logs };
}

describe("Google", () => {
  const started = (t, settings) => start(t, "google", settings, GOOGLE.secret);

  test("signs in, with either of its two names, and links the address that both sides have seen", async (t) => {
    const { authority, provider, signIn, users, world } = await started(t);
    await authority.user("u1", { email: "ada@example.com", email_verified: 1, name: "Ada" });
    const { address, error, session } = await signIn(ADA);
    assert.deepEqual([error, Boolean(session)], [null, true]);
    assert.equal(address.searchParams.get("scope"), "openid profile email");
    assert.equal(address.searchParams.get("code_challenge_method"), "S256");
    provider.issuer = "accounts.google.com";
    assert.equal((await signIn(ADA)).error, null);
    assert.deepEqual(await users(), [
      { name: "Ada", email: "ada@example.com", email_verified: 1, image: null, subject: ADA.sub },
    ]);
    // Metadata and keys are kept: two sign-ins cost one look at each.
    assert.equal(world.requests.filter((one) => one.endsWith("/openid-configuration")).length, 1);
    assert.equal(world.requests.filter((one) => one.endsWith("/certs")).length, 1);
  });

  test("makes a user of whom nobody knows, and keeps what was granted, sealed", async (t) => {
    const { authority, signIn, users } = await started(t);
    await signIn(ADA);
    assert.deepEqual(await users(), [
      { name: "Ada Lovelace", email: "ada@example.com", email_verified: 1, image: ADA.picture, subject: ADA.sub },
    ]);
    const { scopes } = await authority.database.prepare("SELECT scopes FROM edgeward_connections").first();
    assert.match(scopes, /userinfo\.email/);
    assert.doesNotMatch(await authority.dump(), /ya29\./);
  });

  const LIES = {
    "of another application": { claims: (claims) => ({ ...claims, aud: "another.apps.googleusercontent.com" }) },
    "of another sign-in": { claims: (claims) => ({ ...claims, nonce: "another" }) },
    "of another issuer": { claims: (claims) => ({ ...claims, iss: "https://accounts.google.com.evil.example" }) },
    "for another party": { claims: (claims) => ({ ...claims, aud: [GOOGLE.id, "x"], azp: "x" }) },
    "that has expired": { claims: (claims) => ({ ...claims, iat: claims.iat - 7200, exp: claims.iat - 3600 }) },
    "with another access token's hash": { claims: (claims) => ({ ...claims, at_hash: "AAAAAAAAAAAAAAAAAAAAAA" }) },
    "of an unknown key": { header: { kid: "unknown" } },
    "that was altered": { token: (token) => altered(token, { email: "eve@example.com" }) },
    "that nobody signed": { token: (token) => `${encoded({ alg: "none" })}.${token.split(".")[1]}.` },
  };

  test("an ID token that is not good says nothing", async (t) => {
    const { provider, signIn, users } = await started(t);
    for (const [what, lie] of Object.entries(LIES)) {
      provider.honest();
      Object.assign(provider.lie, lie);
      const { error, session } = await signIn(ADA);
      assert.deepEqual([error, session], ["unable_to_get_user_info", undefined], what);
    }
    assert.deepEqual(await users(), []);
    provider.honest();
    assert.equal((await signIn(ADA)).error, null);
  });

  test("an answer that another provider gave is not Google's", async (t) => {
    const { signIn } = await started(t);
    const other = await signIn(ADA, (fields) => ({ ...fields, iss: "https://evil.example" }));
    assert.equal(other.error, "issuer_mismatch");
    const nobody = await signIn(ADA, ({ iss, ...fields }) => fields);
    assert.equal(nobody.error, "issuer_mismatch");
    const refused = await signIn(ADA, ({ state, iss }) => ({ state, iss, error: "access_denied" }));
    assert.equal(refused.error, "access_denied");
  });
});

describe("Microsoft", () => {
  const started = async (t, tenant) => {
    const world = await start(t, "microsoft", tenant && { tenant }, MICROSOFT.secret);
    world.provider.tenant = tenant ?? "common";
    return world;
  };
  const GRACE = { sub: "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ", tid: TENANT, name: "Grace Hopper", preferred_username: "grace@example.com" };

  test("signs in the users of every tenant, and takes nobody's word for an address", async (t) => {
    const { authority, signIn, users } = await started(t);
    await authority.user("u1", { email: "grace@example.com", email_verified: 1, name: "Grace" });
    // Whoever runs a tenant writes any address into it.
    const { error } = await signIn({ ...GRACE, tid: OTHER_TENANT, email: "grace@example.com" });
    assert.equal(error, null);
    const personal = await signIn({ ...GRACE, sub: "personal", tid: CONSUMERS });
    assert.equal(personal.error, null);
    const all = await users();
    assert.deepEqual(
      all.map(({ email, email_verified: verified, subject }) => [email, verified, subject]),
      [["grace@example.com", 1, null], ["grace@example.com", 0, GRACE.sub], [null, 0, "personal"]],
    );
  });

  test("a token says one tenant, and not another's issuer", async (t) => {
    const { provider, signIn, users } = await started(t);
    provider.lie.claims = (claims) => ({ ...claims, iss: `https://login.microsoftonline.com/${OTHER_TENANT}/v2.0` });
    assert.equal((await signIn(GRACE)).error, "unable_to_get_user_info");
    provider.lie.claims = (claims) => ({ ...claims, tid: "evil.example/x", iss: "https://login.microsoftonline.com/evil.example/x/v2.0" });
    assert.equal((await signIn(GRACE)).error, "unable_to_get_user_info");
    provider.lie.claims = ({ tid, ...claims }) => claims;
    assert.equal((await signIn(GRACE)).error, "unable_to_get_user_info");
    assert.deepEqual(await users(), []);
  });

  test("of one tenant, only its own users come in", async (t) => {
    const { provider, signIn, users, world } = await started(t, TENANT);
    const { address, error } = await signIn(GRACE);
    assert.deepEqual([address.pathname, error], [`/${TENANT}/oauth2/v2.0/authorize`, null]);
    provider.lie.claims = (claims) => ({ ...claims, tid: OTHER_TENANT, iss: `https://login.microsoftonline.com/${OTHER_TENANT}/v2.0` });
    assert.equal((await signIn({ ...GRACE, sub: "other" })).error, "unable_to_get_user_info");
    assert.equal((await users()).length, 1);
    assert.ok(world.requests.every((one) => !one.includes("/common/")));
  });

  test("for organizations and for personal accounts, it has metadata of their own", async (t) => {
    for (const [tenant, tid] of [["organizations", TENANT], ["consumers", CONSUMERS]]) {
      const { signIn } = await started(t, tenant);
      const { address, error } = await signIn({ ...GRACE, tid });
      assert.deepEqual([address.pathname, error], [`/${tenant}/oauth2/v2.0/authorize`, null], tenant);
    }
  });
});

describe("Apple", () => {
  const started = (t) => start(t, "apple", { team_id: APPLE.team, key_id: APPLE.key });
  const ALAN = { sub: "001234.f1d2d2f924e986ac86fdf7b36c94bcdf.0123", firstName: "Alan", lastName: "Turing", email: "x7@privaterelay.appleid.com" };

  test("posts its answer, tells the name once, and takes a secret that is signed for it", async (t) => {
    const { authority, provider, signIn, users } = await started(t);
    const { address, error, session } = await signIn(ALAN);
    assert.deepEqual([error, Boolean(session)], [null, true]);
    assert.deepEqual([address.searchParams.get("response_mode"), address.searchParams.get("scope")], ["form_post", "openid name email"]);
    const own = { name: "Alan Turing", email: ALAN.email, email_verified: 1, image: null, subject: ALAN.sub };
    assert.deepEqual(await users(), [own]);
    const again = await signIn({ ...ALAN, firstName: "Not", lastName: "Told" });
    assert.equal(again.error, null);
    assert.deepEqual(await users(), [own]);
    assert.equal(provider.secrets.length, 2);
    const dump = await authority.dump();
    for (const secret of provider.secrets) assert.ok(!dump.includes(secret));
  });

  test("what the browser brings beside the code is a name and nothing else", async (t) => {
    const { signIn, users } = await started(t);
    const forged = JSON.stringify({ name: { firstName: "Eve", lastName: "\u0000" }, email: "victim@example.com", sub: "another" });
    await signIn(ALAN, (fields) => ({ ...fields, user: forged }));
    const [user] = await users();
    assert.deepEqual([user.email, user.subject], [ALAN.email, ALAN.sub]);
    assert.notEqual(user.name, "Eve \u0000");
  });

  test("a form without the cookie of its browser signs nobody in", async (t) => {
    const { authority, provider } = await started(t);
    const leaving = await fetch(`${authority.url}/api/auth/signin/apple`, { redirect: "manual" });
    assert.match(leaving.headers.get("set-cookie"), /; HttpOnly; Secure; SameSite=None; Partitioned$/);
    const { redirect, fields } = provider.allow(leaving.headers.get("location"), ALAN);
    const back = await fetch(redirect, { method: "POST", body: new URLSearchParams(fields), redirect: "manual" });
    assert.equal(new URL(back.headers.get("location")).searchParams.get("error"), "state_mismatch");
    assert.equal(provider.codes.size, 1);
  });

  test("a key that is not the developer's is not believed", async (t) => {
    const { provider, signIn, logs } = await started(t);
    await provider.download();
    assert.equal((await signIn(ALAN)).error, "invalid_code");
    assert.ok(logs.some((line) => line.includes("invalid_client")), logs.join("\n"));
  });
});

function encoded(value) {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

/** A token with other claims under the same signature. */
function altered(token, changes) {
  const [header, claims, signature] = token.split(".");
  return [header, encoded({ ...JSON.parse(Buffer.from(claims, "base64url")), ...changes }), signature].join(".");
}
