/** Tokens that issuers' own software has made, accepted with their preset: none of it is ours. */
import assert from "node:assert/strict";
import { createSecretKey, generateKeyPairSync } from "node:crypto";
import { describe, test } from "node:test";
import { createVerifier, presets } from "../../pkg/dist/verify/node.js";
import { startJwtIssuer } from "../support/better-auth.mjs";
import { startConvexAuth } from "../support/convex-auth.mjs";
import { CLERK, SUPABASE } from "../support/issued.mjs";
import { SIGNED, startRealProvider } from "../support/real-provider.mjs";
import { payloadOf, tamper } from "../support/tokens.mjs";

/** Whom a request with this token comes from, or why not. */
async function ask(options, token) {
  const request = { method: "GET", url: "https://api.example/", headers: { authorization: `Bearer ${token}` } };
  const { data, error } = await createVerifier({ development: true, ...options }).verifyRequest(request);
  return data ?? error.code;
}

test("Convex Auth's tokens, by its own documents", async (t) => {
  const convex = await startConvexAuth(t);
  const token = await convex.signUp("ada@example.com");
  const options = presets.convex({ url: convex.url });
  const first = await ask(options, token);
  assert.deepEqual([[first.subject], [first.sessionId]], [await convex.users(), await convex.sessions()]);
  const again = await ask(options, await convex.signIn("ada@example.com"));
  assert.equal(again.subject, first.subject);
  assert.notEqual(again.sessionId, first.sessionId);
  assert.equal((await ask(presets.convex({ url: `${convex.url}/` }), token)).subject, first.subject);
  assert.equal(await ask(options, tamper(token, { sub: "another|session" })), "token_signature_invalid");
  assert.equal(await ask({ ...options, audience: "another" }, token), "token_audience_invalid");
});

describe("oidc-provider's access tokens (RFC 9068)", () => {
  for (const algorithm of ["ES256", "RS256", "PS256", "EdDSA", "Ed25519"]) {
    test(`signed with ${algorithm}`, async (t) => {
      const { issuer, client } = await startRealProvider(t, { algorithm });
      const token = await client.token(SIGNED, { scope: "read write" });
      const options = presets.rfc9068({ issuer, audience: SIGNED, algorithms: [algorithm] });
      const { subject, clientId, scope, tokenId, expiresAt } = await ask(options, token);
      assert.deepEqual([subject, clientId, scope], ["machine", "machine", ["read", "write"]]);
      assert.deepEqual([tokenId, expiresAt], [payloadOf(token).jti, payloadOf(token).exp]);
      assert.equal(await ask({ ...options, audience: "https://another.example" }, token), "token_audience_invalid");
      assert.equal(await ask({ ...options, algorithms: ["ES512"] }, token), "token_alg_not_allowed");
    });
  }

  test("encrypted for the API, too", async (t) => {
    const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const secret = createSecretKey(Buffer.alloc(32, 7));
    for (const [encrypt, key] of [
      [{ alg: "ECDH-ES+A256KW", enc: "A256GCM", kid: "reader", key: publicKey }, privateKey],
      [{ alg: "dir", enc: "A128CBC-HS256", kid: "reader", key: secret }, secret],
    ]) {
      const { alg, enc } = encrypt;
      const { issuer, client } = await startRealProvider(t, { encrypt });
      const token = await client.token(SIGNED);
      assert.equal(token.split(".").length, 5);
      const jwk = { ...key.export({ format: "jwk" }), kid: "reader", alg };
      const options = presets.rfc9068({ issuer, audience: SIGNED, algorithms: ["ES256"] });
      const decryption = { keys: [jwk], algorithms: [alg], encryptions: [enc], required: true };
      assert.equal((await ask({ ...options, decryption }, token)).subject, "machine");
      assert.equal(await ask(options, token), "token_malformed");
    }
  });
});

for (const algorithm of ["EdDSA", "ES256", "RS256", "PS256"]) {
  test(`Better Auth's tokens, signed by its plugin with ${algorithm}`, async (t) => {
    const issuer = await startJwtIssuer(t, algorithm);
    const { user, token } = await issuer.signUp();
    const options = { issuer: issuer.url, audience: issuer.url, algorithms: [algorithm], jwksUri: issuer.jwksUri };
    const { subject, claims } = await ask(options, token);
    assert.deepEqual([subject, claims.email], [user.id, user.email]);
    assert.equal(await ask(options, tamper(token, { sub: "another" })), "token_signature_invalid");
  });
}

test("Clerk's token, at the time when Clerk issued it", async (t) => {
  const { now } = Date;
  t.after(() => (Date.now = now));
  const { issuer, party, jwks, token, issuedAt } = CLERK;
  const options = presets.clerk({ url: issuer, authorizedParties: [party], jwks });
  assert.equal(await ask(options, token), "token_expired");
  Date.now = () => issuedAt * 1000;
  const { subject, sessionId } = await ask(options, token);
  assert.deepEqual([subject, sessionId], [CLERK.user, CLERK.session]);
  assert.equal(await ask({ ...options, authorizedParties: ["https://evil.example"] }, token), "token_authorized_party_invalid");
  assert.equal(await ask(options, tamper(token, { sub: "user_another" })), "token_signature_invalid");
});

test("Supabase's own project keys are signed well, and no users", async () => {
  const { secret, keys } = SUPABASE;
  const options = presets.supabase({ url: "http://127.0.0.1:54321", secret });
  for (const [role, key] of Object.entries(keys)) {
    assert.equal(await ask(options, key), "token_issuer_invalid", role);
    // The signature is good: only what the token says keeps it out.
    const own = { ...options, issuer: "supabase-demo" };
    assert.equal(await ask(own, key), "token_audience_invalid", role);
    assert.equal(await ask(own, tamper(key, { aud: "authenticated" })), "token_signature_invalid", role);
  }
});
