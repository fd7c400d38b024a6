/**
 * Says to the token endpoint who the client is, by the method that both sides know.
 *
 * @param {object} client `client_id`, and `client_secret` or `assertion(audience)` if it has one
 * @param {{ token_endpoint_auth_methods_supported?: string[], issuer?: string }} [metadata]
 * @param {Headers} headers
 * @param {URLSearchParams} params
 */
export async function authenticate(client, metadata, headers, params) {
  switch (methodOf(client, metadata?.token_endpoint_auth_methods_supported)) {
    case "private_key_jwt":
      params.set("client_id", client.client_id);
      params.set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
      params.set("client_assertion", await client.assertion(metadata.issuer));
      return;
    case "client_secret_basic":
      // RFC 6749 §2.3.1: both halves are form-encoded first, or a colon in the name would be read as the end of it.
      headers.set("authorization", `Basic ${btoa(`${encoded(client.client_id)}:${encoded(client.client_secret)}`)}`);
      return;
    case "client_secret_post":
      params.set("client_id", client.client_id);
      params.set("client_secret", client.client_secret);
      return;
    default:
      params.set("client_id", client.client_id);
  }
}

/** RFC 8414 §2: a server that names no methods takes `client_secret_basic`. */
function methodOf({ client_secret, assertion, token_endpoint_auth_method }, supported = []) {
  if (assertion) return "private_key_jwt";
  if (!client_secret) return "none";
  const open = (method) => supported.length === 0 || supported.includes(method);
  if (token_endpoint_auth_method && open(token_endpoint_auth_method)) return token_endpoint_auth_method;
  return ["client_secret_basic", "client_secret_post", "none"].find(open) ?? "client_secret_post";
}

function encoded(text) {
  return new URLSearchParams({ t: text }).toString().slice(2);
}
