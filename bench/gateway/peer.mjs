/** What a Worker does around the verification, in as few words as one would write: it is the same for all peers. */

export function tokenOf(request) {
  const [scheme, token] = (request.headers.get("authorization") ?? "").split(" ");
  if (scheme.toLowerCase() !== "bearer" || !token) throw new Error("no token");
  return token;
}

/** Sends the request on with the identity in headers that no client can write. */
export function forwarded(request, claims, origin) {
  const headers = new Headers(request.headers);
  for (const name of [...headers.keys()]) if (name.startsWith("x-auth-")) headers.delete(name);
  headers.set("x-auth-subject", claims.sub);
  headers.set("x-auth-issuer", claims.iss);
  headers.set("x-auth-scope", claims.scope ?? "");
  headers.set("x-auth-claims", btoa(JSON.stringify(claims)));
  return origin.fetch(new Request(request, { headers }));
}

export function refused() {
  return new Response("Unauthorized", { status: 401, headers: { "www-authenticate": "Bearer" } });
}
