/** What the whole client hears of a provider that has signed its user out. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { atEnd } from "../../support/at-end.mjs";
import { whole } from "./edgeward.mjs";
import { Person, signIn } from "./person.mjs";
import { startProvider } from "./provider.mjs";
import { claimsOf } from "./tampering.mjs";

describe("a client and a provider that signs its user out", () => {
  const end = atEnd();
  let provider;
  before(async () => {
    provider = await startProvider(end);
  });

  async function signedIn(person = new Person()) {
    const client = await whole.connect({ issuer: provider.issuer, clientId: "app-told" });
    const { claims } = await signIn(client, {}, { person });
    return { auth: client.auth, claims, person };
  }

  test("the logout token that it posts says whom it is about", async () => {
    const { auth, claims, person } = await signedIn();
    await person.visit(`${provider.issuer}/session/end`);
    const token = provider.logoutTokens.at(-1);
    const told = await auth.oauth.verifyLogoutToken({ body: new URLSearchParams({ logout_token: token }).toString() });
    assert.deepEqual([told.issuer, told.subject, told.sessionId, told.id], [provider.issuer, "ada", claims.sid, claimsOf(token).jti]);
    assert.deepEqual(await auth.oauth.verifyLogoutToken({ token }), told);
    const [header, , signature] = token.split(".");
    const payload = Buffer.from(JSON.stringify({ ...claimsOf(token), sub: "eve" })).toString("base64url");
    await assert.rejects(auth.oauth.verifyLogoutToken({ token: [header, payload, signature].join(".") }), { code: "token_signature_invalid" });
    const idToken = await provider.forge("ES256", { ...claimsOf(token), events: undefined });
    await assert.rejects(auth.oauth.verifyLogoutToken({ token: idToken }), { code: "logout_token_invalid", at: "events" });
    await assert.rejects(auth.oauth.verifyLogoutToken({}), { code: "invalid_parameters", at: "token" });
  });

  test("the page in its hidden frame ends the session that it names, and no other", async () => {
    const { auth, claims } = await signedIn();
    const page = (query) => ({ url: `https://app.example/front?${new URLSearchParams(query)}` });
    for (const [query, at] of [
      [{ iss: provider.issuer, sid: "another" }, "sid"],
      [{ iss: "https://evil.example", sid: claims.sid }, "iss"],
      [{ sid: claims.sid }, "iss"],
      [{}, "iss"],
    ]) {
      await assert.rejects(auth.oauth.frontChannelLogout(page(query)), { code: "logout_request_invalid", at });
      assert.equal((await auth.getSession()).subject, "ada");
    }
    assert.equal(await auth.oauth.frontChannelLogout(page({ iss: provider.issuer, sid: claims.sid })), true);
    assert.deepEqual([await auth.getSession(), auth.state], [null, { status: "signedOut", reason: "revoked" }]);
    assert.equal(await auth.oauth.frontChannelLogout(page({ iss: provider.issuer, sid: claims.sid })), false);
  });
});
