/** Starts the example: an authorization server, the Worker, and a tour of what the Worker answers. */
import { fileURLToPath } from "node:url";
import { Log, LogLevel, Miniflare } from "miniflare";
import { bundle } from "./lib/build.mjs";
import { freePort, HOST } from "./lib/listen.mjs";
import { CLIENTS, startProvider } from "./provider.mjs";
import { tour } from "./tour.mjs";

const ENTRY = fileURLToPath(new URL("src/worker.mjs", import.meta.url));
const ANY_PORTS = { worker: 0, provider: 0 };

/** The addresses stay the same from start to start, as long as the ports are free. */
export const PORTS = { worker: 4201, provider: 4202 };

/** A page that may call the Worker. */
export const PAGE = "http://127.0.0.1:3000";

/**
 * Starts everything.
 *
 * @param {{ ports?: typeof PORTS }} [o] by default any free ports
 * @returns the two parts, each with its address, and a `close()` for both
 */
export async function start({ ports = ANY_PORTS } = {}) {
  const port = await freePort(ports.worker);
  const url = `http://${HOST}:${port}`;
  const provider = await startProvider({ resources: [url, "https://another.example"], port: ports.provider });
  // No report to Cloudflare and no request.cf looked up there: the example stays on this machine.
  process.env.CLOUDFLARE_CF_FETCH_ENABLED = "false";
  const worker = new Miniflare({
    host: HOST,
    port,
    modules: await bundle(ENTRY),
    compatibilityDate: "2026-07-01",
    bindings: { ISSUER: provider.issuer, RESOURCE: url, PAGES: PAGE, DEVELOPMENT: "true" },
    log: new Log(LogLevel.WARN),
  });
  const close = async () => {
    await worker.dispose();
    await provider.close();
  };
  try {
    await worker.ready;
  } catch (error) {
    await close();
    throw error;
  }
  return { url, provider, close };
}

async function main() {
  const { url, provider, close } = await start({ ports: PORTS });
  for await (const { wish, status, body } of tour(url, provider)) {
    console.log(`  ${wish.padEnd(62)} ${status}  ${body}`);
  }
  console.log(`
  Worker ${url} · authorization server ${provider.issuer}
  A token of your own, with the clients ${Object.keys(CLIENTS).join(", ")}:

    curl -u writer:${CLIENTS.writer.secret} ${provider.issuer}/token \\
      -d grant_type=client_credentials -d 'scope=${CLIENTS.writer.scope}' -d resource=${url}
    curl -i ${url}/todos -H "authorization: Bearer $TOKEN"

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
