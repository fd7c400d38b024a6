/** The clients that are registered at the provider, one for each thing that a client can be asked to do. */

export const REDIRECT = "http://127.0.0.1/callback";
export const AFTER_LOGOUT = "http://127.0.0.1/signed-out";
export const SECRET = "a secret: with/odd+characters% and spaces";
/** How ID tokens are signed for the public clients `app-ES256`, … */
export const PUBLIC_ALGORITHMS = ["ES256", "EdDSA", "RS256", "PS256"];
export const TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
export const DEVICE = "urn:ietf:params:oauth:grant-type:device_code";

/**
 * Their metadata (RFC 7591).
 *
 * @param {object} key the public JWK of those that sign
 * @param {string} backChannel where logout tokens go
 */
export function clients(key, backChannel) {
  const app = {
    application_type: "native",
    redirect_uris: [REDIRECT],
    post_logout_redirect_uris: [AFTER_LOGOUT],
    response_types: ["code"],
    grant_types: ["authorization_code", "refresh_token"],
    token_endpoint_auth_method: "none",
  };
  const machine = { redirect_uris: [], response_types: [], grant_types: ["client_credentials"] };
  const secret = (method) => ({ client_secret: SECRET, token_endpoint_auth_method: method });
  const signing = { token_endpoint_auth_method: "private_key_jwt", token_endpoint_auth_signing_alg: key.alg, jwks: { keys: [key] } };
  return [
    ...PUBLIC_ALGORITHMS.map((alg) => ({ ...app, client_id: `app-${alg}`, id_token_signed_response_alg: alg })),
    { ...app, client_id: "app-HS256", ...secret("client_secret_basic"), id_token_signed_response_alg: "HS256" },
    { ...app, client_id: "app-told", backchannel_logout_uri: backChannel, backchannel_logout_session_required: true },
    { ...app, client_id: "pushing", require_pushed_authorization_requests: true },
    { ...app, client_id: "signing", ...signing, request_object_signing_alg: key.alg, require_signed_request_object: true },
    { ...app, client_id: "bound", dpop_bound_access_tokens: true },
    { ...app, client_id: "device", redirect_uris: [], response_types: [], grant_types: [DEVICE, "refresh_token"] },
    { ...app, client_id: "web", ...secret("client_secret_post") },
    { ...machine, client_id: "machine:basic", ...secret("client_secret_basic"), grant_types: ["client_credentials", TOKEN_EXCHANGE] },
    { ...machine, client_id: "machine-post", ...secret("client_secret_post") },
    { ...machine, client_id: "machine-jwt", ...signing },
  ];
}
