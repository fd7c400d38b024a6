/** npm `oidc-provider` with everything on that our client can do, and its keys, with which a test can forge. */
import { createServer } from "node:http";
import { close, listen } from "../../../examples/spa/lib/listen.mjs";
import { makeKey, sign } from "../../support/tokens.mjs";
import { clients, TOKEN_EXCHANGE } from "./clients.mjs";
import { actor, exchange, EXCHANGE_PARAMETERS } from "./exchange.mjs";
import { exportJWK } from "jose";

export const API = "https://api.example";
export const CRM = "https://crm.example";
/** The token that the registration endpoint asks for. */
export const INITIAL_ACCESS = "initial-access-token";
/** The draft of client id metadata documents that is spoken. */
const DOCUMENTS = "draft-02";
const ALGORITHMS = ["ES256", "EdDSA", "RS256", "PS256"];

/**
 * Starts it.
 *
 * @param {{ after(stop: () => unknown): void }} end
 * @param {{ documentAt?(url: string): Promise<Response | undefined> }} [o] what clients' own addresses answer
 * @returns {Promise<{ issuer: string, key: object, forge(alg: string, claims: object): Promise<string>, logoutTokens: string[] }>}
 *   `key` is that of the clients that sign
 */
export async function startProvider(end, { documentAt = async () => undefined } = {}) {
  const { default: Provider } = await quietly(() => import("oidc-provider"));
  const keys = Object.fromEntries(await Promise.all(ALGORITHMS.map(async (alg) => [alg, await makeKey(alg, `key-${alg}`)])));
  const key = await makeKey("ES256", "client-key");
  const logoutTokens = [];
  let handle;
  const server = createServer((request, response) => {
    if (request.url !== "/back-channel") return handle(request, response);
    return receive(request, response, logoutTokens);
  });
  const issuer = await listen(server, 0);
  end.after(() => close(server));
  const jwks = { keys: await Promise.all(ALGORITHMS.map((alg) => withPrivate(keys[alg]))) };
  const provider = await quietly(() => new Provider(issuer, { ...configuration(documentAt), jwks, clients: clients(key.jwk, `${issuer}/back-channel`) }));
  provider.registerGrantType(TOKEN_EXCHANGE, exchange(provider), EXCHANGE_PARAMETERS);
  const problems = [];
  provider.on("server_error", (_context, error) => problems.push(error));
  handle = provider.callback();
  return { issuer, key, logoutTokens, problems, forge: (alg, claims) => sign(keys[alg], claims) };
}

function configuration(documentAt) {
  return {
    clientDefaults: { id_token_signed_response_alg: "ES256", authorization_signed_response_alg: "ES256" },
    cookies: { keys: ["only needed to be there"] },
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    scopes: ["openid", "offline_access", "email", "profile", "read", "write"],
    enabledJWA: {
      idTokenSigningAlgValues: ["ES256", "EdDSA", "RS256", "PS256", "HS256"],
      clientAuthSigningAlgValues: ["ES256", "EdDSA", "PS256", "RS256"],
      requestObjectSigningAlgValues: ["ES256", "EdDSA", "PS256", "RS256"],
      dPoPSigningAlgValues: ["ES256", "EdDSA"],
      authorizationSigningAlgValues: ["ES256"],
    },
    features: {
      backchannelLogout: { enabled: true },
      clientCredentials: { enabled: true },
      clientIdMetadataDocument: { enabled: true, ack: DOCUMENTS },
      deviceFlow: { enabled: true },
      devInteractions: { enabled: true },
      dPoP: { enabled: true, nonceSecret: Buffer.alloc(32, 7), requireNonce: (context) => context.oidc.client?.clientId === "bound" },
      jwtResponseModes: { enabled: true },
      introspection: { enabled: true, allowedPolicy: (_context, client) => client.clientAuthMethod !== "none" },
      pushedAuthorizationRequests: { enabled: true },
      registration: { enabled: true, initialAccessToken: INITIAL_ACCESS },
      registrationManagement: { enabled: true },
      requestObjects: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context, audience) => resourceServer(audience),
        defaultResource: () => [],
        useGrantedResource: () => false,
      },
      revocation: { enabled: true, allowedPolicy: (_context, client, token) => client.clientId === token.clientId },
      rpInitiatedLogout: { enabled: true },
    },
    extraTokenClaims: actor,
    // The default refuses loopback, which is where tests listen.
    fetch: async (url, options) => (await documentAt(String(url))) ?? globalThis.fetch(url, { ...options, dispatcher: undefined }),
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id, name: id, email: `${id}@example.com`, email_verified: true }) }),
    issueRefreshToken: (_context, client, source) => client.grantTypeAllowed("refresh_token") && source.scopes.has("offline_access"),
    pkce: { required: () => true },
    rotateRefreshToken: true,
    ttl: { AccessToken: 300, ClientCredentials: 300, DeviceCode: 60 },
  };
}

function resourceServer(audience) {
  return { audience, scope: "read write", accessTokenFormat: "jwt", accessTokenTTL: 300, jwt: { sign: { alg: "ES256" } } };
}

async function withPrivate({ privateKey, kid, alg }) {
  return { ...(await exportJWK(privateKey)), kid, alg, use: "sig" };
}

async function receive(request, response, logoutTokens) {
  let body = "";
  for await (const chunk of request) body += chunk;
  logoutTokens.push(new URLSearchParams(body).get("logout_token"));
  response.end();
}

/** The server says at its start that it prefers a newer Node and that its forms are for development. */
async function quietly(work) {
  const { warn, info } = console;
  const mute = (print) => (...line) => /oidc-provider|Unsupported runtime/.test(String(line[0])) || print(...line);
  Object.assign(console, { warn: mute(warn), info: mute(info) });
  try {
    return await work();
  } finally {
    Object.assign(console, { warn, info });
  }
}
