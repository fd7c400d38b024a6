/** What an application imports of each package, for each job; what is exported is kept, and nothing else. */
const PAGE = { platform: "browser", conditions: ["browser"] };
const WORKER = { platform: "neutral", conditions: ["workerd", "worker", "browser"] };
const NODE = { platform: "node", conditions: ["node"] };

const named = (specifier, ...names) => `export { ${names.join(", ")} } from ${JSON.stringify(specifier)};`;

export const JOBS = {
  page: {
    what: "a page signs in",
    ...PAGE,
    imports: [
      ["edgeward", named("edgeward", "createClient")],
      ["edgeward/oauth", named("edgeward/oauth", "createClient")],
      ["oidc-client-ts", named("oidc-client-ts", "UserManager", "WebStorageStateStore")],
      ["@auth0/auth0-spa-js", named("@auth0/auth0-spa-js", "createAuth0Client")],
      ["@supabase/auth-js", named("@supabase/auth-js", "AuthClient")],
      ["better-auth/client", named("better-auth/client", "createAuthClient")],
      ["oauth4webapi", 'export * from "oauth4webapi";'],
      ["openid-client", 'export * from "openid-client";'],
    ],
  },
  react: {
    what: "a page with React",
    ...PAGE,
    imports: [
      ["edgeward/react", `${named("edgeward/react", "AuthProvider", "useAuth", "useSession")} ${named("edgeward", "createClient")}`],
      ["better-auth/react", named("better-auth/react", "createAuthClient")],
      ["@convex-dev/auth/react", `${named("@convex-dev/auth/react", "ConvexAuthProvider", "useAuthActions")} ${named("convex/react", "ConvexReactClient", "useConvexAuth")}`],
      ["convex/react", named("convex/react", "ConvexReactClient", "ConvexProviderWithAuth", "useConvexAuth")],
    ],
  },
  verify: {
    what: "a Worker verifies tokens",
    ...WORKER,
    imports: [
      ["edgeward/verify", named("edgeward/verify", "createVerifier")],
      ["jose", named("jose", "jwtVerify", "createRemoteJWKSet")],
      ["hono/jwk", named("hono/jwk", "jwk")],
      ["aws-jwt-verify", named("aws-jwt-verify", "JwtVerifier")],
    ],
  },
  server: {
    what: "a server signs its users in",
    ...NODE,
    imports: [
      ["edgeward/server", named("edgeward/server", "createServerClient")],
      ["edgeward/agent", named("edgeward/agent", "createAgentClient")],
      ["openid-client", 'export * from "openid-client";'],
      ["@auth/core", `${named("@auth/core", "Auth")} export { default } from "@auth/core/providers/auth0";`],
      ["better-auth", named("better-auth", "betterAuth")],
    ],
  },
};
