/** npm `openid-client` with the methods that the flows ask of a client. It shows that the provider is right. */
import * as oidc from "openid-client";
import { AFTER_LOGOUT, REDIRECT, SECRET, TOKEN_EXCHANGE } from "./clients.mjs";

const AUTHENTICATIONS = {
  none: () => oidc.None(),
  client_secret_basic: () => oidc.ClientSecretBasic(SECRET),
  client_secret_post: () => oidc.ClientSecretPost(SECRET),
  private_key_jwt: ({ key }) => oidc.PrivateKeyJwt({ key: key.privateKey, kid: key.kid }),
};

export const reference = {
  name: "openid-client",
  /** What it leaves to its callers. */
  lax: ["subject", "token_signature_invalid"],
  /** It throws errors of its own; which of them is its own affair. */
  refusal: () => (error) => error instanceof Error,

  /** @param {import("./flows.mjs").Registered} registered */
  async connect(registered) {
    const { issuer, clientId, alg = "ES256", authentication = "none", fetch } = registered;
    // Of a secret shared with the provider it checks no signature otherwise either.
    const checks = alg === "HS256" ? [] : [oidc.enableNonRepudiationChecks];
    const config = await oidc.discovery(
      new URL(issuer),
      clientId,
      { client_id: clientId, id_token_signed_response_alg: alg, ...(alg === "HS256" && { client_secret: SECRET }) },
      AUTHENTICATIONS[authentication](registered),
      { execute: [oidc.allowInsecureRequests, ...checks], ...(fetch && { [oidc.customFetch]: fetch }) },
    );
    const proofs = registered.dpop ? { DPoP: oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair("ES256")) } : undefined;
    return new Reference(config, registered, proofs);
  },

  async register({ issuer, metadata, initialAccessToken }) {
    const config = await oidc.dynamicClientRegistration(new URL(issuer), metadata, oidc.None(), {
      initialAccessToken,
      execute: [oidc.allowInsecureRequests],
    });
    return config.clientMetadata();
  },
};

class Reference {
  constructor(config, registered, proofs) {
    Object.assign(this, { config, registered, proofs });
  }

  /** Begins a sign-in; gives the address of the provider and what completes it. */
  async begin({ scope = "openid offline_access", resource, appRedirect = REDIRECT } = {}) {
    const checks = { pkceCodeVerifier: oidc.randomPKCECodeVerifier(), expectedState: oidc.randomState(), expectedNonce: oidc.randomNonce(), idTokenExpected: true };
    const parameters = new URLSearchParams({
      redirect_uri: appRedirect,
      scope,
      state: checks.expectedState,
      nonce: checks.expectedNonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
      code_challenge_method: "S256",
      prompt: "consent",
    });
    for (const one of resource ?? []) parameters.append("resource", one);
    return { url: await this.#address(parameters), finish: (left) => this.#finish(left, checks) };
  }

  async #address(parameters) {
    const { par, jar, key } = this.registered;
    if (jar) return oidc.buildAuthorizationUrlWithJAR(this.config, parameters, { key: key.privateKey, kid: key.kid });
    if (par) return oidc.buildAuthorizationUrlWithPAR(this.config, parameters, this.proofs);
    return oidc.buildAuthorizationUrl(this.config, parameters);
  }

  async #finish(left, checks) {
    const tokens = await oidc.authorizationCodeGrant(this.config, new URL(left), checks, undefined, this.proofs);
    this.tokens = tokens;
    return this.#told(tokens);
  }

  #told(tokens) {
    return { accessToken: tokens.access_token, tokenType: tokens.token_type, claims: tokens.claims?.(), scope: tokens.scope };
  }

  async refresh({ resource, scope } = {}) {
    const before = this.tokens.refresh_token;
    const tokens = await oidc.refreshTokenGrant(this.config, before, { ...(resource && { resource }), ...(scope && { scope }) }, this.proofs);
    if (tokens.refresh_token) this.tokens = tokens;
    return this.#told(tokens);
  }

  refreshToken() {
    return this.tokens.refresh_token;
  }

  async device({ scope = "openid offline_access", signal } = {}) {
    const begun = await oidc.initiateDeviceAuthorization(this.config, { scope });
    return {
      userCode: begun.user_code,
      verificationUri: begun.verification_uri,
      verificationUriComplete: begun.verification_uri_complete,
      wait: async () => {
        this.tokens = await oidc.pollDeviceAuthorizationGrant(this.config, { ...begun, interval: 0.1 }, undefined, { signal });
        return this.#told(this.tokens);
      },
    };
  }

  async clientCredentials({ scope, resource }) {
    return this.#told(await oidc.clientCredentialsGrant(this.config, { scope, resource }, this.proofs));
  }

  async exchange({ subjectToken, audience, scope }) {
    const tokens = await oidc.genericGrantRequest(this.config, TOKEN_EXCHANGE, {
      subject_token: subjectToken,
      subject_token_type: "urn:ietf:params:oauth:token-type:access_token",
      audience,
      scope,
    });
    return this.#told(tokens);
  }

  introspect = (token) => oidc.tokenIntrospection(this.config, token);
  revoke = (token) => oidc.tokenRevocation(this.config, token);
  userinfo = (accessToken, subject) => oidc.fetchUserInfo(this.config, accessToken, subject, this.proofs);
  logoutAddress = () => oidc.buildEndSessionUrl(this.config, { id_token_hint: this.tokens.id_token, post_logout_redirect_uri: AFTER_LOGOUT }).href;
}
