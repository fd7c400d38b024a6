/**
 * The options of well-known issuers. What is given goes before what is usual; rules for claims are
 * added, for they say which tokens of the issuer are a user's.
 */
export const presets = {
  /** Supabase Auth, whose `anon` and `service_role` keys are never users. */
  supabase: ({ url, ...own }) => {
    const issuer = `${withoutSlash(url)}/auth/v1`;
    const keys = hasKeys(own) ? {} : { jwksUri: `${issuer}/.well-known/jwks.json` };
    const algorithms = own.secret || own.secrets ? ["HS256"] : ["ES256", "RS256"];
    const usual = { issuer, audience: "authenticated", algorithms, sessionClaim: "session_id", acrClaim: "aal" };
    return { ...usual, ...keys, ...own, claims: ruled(own.claims, "role", "authenticated") };
  },

  /** Convex Auth: user and session in one claim, and an issuer with or without a slash at its end. */
  convex: ({ url, ...own }) => ({
    issuer: withoutSlash(url), audience: "convex", algorithms: ["RS256", "ES256"], issuerTrailingSlash: true, subjectSeparator: "|", ...own,
  }),

  /** Auth0, whose issuer ends in a slash. */
  auth0: ({ domain, ...own }) => ({ issuer: `https://${domain}/`, algorithms: ["RS256"], ...own }),

  /** Clerk's session tokens: no audience, but authorized parties. */
  clerk: ({ url, ...own }) => ({ issuer: withoutSlash(url), algorithms: ["RS256"], rolesClaim: "/o/rol", ...own }),

  /** Cloudflare Access: the token stands in a header of its own. `audience` is the application's tag. */
  cloudflareAccess: ({ team, ...own }) => {
    const issuer = `https://${team}.cloudflareaccess.com`;
    const keys = hasKeys(own) ? {} : { jwksUri: `${issuer}/cdn-cgi/access/certs` };
    const usual = { issuer, algorithms: ["RS256"], ...keys };
    // The same keys sign the team's own session, which opens no application.
    return { ...usual, ...own, claims: ruled(own.claims, "type", "app") };
  },

  /** Access tokens as RFC 9068 has them. */
  rfc9068: (own) => ({ profile: "rfc9068", ...own }),
};

function withoutSlash(url) {
  return String(url).replace(/\/$/, "");
}

function hasKeys({ jwks, jwksUri, secret, secrets }) {
  return [jwks, jwksUri, secret, secrets].some((given) => given !== undefined);
}

/** The rules that are given, and this one unless they have one for the claim. */
function ruled(own = [], claim, equals) {
  return own.some((rule) => rule.claim === claim) ? own : [...own, { claim, equals }];
}
