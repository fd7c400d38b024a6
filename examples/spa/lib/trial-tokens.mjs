/**
 * Tokens for trying what the gateway refuses. The provider issues them through its own token model
 * and signs them with its own key: an expired one differs from a good one in its times alone.
 */
import { createLocalJWKSet, jwtVerify } from "jose";
import { AUDIENCE, CLIENT_ID, GRANTED_SCOPE, OTHER_AUDIENCE, resourceServer } from "./provider-config.mjs";

/** Long past every tolerance of clocks. */
const EXPIRED_SINCE = 600;

/**
 * Issues an access token.
 *
 * @param {import("oidc-provider").Provider} provider
 * @param {object} o
 * @param {string} o.subject
 * @param {string} [o.audience]
 * @param {string} [o.scope]
 * @param {number} [o.issuedAt] seconds
 * @param {number} [o.lifetime] seconds; may have passed already
 * @returns {Promise<string>} a JWT
 */
export async function issueToken(provider, o) {
  const { subject, audience = AUDIENCE, scope = GRANTED_SCOPE, issuedAt = now(), lifetime = 300 } = o;
  const token = new provider.AccessToken({
    client: await provider.Client.find(CLIENT_ID),
    accountId: subject,
    scope,
    iat: issuedAt,
    exp: issuedAt + lifetime,
    resourceServer: new provider.ResourceServer(audience, resourceServer(audience, lifetime)),
  });
  return token.save();
}

/**
 * Answers `POST /trial-tokens/{expired|other-audience}`: for the bearer of a good access token, and
 * for the same person, one that a verifier has to refuse.
 *
 * @param {import("oidc-provider").Provider} provider
 * @param {object[]} keys the published keys
 * @param {string} kind
 * @param {string | undefined} authorization the `Authorization` header
 * @returns {Promise<{ status: number, body: object }>}
 */
export async function trialToken(provider, keys, kind, authorization = "") {
  const change = CHANGES[kind];
  if (!change) return { status: 404, body: { error: "there is no such trial token" } };
  try {
    const { payload } = await jwtVerify(authorization.replace(/^Bearer /, ""), createLocalJWKSet({ keys }), {
      issuer: provider.issuer,
      audience: AUDIENCE,
    });
    const token = await issueToken(provider, { subject: payload.sub, scope: payload.scope, ...change() });
    return { status: 200, body: { token } };
  } catch (error) {
    return { status: 401, body: { error: error.message } };
  }
}

const CHANGES = {
  expired: () => ({ issuedAt: now() - EXPIRED_SINCE - 300, lifetime: 300 }),
  "other-audience": () => ({ audience: OTHER_AUDIENCE }),
};

function now() {
  return Math.floor(Date.now() / 1000);
}
