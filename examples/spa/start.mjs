/** Starts the whole example: provider, page, gateway and API, and says which address to open. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { GRANTED_SCOPE, AUDIENCE, CLIENT_ID, startProvider } from "./provider.mjs";
import { ACCOUNT_CLIENT, PROVIDER, authoritySecret, authoritySettings, providerClient } from "./authority.mjs";
import { startGateway } from "./gateway.mjs";
import { freePort } from "./lib/listen.mjs";
import { startOrigin } from "./origin.mjs";
import { startPage } from "./page-server.mjs";

/** The addresses stay the same from start to start, as long as the ports are free. */
export const PORTS = { page: 4100, gateway: 4101, provider: 4102, origin: 4103 };
const ANY_PORTS = { page: 0, gateway: 0, provider: 0, origin: 0 };

/** What the gateway asks for on which path; the first that fits decides. */
const ROUTES = [
  { path: "/admin/*", scopes: ["todos:admin"] },
  { path: "/*", scopes: ["todos:read"] },
];

/**
 * Starts everything.
 *
 * @param {object} [o]
 * @param {typeof PORTS} [o.ports] by default any free ones
 * @param {string} [o.stateDir] keeps keys and caches over restarts
 * @param {number} [o.accessTokenSeconds]
 * @returns the four parts, each with its address and `close()`, and a `close()` for all
 */
export async function start({ ports = ANY_PORTS, stateDir, accessTokenSeconds = 900 } = {}) {
  const started = [];
  const keep = async (starting) => {
    const part = await starting;
    started.push(part);
    return part;
  };
  const closeAll = async () => {
    for (const part of started.splice(0).reverse()) await part.close();
  };
  try {
    const page = await keep(startPage({ port: ports.page }));
    const keyFile = stateDir && join(stateDir, "provider.json");
    const accountPage = `${page.url}account.html`;
    // Provider and authority know each other by their addresses before either answers.
    const gatewayPort = await freePort(ports.gateway);
    const authority = `http://127.0.0.1:${gatewayPort}`;
    const clients = [providerClient({ authority, accountPage })];
    const provider = await keep(
      startProvider({ pages: [page.url], clients, port: ports.provider, keyFile, accessTokenSeconds }),
    );
    const allowedOrigins = [new URL(page.url).origin];
    const origin = await keep(startOrigin({ port: ports.origin, allowedOrigins }));
    const gateway = await keep(startGateway({
      issuer: provider.issuer, audience: AUDIENCE, origin: origin.url, allowedOrigins, routes: ROUTES,
      authority: {
        settings: authoritySettings({ authority, provider: provider.issuer, accountPage }),
        secret: await authoritySecret(stateDir && join(stateDir, "authority.secret")),
      },
      port: gatewayPort, stateDir: stateDir && join(stateDir, "gateway"),
    }));
    page.configure(pageConfig(provider, gateway, origin));
    return { page, provider, origin, gateway, close: closeAll };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

function pageConfig(provider, gateway, origin) {
  return {
    issuer: provider.issuer,
    clientId: CLIENT_ID,
    audience: AUDIENCE,
    scope: `openid profile email ${GRANTED_SCOPE}`,
    api: gateway.url,
    origin: origin.url,
    account: { issuer: gateway.url, clientId: ACCOUNT_CLIENT, provider: PROVIDER },
  };
}

async function main() {
  const stateDir = fileURLToPath(new URL("../../.edgeward/spa/", import.meta.url));
  const { page, provider, gateway, origin, close } = await start({ ports: PORTS, stateDir });
  console.log(`
  Open ${page.url}
  Click “Sign in”, enter any name, then “Call the API”, then the buttons with bad tokens.
  “Your account” is kept by the Worker itself: sessions, API tokens, connections.

  provider ${provider.issuer} · gateway ${gateway.url} · API ${origin.url}
  Ctrl-C stops everything.
`);
  await stopSignal();
  await close();
}

function stopSignal() {
  return new Promise((resolve) => {
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  main().catch((error) => {
    console.error(`The example could not start: ${error.message}`);
    process.exitCode = 1;
  });
}
