import { publicMembers } from "../platform/crypto.js";

/**
 * The members of the document about a client whose id is its address: what its options say, and what the
 * application adds.
 *
 * @param {object} options of the server's client
 * @param {object} [more] as RFC 7591 §2 names them
 */
export function clientMembers({ redirectUri, postLogoutRedirectUri, scope, tokenBinding, privateKey, clientKey }, more) {
  return {
    redirect_uris: [redirectUri],
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    ...(scope && { scope }),
    ...(postLogoutRedirectUri && { post_logout_redirect_uris: [postLogoutRedirectUri] }),
    ...(tokenBinding === "dpop" && { dpop_bound_access_tokens: true }),
    ...authentication(privateKey, clientKey),
    ...more,
  };
}

/** Without a key the client is a public one: a secret in a document is none. */
function authentication(privateKey, clientKey) {
  if (!privateKey) return { token_endpoint_auth_method: "none" };
  const jwk = [privateKey, privateKey.key].find((key) => typeof key?.kty === "string");
  const keys = jwk && { jwks: { keys: [{ ...publicMembers(jwk), ...clientKey, use: "sig" }] } };
  return { token_endpoint_auth_method: "private_key_jwt", token_endpoint_auth_signing_alg: clientKey.alg, ...keys };
}
