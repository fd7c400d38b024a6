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

/** What the doors beside the main one give, when all went well. */
export const DOORS = {
  oauth: { signedIn: ["signedIn", "ada"], tokens: ["at-1", "at-2"], left: "session_missing", own: ["own", true] },
  agent: { said: true, subject: "ada", token: "at-2", narrow: "narrow" },
  server: { back: "/there", page: ["ada", "at-2"] },
  react: "<p>ada</p>",
};

const DEVICE = "urn:ietf:params:oauth:grant-type:device_code";
const EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";

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
  provider.onDiscovery(() => ({
    body: provider.metadata({ device_authorization_endpoint: `${provider.issuer}/device`, introspection_endpoint: `${provider.issuer}/introspect` }),
  }));
  provider.on("/introspect", { body: { active: true } });
  provider.on("/device", {
    body: { device_code: "device", user_code: "ADA-ADA", verification_uri: `${provider.issuer}/verify`, expires_in: 60, interval: 1 },
  });
  provider.on("/token", async ({ body }) => {
    const asked = new URLSearchParams(body);
    const grant = asked.get("grant_type");
    const lasting = { token_type: "Bearer", expires_in: 300 };
    if (grant === "client_credentials") return { body: { ...lasting, access_token: "own" } };
    if (grant === EXCHANGE) return { body: { ...lasting, access_token: "narrow", issued_token_type: ACCESS_TOKEN, scope: "read" } };
    if (grant === DEVICE) nonce = undefined;
    const isFirst = grant !== "refresh_token";
    if (!isFirst && asked.get("refresh_token") !== refresh) return { status: 400, body: { error: "invalid_grant" } };
    if (isFirst) token = 0;
    refresh = `rt-${++token}`;
    const claims = goodClaims(provider.issuer, { aud: CLIENT_ID, nonce: isFirst ? nonce : undefined, scope: undefined });
    const tokens = { access_token: `at-${token}`, refresh_token: refresh, id_token: await sign(key, claims) };
    return { body: { ...tokens, ...lasting, scope: "openid offline_access read" } };
  });
  const good = await sign(key, goodClaims(provider.issuer));
  const settings = {
    issuer: provider.issuer,
    clientId: CLIENT_ID,
    clientSecret: "secret",
    audience: AUDIENCE,
    token: good,
    tampered: tamper(good, { sub: "root" }),
  };
  return { provider, settings };
}
