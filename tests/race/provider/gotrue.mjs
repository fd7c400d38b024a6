/** The endpoints that `@supabase/auth-js` asks, as Supabase's server shapes them. */

/**
 * @param {import("./provider.mjs").FaultProvider} provider
 * @param {(exchange: object, form: object, answer: object) => Promise<void>} token its token endpoint
 */
export function gotrue(provider, token) {
  return {
    "/auth/v1/token": (exchange) => {
      const { refresh_token } = JSON.parse(exchange.body);
      return token(exchange, { grant_type: exchange.url.searchParams.get("grant_type"), refresh_token }, answer);
    },
    "/auth/v1/logout": ({ send }) => send(204, {}, ""),
    "/auth/v1/user": ({ json }) => json(200, user(provider.subject)),
  };
}

/** A session as auth-js stores it. */
export function gotrueSession(tokens) {
  const claims = JSON.parse(Buffer.from(tokens.access_token.split(".")[1], "base64url"));
  return { ...tokens, token_type: "bearer", expires_at: claims.exp, user: user(claims.sub) };
}

const user = (subject) => ({ id: subject, aud: "authenticated", email: `${subject}@example.com`, app_metadata: {}, user_metadata: {} });

const answer = {
  give: ({ json }, tokens) => json(200, gotrueSession(tokens)),
  refuse: ({ json }, outcome) =>
    json(400, outcome === "reused" || outcome === "revoked"
      ? { code: "refresh_token_already_used", error_code: "refresh_token_already_used", msg: "Invalid Refresh Token: Already Used" }
      : { code: "refresh_token_not_found", error_code: "refresh_token_not_found", msg: "Invalid Refresh Token: Refresh Token Not Found" }),
};
