/** Token exchange (RFC 8693) as a grant that the provider is taught: narrower, shorter, and with the actor named. */

export const EXCHANGE_PARAMETERS = [
  "subject_token", "subject_token_type", "actor_token", "actor_token_type",
  "requested_token_type", "audience", "scope", "resource",
];
const ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";
const LIFETIME = 60;

/** What its tokens say besides: who acts (RFC 8693 §4.1). */
export const actor = (_context, token) => (token.gty === "token_exchange" ? { act: { sub: token.clientId } } : undefined);

/** The grant's handler. */
export function exchange(provider) {
  return async (context) => {
    const { client, params } = context.oidc;
    const refuse = (error) => Object.assign(context, { status: 400, body: { error } });
    if (params.subject_token_type !== ACCESS_TOKEN) return refuse("invalid_request");
    const subject = await provider.AccessToken.find(params.subject_token);
    if (!subject || subject.isExpired) return refuse("invalid_request");
    const scopes = params.scope ? params.scope.split(" ") : [...subject.scopes];
    if (scopes.some((scope) => !subject.scopes.has(scope))) return refuse("invalid_scope");
    const grant = new provider.Grant({ clientId: client.clientId, accountId: subject.accountId });
    grant.addOIDCScope(scopes.join(" "));
    const token = new provider.AccessToken({
      accountId: subject.accountId,
      client,
      expiresIn: LIFETIME,
      grantId: await grant.save(),
      gty: "token_exchange",
      scope: scopes.join(" "),
    });
    if (params.audience) token.aud = params.audience;
    context.body = {
      access_token: await token.save(),
      issued_token_type: ACCESS_TOKEN,
      token_type: "Bearer",
      expires_in: LIFETIME,
      scope: token.scope,
    };
  };
}
