/** Starts the example: the site and its identity provider, and says which address to open. */
import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { CLIENT_ID, startProvider } from "./provider.mjs";
import { startSite } from "./site.mjs";

/** The addresses stay the same from start to start, as long as the ports are free. */
export const PORTS = { site: 4301, provider: 4302 };
const ANY_PORTS = { site: 0, provider: 0 };

/**
 * Starts everything.
 *
 * @param {{ ports?: typeof PORTS, accessTokenSeconds?: number, store?: object }} [o] by default any free ports
 * @returns the two parts, each with its address, and a `close()` for both
 */
export async function start({ ports = ANY_PORTS, accessTokenSeconds, store } = {}) {
  // A site that is deployed has the secret in its environment, the same for every process.
  const secret = process.env.COOKIE_SECRET ?? randomBytes(32).toString("base64url");
  const clientSecret = randomBytes(32).toString("base64url");
  const site = await startSite({ port: ports.site, secret, store });
  try {
    const provider = await startProvider({ site: site.url, clientSecret, port: ports.provider, accessTokenSeconds });
    const close = async () => {
      await site.close();
      await provider.close();
    };
    await site.configure({ issuer: provider.issuer, clientId: CLIENT_ID, clientSecret });
    return { url: site.url, provider, close };
  } catch (error) {
    await site.close();
    throw error;
  }
}

async function main() {
  const { url, provider, close } = await start({ ports: PORTS });
  console.log(`
  Open ${url}
  Click “Sign in”, enter any name, and look at the profile again after a minute: its token is another one.

  provider ${provider.issuer}
  Ctrl-C stops everything.
`);
  await new Promise((resolve) => {
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
  });
  await close();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  main().catch((error) => {
    console.error(`The example could not start: ${error.message}`);
    process.exitCode = 1;
  });
}
