/** A provider that signs in whoever comes, rotates refresh tokens, and counts. */
import { startScriptedProvider } from "../../support/scripted-provider.mjs";
import { AUDIENCE, goodClaims, makeKey, sign, tamper } from "../../support/tokens.mjs";

export const CLIENT_ID = "app";

/** What an app prints when all went well. */
export const GOOD = {
  verified: ["ada", "token_signature_invalid", "ada"],
  signedIn: ["signedIn", "ada"],
  tokens: ["at-1", "at-2"],
  left: "session_missing",
};

/** How often the token endpoint is asked for that. */
export const EXCHANGES = 2;

/**
 * Starts a provider.
 *
 * @param {{ after(stop: () => unknown): void }} end
 * @returns {Promise<{ provider: object, settings: object }>} `settings` are what an app is given, as JSON
 */
export async function startProvider(end) {
  const key = await makeKey("ES256", "key-1");
  const provider = await startScriptedProvider([key.jwk]);
  end.after(() => provider.close());
  let nonce;
  let token = 0;
  let refresh;
  provider.on("/authorize", ({ url, request }) => {
    nonce = url.searchParams.get("nonce");
    const back = new URL(url.searchParams.get("redirect_uri"));
    const answer = { code: "code", state: url.searchParams.get("state"), iss: provider.issuer };
    for (const [name, value] of Object.entries(answer)) back.searchParams.set(name, value);
    // A script cannot see where it would be redirected to.
    if (request.headers.accept === "application/json") return { body: { location: back.href } };
    return { status: 303, headers: { location: back.href }, body: "" };
  });
  provider.on("/token", async ({ body }) => {
    const asked = new URLSearchParams(body);
    const isFirst = asked.get("grant_type") === "authorization_code";
    if (!isFirst && asked.get("refresh_token") !== refresh) return { status: 400, body: { error: "invalid_grant" } };
    if (isFirst) token = 0;
    refresh = `rt-${++token}`;
    const claims = goodClaims(provider.issuer, { aud: CLIENT_ID, nonce: isFirst ? nonce : undefined, scope: undefined });
    const tokens = { access_token: `at-${token}`, refresh_token: refresh, id_token: await sign(key, claims) };
    return { body: { ...tokens, token_type: "Bearer", expires_in: 300 } };
  });
  const good = await sign(key, goodClaims(provider.issuer));
  const settings = {
    issuer: provider.issuer,
    clientId: CLIENT_ID,
    audience: AUDIENCE,
    token: good,
    tampered: tamper(good, { sub: "root" }),
  };
  return { provider, settings };
}
