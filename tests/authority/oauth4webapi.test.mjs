/** Every grant, asked for by `oauth4webapi`, a certified client that takes nothing that the standards do not say. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import * as oauth from "oauth4webapi";
import { createRemoteJWKSet, exportJWK, jwtVerify } from "jose";
import { atEnd } from "../support/at-end.mjs";
import { API, CONVEX, REDIRECT, SECRET, agree, decideDevice, signIn, startProvider } from "../support/provider.mjs";

/** The one option that is relaxed: http, which is on loopback. */
const HTTP = { [oauth.allowInsecureRequests]: true };
const own = { client_id: "own" };
const server = { client_id: "server" };
const api = { client_id: API };

describe("oauth4webapi", () => {
  const end = atEnd();
  let authority;
  let as;
  let cookie;
  let signing;
  before(async () => {
    signing = await oauth.generateKeyPair("ES256", { extractable: true });
    const key = { ...(await exportJWK(signing.publicKey)), alg: "ES256", kid: "k1" };
    authority = await startProvider(end, { key });
    const issuer = new URL(authority.url);
    const answer = await oauth.discoveryRequest(issuer, HTTP);
    as = await oauth.processDiscoveryResponse(issuer, answer);
    cookie = await signIn(authority);
  });

  async function code(client, more = {}, extra = {}) {
    const verifier = oauth.generateRandomCodeVerifier();
    const state = oauth.generateRandomState();
    const nonce = oauth.generateRandomNonce();
    const url = new URL(as.authorization_endpoint);
    const parameters = {
      client_id: client.client_id,
      redirect_uri: REDIRECT,
      response_type: "code",
      scope: "openid email notes:read",
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
      state,
      nonce,
      ...more,
    };
    for (const [name, value] of Object.entries(extra.pushed ?? parameters)) url.searchParams.set(name, value);
    const callback = await agree(authority, url, cookie);
    return { parameters: oauth.validateAuthResponse(as, client, callback, state), verifier, nonce };
  }

  async function redeem(client, authentication, { parameters, verifier, nonce }, options = {}) {
    const answer = await oauth.authorizationCodeGrantRequest(
      as,
      client,
      authentication,
      parameters,
      REDIRECT,
      verifier,
      { ...HTTP, ...options },
    );
    return oauth.processAuthorizationCodeResponse(as, client, answer, { expectedNonce: nonce, requireIdToken: true });
  }

  test("the metadata of RFC 8414 and of OpenID Connect are taken", async () => {
    const issuer = new URL(authority.url);
    const answer = await oauth.discoveryRequest(issuer, { algorithm: "oauth2", ...HTTP });
    assert.deepEqual(await oauth.processDiscoveryResponse(issuer, answer), as);
    const resource = await oauth.resourceDiscoveryRequest(issuer, HTTP);
    const metadata = await oauth.processResourceDiscoveryResponse(issuer, resource);
    assert.deepEqual(metadata.authorization_servers, [authority.url]);
  });

  test("a code, userinfo, a refresh and a revocation", async () => {
    const tokens = await redeem(own, oauth.None(), await code(own));
    const claims = oauth.getValidatedIdTokenClaims(tokens);
    assert.deepEqual([claims.sub, claims.email, claims.email_verified], ["ada", "ada@example.com", true]);
    const info = await oauth.userInfoRequest(as, own, tokens.access_token, HTTP);
    assert.equal((await oauth.processUserInfoResponse(as, own, "ada", info)).email, "ada@example.com");
    const answer = await oauth.refreshTokenGrantRequest(as, own, oauth.None(), tokens.refresh_token, HTTP);
    const next = await oauth.processRefreshTokenResponse(as, own, answer);
    assert.notEqual(next.refresh_token, tokens.refresh_token);
    const revoked = await oauth.revocationRequest(as, own, oauth.None(), next.refresh_token, HTTP);
    await oauth.processRevocationResponse(revoked);
    const over = await oauth.refreshTokenGrantRequest(as, own, oauth.None(), next.refresh_token, HTTP);
    await assert.rejects(oauth.processRefreshTokenResponse(as, own, over), { error: "invalid_grant" });
  });

  test("an access token of RFC 9068 is taken by the API, with the keys of createRemoteJWKSet", async () => {
    const tokens = await redeem(own, oauth.None(), await code(own, { resource: API }));
    const request = new Request(`${API}/notes`, { headers: { authorization: `Bearer ${tokens.access_token}` } });
    const claims = await oauth.validateJwtAccessToken(as, request, API, HTTP);
    assert.deepEqual([claims.sub, claims.client_id, claims.scope], ["ada", "own", "openid email notes:read"]);
    const keys = createRemoteJWKSet(new URL(as.jwks_uri));
    const options = { issuer: as.issuer, audience: API, typ: "at+jwt", requiredClaims: ["jti", "iat", "exp", "sub"] };
    await jwtVerify(tokens.access_token, keys, options);
    await assert.rejects(jwtVerify(tokens.access_token, keys, { ...options, audience: "convex" }));
  });

  test("an access token for Convex has the form that Convex takes", async () => {
    const tokens = await redeem(own, oauth.None(), await code(own, { resource: CONVEX }));
    const { payload, protectedHeader } = await jwtVerify(tokens.access_token, createRemoteJWKSet(new URL(as.jwks_uri)));
    assert.equal(protectedHeader.typ, "JWT");
    assert.ok(protectedHeader.kid);
    assert.deepEqual(
      [payload.aud, payload.iss, payload.sub, payload.email],
      ["convex", authority.url, "ada", "ada@example.com"],
    );
  });

  test("a client with a secret: both ways to show it, client credentials, introspection", async () => {
    for (const authentication of [oauth.ClientSecretBasic(SECRET), oauth.ClientSecretPost(SECRET)]) {
      await redeem(server, authentication, await code(server));
      const answer = await oauth
        .clientCredentialsGrantRequest(as, server, authentication, { scope: "notes:read" }, HTTP)
        .catch(String);
      const refused = await oauth.processClientCredentialsResponse(as, server, answer).catch((error) => error);
      assert.equal(refused.error, "invalid_scope", "it has no scope of its own");
      const plain = await oauth.clientCredentialsGrantRequest(as, server, authentication, {}, HTTP);
      assert.equal((await oauth.processClientCredentialsResponse(as, server, plain)).token_type, "bearer");
    }
    const tokens = await redeem(own, oauth.None(), await code(own, { resource: API }));
    const ask = async (client) => {
      const answer = await oauth.introspectionRequest(
        as,
        client,
        oauth.ClientSecretBasic(SECRET),
        tokens.access_token,
        HTTP,
      );
      return oauth.processIntrospectionResponse(as, client, answer);
    };
    assert.equal((await ask(api)).sub, "ada");
    const wrong = await oauth.introspectionRequest(
      as,
      api,
      oauth.ClientSecretBasic("wrong"),
      tokens.access_token,
      HTTP,
    );
    await assert.rejects(oauth.processIntrospectionResponse(as, api, wrong), oauth.WWWAuthenticateChallengeError);
  });

  test("a client that signs: pushed requests, DPoP with nonces, bound refresh and userinfo", async () => {
    const client = { client_id: "signer" };
    const authentication = oauth.PrivateKeyJwt({ key: signing.privateKey, kid: "k1" });
    const keys = await oauth.generateKeyPair("ES256");
    const DPoP = oauth.DPoP(client, keys);
    const retried = async (ask, process) => {
      try {
        return await process(await ask());
      } catch (error) {
        if (!oauth.isDPoPNonceError(error)) throw error;
        return process(await ask());
      }
    };
    const verifier = oauth.generateRandomCodeVerifier();
    const state = oauth.generateRandomState();
    const parameters = {
      client_id: "signer",
      redirect_uri: REDIRECT,
      response_type: "code",
      scope: "openid",
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
      state,
    };
    const pushed = await retried(
      () => oauth.pushedAuthorizationRequest(as, client, authentication, parameters, { DPoP, ...HTTP }),
      (answer) => oauth.processPushedAuthorizationResponse(as, client, answer),
    );
    const url = new URL(as.authorization_endpoint);
    url.search = new URLSearchParams({ client_id: "signer", request_uri: pushed.request_uri }).toString();
    const callback = oauth.validateAuthResponse(as, client, await agree(authority, url, cookie), state);
    const tokens = await retried(
      () =>
        oauth.authorizationCodeGrantRequest(as, client, authentication, callback, REDIRECT, verifier, {
          DPoP,
          ...HTTP,
        }),
      (answer) => oauth.processAuthorizationCodeResponse(as, client, answer),
    );
    assert.equal(tokens.token_type, "dpop");
    const info = await retried(
      () => oauth.userInfoRequest(as, client, tokens.access_token, { DPoP, ...HTTP }),
      (answer) => oauth.processUserInfoResponse(as, client, "ada", answer),
    );
    assert.equal(info.sub, "ada");
    const bearer = await oauth.userInfoRequest(as, client, tokens.access_token, HTTP);
    assert.equal(bearer.status, 401, "without a proof it is nothing");
    const next = await retried(
      () => oauth.refreshTokenGrantRequest(as, client, authentication, tokens.refresh_token, { DPoP, ...HTTP }),
      (answer) => oauth.processRefreshTokenResponse(as, client, answer),
    );
    assert.equal(next.token_type, "dpop");
    const unproved = await oauth.refreshTokenGrantRequest(as, client, authentication, next.refresh_token, HTTP);
    await assert.rejects(oauth.processRefreshTokenResponse(as, client, unproved), { error: "invalid_dpop_proof" });
  });

  test("an assertion is good once", async () => {
    const client = { client_id: "signer" };
    const request = { grant_type: "client_credentials" };
    let kept;
    const authentication = oauth.PrivateKeyJwt({ key: signing.privateKey, kid: "k1" });
    const keys = await oauth.generateKeyPair("ES256");
    const DPoP = oauth.DPoP(client, keys);
    const keeping = async (...args) => {
      await authentication(...args);
      kept ??= args[2].get("client_assertion");
    };
    const first = await oauth.clientCredentialsGrantRequest(as, client, keeping, request, { DPoP, ...HTTP });
    await oauth
      .processClientCredentialsResponse(as, client, first)
      .catch((error) => assert.ok(oauth.isDPoPNonceError(error)));
    const replaying = (...args) => {
      args[2].set("client_assertion", kept);
      args[2].set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
      args[2].set("client_id", "signer");
    };
    const again = await oauth.clientCredentialsGrantRequest(as, client, replaying, request, { DPoP, ...HTTP });
    await assert.rejects(
      oauth.processClientCredentialsResponse(as, client, again),
      (error) => error.error === "invalid_client" || error.status === 401,
    );
  });

  test("a device is confirmed elsewhere", async () => {
    const answer = await oauth.deviceAuthorizationRequest(as, own, oauth.None(), { scope: "openid" }, HTTP);
    const device = await oauth.processDeviceAuthorizationResponse(as, own, answer);
    const poll = async () => {
      const polled = await oauth.deviceCodeGrantRequest(as, own, oauth.None(), device.device_code, HTTP);
      return oauth.processDeviceCodeResponse(as, own, polled);
    };
    await assert.rejects(poll(), { error: "authorization_pending" });
    await assert.rejects(poll(), { error: "slow_down" });
    await decideDevice(authority, cookie, device.user_code.toLowerCase().replace("-", " "), "allow");
    await authority.database.prepare("UPDATE edgeward_devices SET polled_at = polled_at - 60000").run();
    const tokens = await poll();
    assert.equal(oauth.getValidatedIdTokenClaims(tokens).sub, "ada");
    const denied = await oauth.processDeviceAuthorizationResponse(
      as,
      own,
      await oauth.deviceAuthorizationRequest(as, own, oauth.None(), {}, HTTP),
    );
    await decideDevice(authority, cookie, denied.user_code, "deny");
    const refused = await oauth.deviceCodeGrantRequest(as, own, oauth.None(), denied.device_code, HTTP);
    await assert.rejects(oauth.processDeviceCodeResponse(as, own, refused), { error: "access_denied" });
  });

  test("an API token is exchanged for a narrower token that Convex takes", async () => {
    const subject = await authority.apiToken("ada", ["skills:read", "skills:write"]);
    const exchange = async (scope) => {
      const parameters = {
        subject_token: subject,
        subject_token_type: "urn:ietf:params:oauth:token-type:access_token",
        scope,
        audience: "convex",
      };
      const answer = await oauth.genericTokenEndpointRequest(
        as,
        own,
        oauth.None(),
        "urn:ietf:params:oauth:grant-type:token-exchange",
        parameters,
        HTTP,
      );
      return oauth.processGenericTokenEndpointResponse(as, own, answer);
    };
    const tokens = await exchange("skills:read");
    assert.ok(tokens.expires_in <= 900);
    const { payload } = await jwtVerify(tokens.access_token, createRemoteJWKSet(new URL(as.jwks_uri)), {
      audience: "convex",
      typ: "JWT",
    });
    assert.equal(payload.scope, "skills:read");
    assert.ok(payload.act.sub);
    await assert.rejects(exchange("skills:read social:write"), { error: "invalid_scope" });
  });

  test("a client registers itself, and is asked about", async () => {
    const metadata = {
      client_name: "Stranger",
      redirect_uris: [REDIRECT],
      scope: "openid notes:read admin",
      token_endpoint_auth_method: "client_secret_post",
    };
    const answer = await oauth.dynamicClientRegistrationRequest(as, metadata, HTTP);
    const client = await oauth.processDynamicClientRegistrationResponse(answer);
    assert.equal(client.scope, "openid notes:read");
    const tokens = await redeem(
      client,
      oauth.ClientSecretPost(client.client_secret),
      await code(client, { scope: "openid" }),
    );
    assert.equal(oauth.getValidatedIdTokenClaims(tokens).sub, "ada");
    const gone = await fetch(client.registration_client_uri, {
      method: "DELETE",
      headers: { authorization: `Bearer ${client.registration_access_token}` },
    });
    assert.equal(gone.status, 204);
  });

  test("the whole database holds none of what was issued", async () => {
    const found = await code(own);
    const tokens = await redeem(own, oauth.None(), found);
    const dump = await authority.dump();
    for (const credential of [
      found.parameters.get("code"),
      tokens.access_token,
      tokens.refresh_token.split(".").at(-1),
    ]) {
      assert.ok(!dump.includes(credential));
    }
    assert.ok(!/"d\\*":/.test(dump), "no private key");
  });
});
