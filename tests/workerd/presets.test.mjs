/** Tokens as the issuers of the field write them, accepted with their preset and nothing else. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { atEnd } from "../support/at-end.mjs";
import { startEdge } from "../support/worker.mjs";
import { makeKey, now, sign } from "../support/tokens.mjs";

const SECRET = "super-secret-jwt-token-with-at-least-32-characters";
const lifetime = () => ({ iat: now(), exp: now() + 3600 });

/** The claims of Supabase Auth's access tokens: https://supabase.com/docs/guides/auth/jwt-fields */
const supabaseClaims = (issuer, changes = {}) => ({
  iss: issuer,
  sub: "9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d",
  aud: "authenticated",
  ...lifetime(),
  email: "ada@example.com",
  phone: "",
  app_metadata: { provider: "email", providers: ["email"] },
  user_metadata: { name: "Ada" },
  role: "authenticated",
  aal: "aal1",
  amr: [{ method: "password", timestamp: now() }],
  session_id: "8f14e45f-ceea-467f-a9c5-5b6e8f2d1c3a",
  is_anonymous: false,
  ...changes,
});

const said = (answer) => [answer.status, answer.json.identity?.subject ?? answer.json.error];

describe("Supabase, with its secret", () => {
  const end = atEnd();
  const issuer = "https://project.supabase.co/auth/v1";
  const key = { alg: "HS256", kid: undefined, secret: new TextEncoder().encode(SECRET) };
  let edge;
  before(async () => {
    edge = await startEdge(end, {
      issuers: () => [{ preset: "supabase", issuer, secret_binding: "SUPABASE_JWT_SECRET" }],
      bindings: { SUPABASE_JWT_SECRET: SECRET },
      routes: [{ path: "/aal2", acr: ["aal2"], amr: ["totp"] }],
    });
  });
  const call = async (claims, path) => edge.call(await sign(key, claims), path);

  test("a user's token passes, with its session", async () => {
    const answer = await call(supabaseClaims(issuer));
    assert.deepEqual(said(answer), [200, "9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d"]);
    assert.equal(answer.json.headers["x-edgeward-session"], "8f14e45f-ceea-467f-a9c5-5b6e8f2d1c3a");
  });

  test("the project's own keys are never users", async () => {
    for (const role of ["anon", "service_role"]) {
      const key = { iss: "supabase", ref: "project", role, ...lifetime() };
      assert.deepEqual(said(await call(key)), [401, "token_issuer_invalid"]);
      // As a project signs them that gave them issuer and audience of its own.
      const disguised = supabaseClaims(issuer, { role, sub: undefined, session_id: undefined });
      assert.deepEqual(said(await call(disguised)), [401, "token_not_allowed"]);
    }
    assert.deepEqual(said(await call(supabaseClaims(issuer, { role: undefined }))), [401, "token_not_allowed"]);
  });

  test("another audience or secret does not pass", async () => {
    assert.deepEqual(said(await call(supabaseClaims(issuer, { aud: "anon" }))), [401, "token_audience_invalid"]);
    const other = { ...key, secret: new TextEncoder().encode(SECRET.replace("super", "other")) };
    const forged = await sign(other, supabaseClaims(issuer));
    assert.deepEqual(said(await edge.call(forged)), [401, "token_signature_invalid"]);
  });

  test("the assurance level is the authentication context", async () => {
    const strong = { aal: "aal2", amr: [{ method: "password", timestamp: 1 }, { method: "totp", timestamp: 2 }] };
    assert.equal((await call(supabaseClaims(issuer, strong), "/aal2")).status, 200);
    assert.deepEqual(said(await call(supabaseClaims(issuer), "/aal2")), [401, "authentication_insufficient"]);
  });
});

describe("presets with published keys", () => {
  const end = atEnd();

  const start = (preset, alg, settings = {}) => makeKey(alg, "key-1").then((key) =>
    startEdge(end, { keys: [key], issuers: (provider) => [{ preset, ...settings(provider) }] }));

  test("Supabase's are at its well-known address", async () => {
    const edge = await start("supabase", "ES256", (provider) => ({ issuer: `${provider.issuer}/auth/v1` }));
    const issuer = `${edge.provider.issuer}/auth/v1`;
    edge.provider.on("/auth/v1/.well-known/jwks.json", { body: { keys: edge.provider.keys } });
    assert.equal((await edge.call(await sign(edge.key, supabaseClaims(issuer)))).status, 200);
    const anon = await sign(edge.key, supabaseClaims(issuer, { role: "anon" }));
    assert.deepEqual(said(await edge.call(anon)), [401, "token_not_allowed"]);
  });

  test("Convex: user and session in the subject, a slash at the issuer's end or none", async () => {
    const edge = await start("convex", "RS256", (provider) => ({ issuer: provider.issuer }));
    const claims = { iss: edge.provider.issuer, aud: "convex", sub: "user1|session1", ...lifetime() };
    for (const iss of [claims.iss, `${claims.iss}/`]) {
      const answer = await edge.call(await sign(edge.key, { ...claims, iss }));
      assert.deepEqual(said(answer), [200, "user1"]);
      assert.equal(answer.json.headers["x-edgeward-session"], "session1");
    }
    const twice = await sign(edge.key, { ...claims, iss: `${claims.iss}//` });
    assert.deepEqual(said(await edge.call(twice)), [401, "token_issuer_invalid"]);
  });

  test("Cloudflare Access: its header, its certificates, the application's tokens alone", async () => {
    const edge = await start("cloudflare_access", "RS256", (provider) => ({ issuer: provider.issuer, audience: "aud-tag" }));
    edge.provider.on("/cdn-cgi/access/certs", { body: { keys: edge.provider.keys } });
    const claims = {
      iss: edge.provider.issuer, aud: ["aud-tag"], sub: "u", email: "ada@example.com", type: "app",
      identity_nonce: "n", country: "DE", ...lifetime(), nbf: now(),
    };
    const token = await sign(edge.key, claims);
    const answer = await edge.send("/", { headers: [["cf-access-jwt-assertion", token], ["cookie", `CF_Authorization=${token}`]] });
    assert.deepEqual(said(answer), [200, "u"]);
    const org = await sign(edge.key, { ...claims, type: "org" });
    assert.deepEqual(said(await edge.send("/", { headers: [["cf-access-jwt-assertion", org]] })), [401, "token_not_allowed"]);
  });

  test("Auth0: permissions, and an issuer that ends with a slash", async () => {
    const edge = await start("auth0", "RS256", (provider) => ({ issuer: `${provider.issuer}/`, audience: "https://api.example" }));
    edge.provider.onDiscovery({ body: edge.provider.metadata({ issuer: `${edge.provider.issuer}/` }) });
    const token = await sign(edge.key, {
      iss: `${edge.provider.issuer}/`, sub: "auth0|1", aud: ["https://api.example", `${edge.provider.issuer}/userinfo`],
      azp: "client", scope: "openid profile", permissions: ["read:x"], ...lifetime(),
    });
    const answer = await edge.call(token);
    assert.deepEqual(said(answer), [200, "auth0|1"]);
    assert.equal(answer.json.headers["x-edgeward-permissions"], "read:x");
    assert.equal(answer.json.headers["x-edgeward-client"], "client");
  });

  test("Clerk: no audience, but an authorized party", async () => {
    const edge = await start("clerk", "RS256", (provider) => ({ issuer: provider.issuer, authorized_parties: ["https://app.example"] }));
    const claims = {
      azp: "https://app.example", iss: edge.provider.issuer, sub: "user_1", sid: "sess_1", sts: "active", v: 2,
      jti: "j", fva: [1, -1], o: { id: "org_1", rol: "admin", slg: "acme" }, nbf: now() - 10, ...lifetime(),
    };
    const answer = await edge.call(await sign(edge.key, claims));
    assert.deepEqual(said(answer), [200, "user_1"]);
    assert.equal(answer.json.headers["x-edgeward-roles"], "admin");
    const evil = await sign(edge.key, { ...claims, azp: "https://evil.example" });
    assert.deepEqual(said(await edge.call(evil)), [401, "token_authorized_party_invalid"]);
    const nobody = await sign(edge.key, { ...claims, azp: undefined });
    assert.deepEqual(said(await edge.call(nobody)), [401, "token_claim_missing"]);
  });

  test("RFC 9068: access tokens, and no ID tokens", async () => {
    const edge = await start("rfc9068", "ES256", (provider) => ({ issuer: provider.issuer, audience: "api", algorithms: ["ES256"] }));
    const claims = { iss: edge.provider.issuer, aud: "api", sub: "u", client_id: "c", jti: "j", ...lifetime() };
    assert.deepEqual(said(await edge.call(await sign(edge.key, claims, { typ: "at+jwt" }))), [200, "u"]);
    assert.deepEqual(said(await edge.call(await sign(edge.key, claims))), [401, "token_type_invalid"]);
    const { client_id: _, ...partial } = claims;
    const lacking = await edge.call(await sign(edge.key, partial, { typ: "at+jwt" }));
    assert.deepEqual(said(lacking), [401, "token_claim_missing"]);
  });
});
