/** npm `oidc-provider` as an authorization server for machines: bound, opaque and signed tokens. */
import { createServer } from "node:http";
import * as oauth from "oauth4webapi";
import { exportJWK, generateKeyPair } from "jose";
import { close, listen } from "../../examples/spa/lib/listen.mjs";

export const CLIENT = { id: "machine", secret: "a secret: with/odd+characters%" };
/** The client in whose name the gateway asks about opaque tokens. */
export const GATEWAY = { id: "gate:way", secret: "another secret & more" };
/** The same, where it shows who it is by a key of its own. */
export const KEYED = "gateway-with-a-key";
/** What tokens are for; the name says in which form they come. */
export const SIGNED = "https://signed.example";
export const OPAQUE = "https://opaque.example";

/**
 * Starts the server.
 *
 * @param {{ after(stop: () => unknown): void }} end
 * @param {object} [o]
 * @param {string} [o.algorithm] what it signs with
 * @param {object} [o.encrypt] what it encrypts signed tokens with: `alg`, `enc`, `key` and `kid`
 */
export async function startRealProvider(end, { algorithm = "ES256", encrypt } = {}) {
  const { default: Provider } = await quietly(() => import("oidc-provider"));
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true });
  const key = { ...(await exportJWK(privateKey)), kid: "key-1", alg: algorithm, use: "sig" };
  const own = await generateKeyPair("ES256", { extractable: true });
  const gatewayKey = { ...(await exportJWK(own.privateKey)), kid: "gateway-1", alg: "ES256" };
  const introspections = [];
  let handle;
  const server = createServer((request, response) => {
    if (request.url.startsWith("/token/introspection")) introspections.push(request.url);
    handle(request, response);
  });
  const issuer = await listen(server, 0);
  end.after(() => close(server));
  handle = await quietly(() => new Provider(issuer, configuration(key, encrypt, gatewayKey)).callback());
  return { issuer, introspections, gatewayKey, introspectionEndpoint: `${issuer}/token/introspection`, client: await connect(issuer) };
}

function configuration(key, encrypt, { d: _, ...gatewayKey }) {
  const machine = {
    redirect_uris: [],
    response_types: [],
    grant_types: ["client_credentials"],
    token_endpoint_auth_method: "client_secret_basic",
  };
  return {
    clients: [
      ...[CLIENT, GATEWAY].map(({ id, secret }) => ({ client_id: id, client_secret: secret, ...machine })),
      { ...machine, client_id: KEYED, token_endpoint_auth_method: "private_key_jwt", jwks: { keys: [gatewayKey] } },
    ],
    clientDefaults: { id_token_signed_response_alg: key.alg },
    cookies: { keys: ["only needed to be there"] },
    enabledJWA: { dPoPSigningAlgValues: ["ES256", "Ed25519", "PS256"] },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      dPoP: { enabled: true },
      introspection: { enabled: true, allowedPolicy: (_context, asking) => [GATEWAY.id, KEYED].includes(asking.clientId) },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context, audience) => resourceServer(audience, key.alg, encrypt),
        defaultResource: () => SIGNED,
      },
      revocation: { enabled: true, allowedPolicy: (_context, asking, token) => asking.clientId === token.clientId },
    },
    jwks: { keys: [key] },
    ttl: { ClientCredentials: 300 },
  };
}

function resourceServer(audience, alg, encrypt) {
  return {
    audience,
    scope: "read write",
    accessTokenFormat: audience === OPAQUE ? "opaque" : "jwt",
    accessTokenTTL: 300,
    jwt: { sign: { alg }, ...(encrypt && { encrypt }) },
  };
}

/** npm `oauth4webapi` as the client, configured by the server's own metadata. */
async function connect(issuer) {
  const insecure = { [oauth.allowInsecureRequests]: true };
  const url = new URL(issuer);
  const discovery = await oauth.discoveryRequest(url, insecure);
  const server = await oauth.processDiscoveryResponse(url, discovery);
  const client = { client_id: CLIENT.id };
  const authentication = oauth.ClientSecretBasic(CLIENT.secret);
  return {
    /** A token, bound to the key of `proofs` if there is one. */
    async token(resource, { scope = "read", proofs } = {}) {
      const options = { ...insecure, DPoP: proofs };
      const ask = { resource, scope };
      const answer = await oauth.clientCredentialsGrantRequest(server, client, authentication, ask, options);
      return (await oauth.processClientCredentialsResponse(server, client, answer)).access_token;
    },
    async revoke(token) {
      await oauth.processRevocationResponse(
        await oauth.revocationRequest(server, client, authentication, token, insecure),
      );
    },
    /** Something that makes proofs, with a key of its own, and remembers nonces. */
    async proofs(algorithm = "ES256") {
      return oauth.DPoP(client, await oauth.generateKeyPair(algorithm));
    },
    call: (token, url, proofs, method = "GET") =>
      oauth.protectedResourceRequest(token, method, new URL(url), new Headers(), null, { ...insecure, DPoP: proofs }),
  };
}

/** The server says at its start that it prefers a newer Node: it works without. */
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
