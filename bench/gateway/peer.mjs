/**
 * What a gateway does around the verification, in as few words as one would write: it is the same for all peers, and what
 * the Worker here does. With MEAGRE it is the least that a route could do: the identity goes on, and the answer as it came.
 */

export function tokenOf(request) {
  const [scheme, token] = (request.headers.get("authorization") ?? "").split(" ");
  if (scheme.toLowerCase() !== "bearer" || !token) throw new Error("no token");
  return token;
}

/** Sends the request on with the identity in headers that no client can write. */
export async function forwarded(request, claims, { ORIGIN, MEAGRE }) {
  const headers = new Headers(request.headers);
  for (const name of [...headers.keys()]) if (name.startsWith("x-auth-")) headers.delete(name);
  headers.set("x-auth-subject", claims.sub);
  headers.set("x-auth-issuer", claims.iss);
  headers.set("x-auth-scope", claims.scope ?? "");
  headers.set("x-auth-claims", btoa(JSON.stringify(claims)));
  if (MEAGRE) return ORIGIN.fetch(new Request(request, { headers }));
  const id = headers.get("cf-ray") ?? crypto.randomUUID();
  const { protocol, host } = new URL(request.url);
  headers.set("x-auth-client", claims.client_id ?? claims.azp ?? "");
  headers.set("x-auth-roles", (claims.roles ?? []).join(" "));
  headers.set("x-auth-credential", "bearer");
  headers.set("x-auth-request-id", id);
  headers.set("x-forwarded-for", headers.get("cf-connecting-ip") ?? "");
  headers.set("x-forwarded-proto", protocol.slice(0, -1));
  headers.set("x-forwarded-host", host);
  headers.append("via", "1.1 gateway");
  const answer = await ORIGIN.fetch(new Request(request, { headers }));
  const response = new Response(answer.body, answer);
  // An answer to somebody in particular is for no shared cache.
  response.headers.set("cache-control", "private, no-cache");
  response.headers.append("vary", "Authorization");
  response.headers.set("x-request-id", id);
  return response;
}

export function refused() {
  return new Response("Unauthorized", { status: 401, headers: { "www-authenticate": "Bearer" } });
}
