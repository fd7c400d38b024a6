/** The site as a Worker; `/pass?seconds=` sets its clock forward. */
import { createServerClient } from "edgeward/server";

let offset = 0;
let server;

export default {
  async fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url);
    server ??= createServerClient({
      issuer: env.ISSUER,
      clientId: "web",
      redirectUri: `${env.ORIGIN}/callback`,
      scope: "openid offline_access",
      cookies: { secret: env.SECRET },
      clock: { now: () => Date.now() + offset, monotonic: () => performance.now() + offset },
    });
    if (pathname === "/pass") return new Response(String((offset += Number(searchParams.get("seconds")) * 1000)));
    if (pathname === "/callback") return server.callback(request);
    if (pathname === "/api/auth") return server.proxy(request);
    const auth = await server.open(request);
    if (pathname === "/sign-in") return auth.signIn({ returnTo: "/" });
    if (pathname === "/sign-out") return auth.signOut();
    return auth.applyTo(Response.json({ subject: auth.session?.subject ?? null, failure: auth.failure?.code ?? null }));
  },
};
