/** The authorization server of the example: npm `oidc-provider`, with two programs as clients. */
import { createServer } from "node:http";
import { exportJWK, generateKeyPair } from "jose";
import { close, listen } from "./lib/listen.mjs";

/** Who may ask for tokens (client credentials), with which scopes, and which roles they carry. */
export const CLIENTS = {
  clerk: { secret: "clerk-secret-of-the-example", scope: "notes:read", roles: [] },
  manager: { secret: "manager-secret-of-the-example", scope: "notes:read payments:write", roles: ["manager"] },
};

const SCOPES = ["notes:read", "payments:write"];
const ACCESS_TOKEN_SECONDS = 300;

/**
 * Starts the authorization server.
 *
 * @param {object} o
 * @param {string} o.resource the API that it issues tokens for (RFC 8707)
 * @param {number} [o.port] 0 takes any free port
 * @returns {Promise<{ issuer: string, token(client: string, prover?: object): Promise<string>, close(): Promise<void> }>}
 */
export async function startProvider({ resource, port = 0 }) {
  const server = createServer();
  const issuer = await listen(server, port);
  const Provider = await importProvider();
  const provider = new Provider(issuer, await configuration(resource));
  server.on("request", provider.callback());
  return {
    issuer,
    token: (client, prover) => requestToken(issuer, client, resource, prover),
    close: () => close(server),
  };
}

async function configuration(resource) {
  const { privateKey } = await generateKeyPair("ES256", { extractable: true });
  return {
    adapter: Remembered,
    clients: Object.entries(CLIENTS).map(([client_id, { secret, scope }]) => ({
      client_id,
      client_secret: secret,
      scope,
      grant_types: ["client_credentials"],
      response_types: [],
      redirect_uris: [],
    })),
    clientDefaults: { id_token_signed_response_alg: "ES256" },
    extraTokenClaims: (_context, { clientId }) => ({ roles: CLIENTS[clientId].roles }),
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      dPoP: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context, asked) => resourceServer(asked, resource),
      },
    },
    jwks: { keys: [{ ...(await exportJWK(privateKey)), kid: "example-1", alg: "ES256", use: "sig" }] },
    scopes: SCOPES,
    ttl: { ClientCredentials: ACCESS_TOKEN_SECONDS },
  };
}

/** What the server remembers, in memory: access tokens are JWTs, so that is next to nothing. */
class Remembered {
  #entries = new Map();

  async upsert(id, payload) {
    this.#entries.set(id, payload);
  }

  async find(id) {
    return this.#entries.get(id);
  }

  async destroy(id) {
    this.#entries.delete(id);
  }
}

/** What access tokens look like: RFC 9068 JWTs, signed with ES256. */
async function resourceServer(asked, resource) {
  if (asked !== resource) {
    const { errors } = await import("oidc-provider");
    throw new errors.InvalidTarget();
  }
  return {
    audience: resource,
    scope: SCOPES.join(" "),
    accessTokenFormat: "jwt",
    accessTokenTTL: ACCESS_TOKEN_SECONDS,
    jwt: { sign: { alg: "ES256" } },
  };
}

/** What a client does to get a token (RFC 6749 §4.4), and with a prover one that is bound to its key. */
async function requestToken(issuer, client, resource, prover) {
  const { secret, scope } = CLIENTS[client];
  const answer = await fetch(`${issuer}/token`, {
    method: "POST",
    headers: {
      authorization: `Basic ${btoa(`${client}:${secret}`)}`,
      ...(prover && { dpop: await prover.proof("POST", `${issuer}/token`) }),
    },
    body: new URLSearchParams({ grant_type: "client_credentials", scope, resource }),
  });
  const body = await answer.json();
  if (!answer.ok) throw new Error(`no token: ${body.error} ${body.error_description ?? ""}`);
  return body.access_token;
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
