/** Token exchange (RFC 8693): for the token of a person, a narrower and shorter one that names who acts. */
import { jwtVerify } from "jose";

export const EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
export const EXCHANGE_PARAMETERS = [
  "subject_token", "subject_token_type", "actor_token", "actor_token_type", "requested_token_type", "audience",
  "resource", "scope", "expires_in",
];
const ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";
const LONGEST_SECONDS = 120;

/** Who acts, as a claim of tokens that were exchanged (RFC 8693 §4.1). */
export function actorOf(_context, token) {
  return token.gty === "exchange" ? { act: { sub: token.clientId } } : undefined;
}

/**
 * The grant's handler for oidc-provider.
 *
 * @param {object} provider
 * @param {object} o
 * @param {CryptoKey} o.publicKey with which its access tokens verify
 * @param {object} o.resourceServer what tokens for the resource look like
 */
export function exchange(provider, { publicKey, resourceServer }) {
  return async (context) => {
    const { client, params } = context.oidc;
    const refuse = (error) => Object.assign(context, { status: 400, body: { error } });
    if (params.subject_token_type !== ACCESS_TOKEN) return refuse("invalid_request");
    const policy = { issuer: provider.issuer, audience: resourceServer.audience, typ: "at+jwt" };
    const parent = await jwtVerify(params.subject_token, publicKey, policy).then(({ payload }) => payload, () => undefined);
    if (parent?.client_id !== client.clientId) return refuse("invalid_grant");
    const held = parent.scope.split(" ");
    const scope = params.scope || parent.scope;
    if (scope.split(" ").some((name) => !held.includes(name))) return refuse("invalid_scope");
    const left = parent.exp - Math.floor(Date.now() / 1000);
    const expiresIn = Math.min(Number(params.expires_in) || LONGEST_SECONDS, LONGEST_SECONDS, left);
    const token = new provider.AccessToken({ accountId: parent.sub, client, expiresIn, gty: "exchange", scope });
    token.resourceServer = new provider.ResourceServer(resourceServer.audience, resourceServer);
    context.body = {
      access_token: await token.save(), issued_token_type: ACCESS_TOKEN, token_type: "Bearer", expires_in: expiresIn, scope,
    };
  };
}
