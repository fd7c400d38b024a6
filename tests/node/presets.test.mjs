/** Tokens as well-known issuers write them, accepted with their preset and nothing else. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { createVerifier, presets } from "../../pkg/dist/verify/node.js";
import { makeKey, now, sign } from "../support/tokens.mjs";

const SECRET = "super-secret-jwt-token-with-at-least-32-characters";
const PROJECT = "https://project.supabase.co";
const lifetime = () => ({ iat: now(), exp: now() + 3600 });

describe("a preset", () => {
  let key;
  let jwks;
  before(async () => {
    key = await makeKey("RS256", "key-1");
    jwks = { keys: [key.jwk] };
  });

  /** Whom a request with this token comes from, or why not. */
  const ask = async (options, claims, signer = key, header = {}) => {
    const request = { method: "GET", url: "https://api.example/", headers: { authorization: `Bearer ${await sign(signer, claims, header)}` } };
    const { data, error } = await createVerifier(options).verifyRequest(request);
    return data ?? error.code;
  };

  test("of Supabase takes users, and never the project's own keys", async () => {
    const options = presets.supabase({ url: `${PROJECT}/`, secret: SECRET });
    const signer = { alg: "HS256", secret: new TextEncoder().encode(SECRET) };
    const user = {
      iss: `${PROJECT}/auth/v1`, aud: "authenticated", sub: "u1", role: "authenticated", session_id: "s1", aal: "aal2",
      amr: [{ method: "password", timestamp: 1 }, { method: "totp", timestamp: 2 }], ...lifetime(),
    };
    const { subject, sessionId, acr, amr } = await ask(options, user, signer);
    assert.deepEqual([subject, sessionId, acr, amr], ["u1", "s1", "aal2", ["password", "totp"]]);
    for (const role of ["anon", "service_role", undefined]) {
      assert.equal(await ask(options, { ...user, role }, signer), "token_not_allowed", role);
    }
    assert.equal(await ask(options, { iss: "supabase", ref: "project", role: "anon", ...lifetime() }, signer), "token_issuer_invalid");
    assert.equal(await ask(options, user), "token_alg_not_allowed");
  });

  test("of Supabase looks for keys where the project publishes them", () => {
    const { jwksUri, algorithms, ...rest } = presets.supabase({ url: PROJECT });
    assert.equal(jwksUri, `${PROJECT}/auth/v1/.well-known/jwks.json`);
    assert.deepEqual([algorithms, rest.secret], [["ES256", "RS256"], undefined]);
    assert.equal(presets.supabase({ url: PROJECT, secret: SECRET }).jwksUri, undefined);
  });

  test("of Convex takes both spellings of the issuer, and parts user from session", async () => {
    const options = { ...presets.convex({ url: "https://happy-animal-1.convex.site" }), jwks };
    for (const iss of ["https://happy-animal-1.convex.site", "https://happy-animal-1.convex.site/"]) {
      const { subject, sessionId } = await ask(options, { iss, aud: "convex", sub: "user1|session1", ...lifetime() });
      assert.deepEqual([subject, sessionId], ["user1", "session1"]);
    }
  });

  test("of Auth0 has a slash at the issuer's end", async () => {
    const options = presets.auth0({ domain: "tenant.eu.auth0.com", audience: "https://api.example", jwks });
    const claims = { iss: "https://tenant.eu.auth0.com/", aud: ["https://api.example"], azp: "c", sub: "auth0|1", permissions: ["a"], ...lifetime() };
    const { subject, clientId, permissions } = await ask(options, claims);
    assert.deepEqual([subject, clientId, permissions], ["auth0|1", "c", ["a"]]);
    assert.equal(await ask(options, { ...claims, iss: "https://tenant.eu.auth0.com" }), "token_issuer_invalid");
  });

  test("of Clerk asks for the party in place of an audience", async () => {
    const options = presets.clerk({ url: "https://clerk.example", authorizedParties: ["https://app.example"], jwks });
    const claims = { iss: "https://clerk.example", azp: "https://app.example", sub: "user_1", sid: "sess_1", o: { rol: "admin" }, ...lifetime() };
    const { subject, sessionId, roles } = await ask(options, claims);
    assert.deepEqual([subject, sessionId, roles], ["user_1", "sess_1", ["admin"]]);
    for (const azp of ["https://evil.example", undefined]) assert.match(await ask(options, { ...claims, azp }), /^token_/);
  });

  test("of Cloudflare Access takes the application's tokens alone, from their header", async () => {
    const options = { ...presets.cloudflareAccess({ team: "team", audience: "tag", jwks }), header: "cf-access-jwt-assertion" };
    const claims = { iss: "https://team.cloudflareaccess.com", aud: ["tag"], sub: "u", type: "app", ...lifetime() };
    const request = async (changes) => ({
      method: "GET", url: "https://a.example/", headers: { "cf-access-jwt-assertion": await sign(key, { ...claims, ...changes }) },
    });
    const verifier = createVerifier(options);
    assert.equal((await verifier.verifyRequest(await request())).data?.credential, "header");
    assert.equal((await verifier.verifyRequest(await request({ type: "org" }))).error?.code, "token_not_allowed");
    assert.equal(presets.cloudflareAccess({ team: "team" }).jwksUri, "https://team.cloudflareaccess.com/cdn-cgi/access/certs");
  });

  test("of RFC 9068 asks for what it requires", async () => {
    const options = presets.rfc9068({ issuer: "https://i.example", audience: "api", algorithms: ["RS256"], jwks });
    const claims = { iss: "https://i.example", aud: "api", sub: "u", client_id: "c", jti: "j", ...lifetime() };
    assert.equal((await ask(options, claims, key, { typ: "at+jwt" })).subject, "u");
    assert.equal(await ask(options, claims), "token_type_invalid");
    assert.equal(await ask(options, { ...claims, jti: undefined }, key, { typ: "at+jwt" }), "token_claim_missing");
  });

  test("stands beside another issuer, and gives way to what is stated", async () => {
    const clerk = presets.clerk({ url: "https://clerk.example", authorizedParties: "https://app.example", jwks, rolesClaim: "/team" });
    const convex = { ...presets.convex({ url: "https://c.convex.site" }), jwks };
    const claims = { iss: "https://clerk.example", azp: "https://app.example", sub: "u", team: ["x"], ...lifetime() };
    assert.deepEqual((await ask({ issuers: [clerk, convex] }, claims)).roles, ["x"]);
  });
});
