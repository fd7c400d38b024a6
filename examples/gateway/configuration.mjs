/** The gateway's configuration: the variable `EDGEWARD`, as it stands in `wrangler.toml` too. */

/** This API's name in tokens. */
export const AUDIENCE = "https://notes.example";

/**
 * @param {{ issuer: string, origin: string }} o who issues tokens, and where the API is
 * @returns {object} every setting is explained in docs/operations.md
 */
export function configuration({ issuer, origin }) {
  return {
    development: true,
    origin,
    allowed_origins: ["https://app.example"],
    realm: "notes",
    issuers: [{ issuer, audience: AUDIENCE, algorithms: ["ES256"], profile: "rfc9068" }],
    // Browsers hold the token in a cookie that scripts cannot read; everybody else sends it themselves.
    credentials: { cookies: ["token"] },
    dpop: { max_age_seconds: 60 },
    revocation: { binding: "REVOCATION", admin_secret_binding: "REVOCATION_ADMIN", mode: "fail_closed" },
    metrics: { secret_binding: "METRICS_SECRET" },
    resource: { identifier: AUDIENCE, scopes_supported: ["notes:read", "payments:write"] },
    // The first that fits decides; what none covers needs a token of whatever scope.
    routes: [
      { path: "/status/*", credential: "none" },
      { path: "/notes/*", scopes: ["notes:read"] },
      { path: "/reports/*", roles: ["manager"] },
      // Money moves for who proves to hold the token's key, and for nobody who has found the token.
      { path: "/payments/*", credentials: ["dpop"], scopes: ["payments:write"], revocation: "per_request" },
      { path: "/account/*", revocation: "per_request" },
    ],
  };
}
