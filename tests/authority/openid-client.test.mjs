/** Signing in, renewing and signing out with `openid-client`. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import * as client from "openid-client";
import { atEnd } from "../support/at-end.mjs";
import { REDIRECT, SECRET, agree, decideDevice, signIn, startProvider } from "../support/provider.mjs";

describe("openid-client", () => {
  const end = atEnd();
  let authority;
  let config;
  let cookie;
  before(async () => {
    authority = await startProvider(end);
    const options = { execute: [client.allowInsecureRequests] };
    config = await client.discovery(new URL(authority.url), "server", SECRET, undefined, options);
    client.enableNonRepudiationChecks(config);
    cookie = await signIn(authority);
  });

  test("a sign-in whose ID token is verified with the published keys, a refresh and a logout", async () => {
    const [pkceCodeVerifier, expectedState, expectedNonce] = [
      client.randomPKCECodeVerifier(),
      client.randomState(),
      client.randomNonce(),
    ];
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: REDIRECT,
      scope: "openid profile",
      code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: "S256",
      state: expectedState,
      nonce: expectedNonce,
      max_age: "3600",
    });
    const callback = await agree(authority, url, cookie);
    const tokens = await client.authorizationCodeGrant(config, callback, {
      pkceCodeVerifier,
      expectedState,
      expectedNonce,
      maxAge: 3600,
    });
    assert.equal(tokens.claims().name, "Ada Lovelace");
    const info = await client.fetchUserInfo(config, tokens.access_token, "ada");
    assert.equal(info.name, "Ada Lovelace");
    const next = await client.refreshTokenGrant(config, tokens.refresh_token);
    assert.ok((await client.tokenIntrospection(config, next.access_token)).active);
    await client.tokenRevocation(config, next.access_token);
    assert.equal((await client.tokenIntrospection(config, next.access_token)).active, false);
    const out = client.buildEndSessionUrl(config, {
      id_token_hint: tokens.id_token,
      post_logout_redirect_uri: "https://server.example/bye",
      state: "z",
    });
    const answer = await fetch(out, { headers: { cookie }, redirect: "manual" });
    assert.equal(answer.headers.get("location"), "https://server.example/bye?state=z");
    await assert.rejects(client.refreshTokenGrant(config, next.refresh_token), { error: "invalid_grant" });
    const later = await fetch(url, { headers: { cookie }, redirect: "manual" });
    assert.match(later.headers.get("location"), /^\/oauth\/signin\?/);
    cookie = await signIn(authority);
  });

  test("a device that is polled for until it is confirmed", async () => {
    const own = await client.discovery(new URL(authority.url), "own", undefined, client.None(), {
      execute: [client.allowInsecureRequests],
    });
    const device = await client.initiateDeviceAuthorization(own, { scope: "openid" });
    const polling = client.pollDeviceAuthorizationGrant(own, device);
    await decideDevice(authority, cookie, device.user_code, "allow");
    assert.equal((await polling).claims().sub, "ada");
  });
});
