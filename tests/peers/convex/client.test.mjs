/** Our token fetcher under the real Convex client. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createAgentClient } from "edgeward/agent";
import { startIssuer } from "./issuer.mjs";
import { scenarios } from "./scenarios.mjs";

scenarios("asTokenFetcher()", async (t, issuer) => (await signedIn(t, issuer)).asTokenFetcher());

test("a session that the issuer has ended gives null, and no exception", async (t) => {
  const issuer = await startIssuer();
  t.after(() => issuer.close());
  const auth = await signedIn(t, issuer);
  const fetchToken = auth.asTokenFetcher();
  await issuer.tokens();
  assert.equal(await fetchToken({ forceRefreshToken: true }), null);
  assert.equal(await fetchToken({ forceRefreshToken: false }), null);
  assert.equal(await auth.getSession(), null);
});

test("nobody signed in gives null, and no exception", async (t) => {
  const auth = createAgentClient({ issuer: "http://127.0.0.1:1", clientId: "convex" });
  t.after(() => auth.dispose());
  assert.equal(await auth.asTokenFetcher()({ forceRefreshToken: true }), null);
});

async function signedIn(t, issuer) {
  const auth = createAgentClient({ issuer: issuer.url, clientId: "convex", scope: "offline_access", errors: "throw" });
  t.after(() => auth.dispose());
  await (await auth.signInDevice()).wait();
  return auth;
}
