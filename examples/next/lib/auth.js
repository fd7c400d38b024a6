import { createServerClient } from "edgeward/server";

/** What the server knows of its users. One for the process: the proxy and all routes import it. */
export const server = createServerClient({
  issuer: process.env.ISSUER,
  clientId: process.env.CLIENT_ID,
  clientSecret: process.env.CLIENT_SECRET,
  redirectUri: `${process.env.SITE}/callback`,
  postLogoutRedirectUri: `${process.env.SITE}/`,
  scope: "openid offline_access",
  cookies: { secret: process.env.COOKIE_SECRET },
});
