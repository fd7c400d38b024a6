/** The authorization server of the example: npm `oidc-provider`, with the device grant and token exchange. */
import { createServer } from "node:http";
import { randomBytes } from "node:crypto";
import { exportJWK, generateKeyPair } from "jose";
import { EXCHANGE, EXCHANGE_PARAMETERS, actorOf, exchange } from "./lib/exchange.mjs";
import { close, listen } from "./lib/listen.mjs";
import { askForCode, confirmCode, done, interact } from "./lib/pages.mjs";

export const CLIENT_ID = "example-agent";
export const SCOPES = ["notes:read", "notes:write"];
const DAY = 86_400;

/**
 * Starts the authorization server.
 *
 * @param {object} o
 * @param {string} o.resource the server of tools that it issues tokens for (RFC 8707)
 * @param {number} [o.port] 0 takes any free port
 * @param {number} [o.accessTokenSeconds]
 * @returns {Promise<{ issuer: string, requests: string[], close(): Promise<void> }>} `requests` names the grants
 *   that were asked for
 */
export async function startProvider({ resource, port = 0, accessTokenSeconds = 300 }) {
  const requests = [];
  const server = createServer();
  const issuer = await listen(server, port);
  const Provider = await importProvider();
  const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
  const key = { ...(await exportJWK(privateKey)), kid: "example-1", alg: "ES256", use: "sig" };
  const tools = resourceServer(resource, accessTokenSeconds);
  const provider = new Provider(issuer, configuration(tools, key));
  provider.registerGrantType(EXCHANGE, exchange(provider, { publicKey, resourceServer: tools }), EXCHANGE_PARAMETERS);
  provider.on("grant.success", (context) => requests.push(context.oidc.params.grant_type));
  const handle = provider.callback();
  server.on("request", (request, response) => {
    if (!request.url.startsWith("/interaction/")) return handle(request, response);
    interact(provider, request, response).catch((error) => response.writeHead(500).end(error.message));
  });
  return { issuer, requests, close: () => close(server) };
}

function configuration(tools, key) {
  const resource = tools.audience;
  return {
    clients: [{
      client_id: CLIENT_ID,
      client_name: "The example's agent",
      application_type: "native",
      token_endpoint_auth_method: "none",
      grant_types: ["urn:ietf:params:oauth:grant-type:device_code", "refresh_token", EXCHANGE],
      response_types: [],
      redirect_uris: [],
    }],
    clientDefaults: { id_token_signed_response_alg: "ES256" },
    cookies: { keys: [randomBytes(32).toString("base64url")] },
    extraTokenClaims: actorOf,
    features: {
      devInteractions: { enabled: false },
      deviceFlow: { enabled: true, userCodeInputSource: askForCode, userCodeConfirmSource: confirmCode, successSource: done },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => resource,
        getResourceServerInfo: (_context, asked) => known(asked, tools),
        useGrantedResource: () => true,
      },
      revocation: { enabled: true, allowedPolicy: (_context, asking, token) => token.clientId === asking.clientId },
    },
    findAccount: (_context, name) => ({ accountId: name, claims: () => ({ sub: name }) }),
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    issueRefreshToken: () => true,
    jwks: { keys: [key] },
    loadExistingGrant: (context) => grantOf(context, resource),
    rotateRefreshToken: true,
    scopes: ["openid", "offline_access"],
    ttl: { DeviceCode: 600, Grant: DAY, IdToken: 3600, Interaction: 3600, RefreshToken: DAY, Session: DAY },
  };
}

/** What access tokens look like: RFC 9068 JWTs, signed with ES256. */
function resourceServer(audience, accessTokenTTL) {
  return { audience, scope: SCOPES.join(" "), accessTokenFormat: "jwt", accessTokenTTL, jwt: { sign: { alg: "ES256" } } };
}

async function known(asked, tools) {
  if (asked === tools.audience) return tools;
  const { errors } = await import("oidc-provider");
  throw new errors.InvalidTarget();
}

/** Whoever confirms the code lets the agent do what it asked for. */
async function grantOf(context, resource) {
  const { provider, session, client, params } = context.oidc;
  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  grant.addOIDCScope("openid offline_access");
  const asked = (params.scope ?? "").split(" ");
  grant.addResourceScope(resource, SCOPES.filter((scope) => asked.includes(scope)).join(" "));
  await grant.save();
  return grant;
}

/** oidc-provider says once that it prefers a newer Node, and works on 20: only that line is dropped. */
async function importProvider() {
  const warn = console.warn;
  console.warn = (...line) => String(line[0]).includes("Unsupported runtime") || warn(...line);
  try {
    return (await import("oidc-provider")).default;
  } finally {
    console.warn = warn;
  }
}
