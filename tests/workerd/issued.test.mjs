/** Tokens that issuers' own software has made, accepted by the gateway with their preset. */
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { describe, test } from "node:test";
import { startJwtIssuer } from "../support/better-auth.mjs";
import { startConvexAuth } from "../support/convex-auth.mjs";
import { SUPABASE } from "../support/issued.mjs";
import { SIGNED, startRealProvider } from "../support/real-provider.mjs";
import { tamper } from "../support/tokens.mjs";
import { startEdge } from "../support/worker.mjs";

const said = (answer) => [answer.status, answer.json.identity?.subject ?? answer.json.error];

test("Convex Auth's tokens, by its own documents", async (t) => {
  const convex = await startConvexAuth(t);
  const edge = await startEdge(t, { issuers: () => [{ preset: "convex", issuer: convex.url }] });
  const token = await convex.signUp("ada@example.com");
  const [user] = await convex.users();
  const answer = await edge.call(token);
  assert.deepEqual(said(answer), [200, user]);
  assert.deepEqual([answer.json.headers["x-edgeward-session"]], await convex.sessions());
  assert.deepEqual(said(await edge.call(await convex.signIn("ada@example.com"))), [200, user]);
  assert.deepEqual(said(await edge.call(tamper(token, { sub: "another|session" }))), [401, "token_signature_invalid"]);
});

describe("oidc-provider's access tokens (RFC 9068)", () => {
  for (const algorithm of ["ES256", "RS256", "PS256", "EdDSA"]) {
    test(`signed with ${algorithm}`, async (t) => {
      const { issuer, client } = await startRealProvider(t, { algorithm });
      const settings = { preset: "rfc9068", issuer, audience: SIGNED, algorithms: [algorithm] };
      const edge = await startEdge(t, { issuers: () => [settings], routes: [{ path: "/write", scopes: ["write"] }] });
      const token = await client.token(SIGNED);
      assert.deepEqual(said(await edge.call(token)), [200, "machine"]);
      assert.deepEqual(said(await edge.call(token, "/write")), [403, "insufficient_scope"]);
      assert.deepEqual(said(await edge.call(await client.token(SIGNED, { scope: "read write" }), "/write")), [200, "machine"]);
    });
  }

  test("encrypted for the API, too", async (t) => {
    const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const encrypt = { alg: "ECDH-ES+A256KW", enc: "A256GCM", kid: "reader", key: publicKey };
    const { issuer, client } = await startRealProvider(t, { encrypt });
    const decryption = { key_bindings: ["READER"], algorithms: [encrypt.alg], encryptions: [encrypt.enc], required: true };
    const edge = await startEdge(t, {
      issuers: () => [{ preset: "rfc9068", issuer, audience: SIGNED, algorithms: ["ES256"], decryption }],
      bindings: { READER: JSON.stringify({ ...privateKey.export({ format: "jwk" }), kid: "reader" }) },
    });
    assert.deepEqual(said(await edge.call(await client.token(SIGNED))), [200, "machine"]);
  });
});

test("Better Auth's tokens, signed by its plugin", async (t) => {
  const issuer = await startJwtIssuer(t);
  const settings = { issuer: issuer.url, audience: issuer.url, algorithms: ["EdDSA"], jwks_uri: issuer.jwksUri };
  const edge = await startEdge(t, { issuers: () => [settings] });
  const { user, token } = await issuer.signUp();
  assert.deepEqual(said(await edge.call(token)), [200, user.id]);
  assert.deepEqual(said(await edge.call(tamper(token, { sub: "another" }))), [401, "token_signature_invalid"]);
});

test("Supabase's own project keys are signed well, and no users", async (t) => {
  const supabase = (issuer) => ({ preset: "supabase", issuer, secret_binding: "SUPABASE_JWT_SECRET" });
  const edge = await startEdge(t, {
    issuers: () => [supabase("http://127.0.0.1:54321/auth/v1"), supabase("supabase-demo")],
    bindings: { SUPABASE_JWT_SECRET: SUPABASE.secret },
  });
  for (const key of Object.values(SUPABASE.keys)) {
    assert.deepEqual(said(await edge.call(key)), [401, "token_audience_invalid"]);
    assert.deepEqual(said(await edge.call(tamper(key, { aud: "authenticated" }))), [401, "token_signature_invalid"]);
  }
});
