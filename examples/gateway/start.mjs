/** Starts the example: an authorization server, an API, the gateway before it, and a tour of its answers. */
import { fileURLToPath } from "node:url";
import { startApi } from "./api.mjs";
import { AUDIENCE, configuration } from "./configuration.mjs";
import { startGateway } from "./gateway.mjs";
import { startProvider } from "./provider.mjs";
import { tour } from "./tour.mjs";

/** The addresses stay the same from start to start, as long as the ports are free. */
export const PORTS = { gateway: 4301, provider: 4302, api: 4303 };
const ANY_PORTS = { gateway: 0, provider: 0, api: 0 };

/**
 * Starts everything.
 *
 * @param {{ ports?: typeof PORTS }} [o] by default any free ports
 * @returns the three parts, each with its address, and a `close()` for all
 */
export async function start({ ports = ANY_PORTS } = {}) {
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
    const provider = await keep(startProvider({ resource: AUDIENCE, port: ports.provider }));
    const api = await keep(startApi({ port: ports.api }));
    const settings = configuration({ issuer: provider.issuer, origin: api.url });
    const gateway = await keep(startGateway({ configuration: settings, port: ports.gateway }));
    return { provider, api, gateway, close: closeAll };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

async function main() {
  const { provider, api, gateway, close } = await start({ ports: PORTS });
  for await (const { wish, status, body } of tour({ gateway, provider })) {
    console.log(`  ${wish.padEnd(72)} ${status}  ${body.split("\n")[0].slice(0, 120)}`);
  }
  console.log(`
  gateway ${gateway.url} · API ${api.url} · authorization server ${provider.issuer}
  The operator's secret for revocations: ${gateway.secrets.admin}
  The scraper's secret for /metrics:     ${gateway.secrets.metrics}
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
