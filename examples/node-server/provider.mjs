/** The identity provider of the example: npm `oidc-provider`, any name, refresh tokens that are good for once. */
import { createServer } from "node:http";
import { randomBytes } from "node:crypto";
import { exportJWK, generateKeyPair } from "jose";
import { interact } from "./lib/interact.mjs";
import { close, listen } from "./lib/listen.mjs";

export const CLIENT_ID = "node-server";

/**
 * Starts the provider.
 *
 * @param {object} o
 * @param {string} o.site the example's address
 * @param {string} o.clientSecret what the site shows that it is the site
 * @param {number} [o.port] 0 takes any free port
 * @param {number} [o.accessTokenSeconds]
 * @returns {Promise<{ issuer: string, refreshes: () => number, close(): Promise<void> }>}
 */
export async function startProvider({ site, clientSecret, port = 0, accessTokenSeconds = 60 }) {
  const Provider = await importProvider();
  let answer;
  const server = createServer((request, response) => answer(request, response));
  const issuer = await listen(server, port);
  const provider = new Provider(issuer, await configuration({ site, clientSecret, accessTokenSeconds }));
  let refreshes = 0;
  provider.on("grant.success", ({ oidc }) => (refreshes += oidc.params.grant_type === "refresh_token" ? 1 : 0));
  provider.on("server_error", (_context, error) => console.error(error));
  const handle = provider.callback();
  answer = (request, response) => {
    if (!request.url.startsWith("/interaction/")) return handle(request, response);
    interact(provider, request, response).catch(() => response.writeHead(400).end("This sign-in is no longer open.\n"));
  };
  return { issuer, refreshes: () => refreshes, close: () => close(server) };
}

async function configuration({ site, clientSecret, accessTokenSeconds }) {
  const { privateKey } = await generateKeyPair("ES256", { extractable: true });
  return {
    clients: [
      {
        client_id: CLIENT_ID,
        client_secret: clientSecret,
        redirect_uris: [`${site}/callback`],
        post_logout_redirect_uris: [`${site}/`],
        grant_types: ["authorization_code", "refresh_token"],
        id_token_signed_response_alg: "ES256",
      },
    ],
    cookies: { keys: [randomBytes(32).toString("base64url")] },
    jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: "ES256", use: "sig", kid: "key-1" }] },
    features: {
      devInteractions: { enabled: false },
      revocation: { enabled: true, allowedPolicy: (_context, client, token) => client.clientId === token.clientId },
      rpInitiatedLogout: { enabled: true, logoutSource: askToSignOut },
    },
    findAccount: (_context, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    loadExistingGrant: everything,
    issueRefreshToken: () => true,
    rotateRefreshToken: true,
    renderError: (context, { error, error_description }) => {
      context.type = "text/plain";
      context.body = `${error}: ${error_description}\n`;
    },
    ttl: { AccessToken: accessTokenSeconds, Grant: 86_400, IdToken: 300, Interaction: 600, RefreshToken: 86_400, Session: 86_400 },
  };
}

function askToSignOut(context, form) {
  context.body = `<!doctype html><html lang="en"><title>Sign out</title><h1>Sign out here, too?</h1>${form}
<button form="op.logoutForm" name="logout" value="yes">Yes, sign me out</button>`;
}

/** Whoever signs in has agreed to what this one client asks for. */
async function everything({ oidc }) {
  const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
  grant.addOIDCScope("openid offline_access");
  await grant.save();
  return grant;
}

/** oidc-provider says once that it prefers a newer Node, and works on 20: only that line is dropped. */
async function importProvider() {
  const { warn } = console;
  console.warn = (...line) => String(line[0]).includes("Unsupported runtime") || warn(...line);
  try {
    return (await import("oidc-provider")).default;
  } finally {
    console.warn = warn;
  }
}
