/** npm `oidc-provider` with back-channel logout, and a person who signs in and out of it without a browser. */
import { createServer } from "node:http";
import { createHash, randomBytes } from "node:crypto";
import { close, listen } from "../../examples/spa/lib/listen.mjs";
import { signingKey } from "../../examples/spa/lib/keys.mjs";
import { memoryStore } from "../../examples/spa/lib/store.mjs";
import { AUDIENCE, resourceServer } from "../../examples/spa/lib/provider-config.mjs";

export const CLIENT_ID = "logout-tests";
export { AUDIENCE };
const REDIRECT_URI = "https://app.example/callback";

/**
 * Starts a provider. It answers once it knows the gateway.
 *
 * @param {{ after(stop: () => unknown): void }} end
 */
export async function startLogoutProvider(end) {
  const server = createServer((request, response) => handle(request, response));
  const issuer = await listen(server, 0);
  end.after(() => close(server));
  let handle;
  return new LogoutProvider(issuer, await importProvider(), (handler) => (handle = handler));
}

class LogoutProvider {
  /** What became of the logout tokens that it sent. */
  told = [];

  constructor(issuer, Provider, serve) {
    Object.assign(this, { issuer, Provider, serve });
  }

  /**
   * Registers the client.
   *
   * @param {string} logoutUri where logout tokens go
   * @param {boolean} withSession whether they name the session
   */
  async register(logoutUri, withSession) {
    const provider = new this.Provider(this.issuer, await configuration(logoutUri, withSession));
    provider.on("backchannel.success", () => this.told.push("accepted"));
    provider.on("backchannel.error", (_context, error) => this.told.push(error.message));
    const callback = provider.callback();
    this.serve((request, response) => {
      if (!request.url.startsWith("/interaction/")) return callback(request, response);
      const accountId = request.headers["x-account"];
      return provider.interactionFinished(request, response, { login: { accountId }, consent: {} });
    });
  }

  /** Signs in as `name`; the session's cookies stay with it. */
  async signIn(name) {
    const jar = new Map();
    const verifier = randomBytes(32).toString("base64url");
    const challenge = createHash("sha256").update(verifier).digest("base64url");
    const asked = {
      client_id: CLIENT_ID, response_type: "code", redirect_uri: REDIRECT_URI, scope: "openid todos:read",
      code_challenge: challenge, code_challenge_method: "S256", state: "s", nonce: "n",
    };
    let answer = await this.visit(jar, `/auth?${new URLSearchParams(asked)}`, name);
    while (!answer.location.startsWith(REDIRECT_URI)) answer = await this.visit(jar, answer.location, name);
    const code = new URL(answer.location).searchParams.get("code");
    const form = { grant_type: "authorization_code", client_id: CLIENT_ID, code, redirect_uri: REDIRECT_URI, code_verifier: verifier };
    const response = await fetch(`${this.issuer}/token`, { method: "POST", body: new URLSearchParams(form) });
    const tokens = await response.json();
    if (!response.ok) throw new Error(JSON.stringify(tokens));
    return { jar, accessToken: tokens.access_token, idToken: tokens.id_token };
  }

  /** Signs out as the provider's own page does. */
  async signOut({ jar, idToken }) {
    const page = await this.visit(jar, `/session/end?${new URLSearchParams({ id_token_hint: idToken })}`);
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(page.text)?.[1];
    await this.visit(jar, "/session/end/confirm", undefined, new URLSearchParams({ xsrf, logout: "yes" }));
  }

  async visit(jar, path, name, body) {
    const cookie = [...jar].map(([key, value]) => `${key}=${value}`).join("; ");
    const headers = { cookie, "x-account": String(name) };
    const method = body ? "POST" : "GET";
    const response = await fetch(new URL(path, this.issuer), { method, headers, body, redirect: "manual" });
    for (const line of response.headers.getSetCookie()) {
      const [, key, value] = /^([^=]+)=([^;]*)/.exec(line);
      if (value === "") jar.delete(key);
      else jar.set(key, value);
    }
    const text = await response.text();
    if (response.status >= 400) throw new Error(`${path}: ${response.status} ${text}`);
    return { text, location: response.headers.get("location") ?? "" };
  }
}

async function configuration(logoutUri, withSession) {
  return {
    adapter: memoryStore(),
    clients: [
      {
        client_id: CLIENT_ID,
        grant_types: ["authorization_code"],
        response_types: ["code"],
        token_endpoint_auth_method: "none",
        redirect_uris: [REDIRECT_URI],
        backchannel_logout_uri: logoutUri,
        backchannel_logout_session_required: withSession,
      },
    ],
    clientDefaults: { id_token_signed_response_alg: "ES256" },
    cookies: { keys: [randomBytes(32).toString("base64url")] },
    features: {
      backchannelLogout: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => AUDIENCE,
        getResourceServerInfo: () => resourceServer(AUDIENCE, 300),
        useGrantedResource: () => true,
      },
    },
    // Its own dispatcher refuses loopback, and these tests have nothing else.
    fetch: (url, { dispatcher, ...options }) => fetch(url, options),
    findAccount: (_context, name) => ({ accountId: name, claims: () => ({ sub: name }) }),
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
    jwks: { keys: [await signingKey("ES256")] },
    loadExistingGrant,
    ttl: { AccessToken: 300, AuthorizationCode: 60, Grant: 3600, IdToken: 3600, Interaction: 60, Session: 3600 },
  };
}

async function loadExistingGrant({ oidc: { provider, session, client } }) {
  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  grant.addOIDCScope("openid");
  grant.addResourceScope(AUDIENCE, "todos:read");
  await grant.save();
  return grant;
}

/** oidc-provider says what it would like of its host; that is no part of a test's output. */
async function importProvider() {
  const { warn, info } = console;
  console.warn = console.info = () => {};
  try {
    return (await import("oidc-provider")).default;
  } finally {
    Object.assign(console, { warn, info });
  }
}
