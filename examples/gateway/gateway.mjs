/** The built edgeward Worker in workerd, as it runs at Cloudflare, started by npm `miniflare`. */
import { access } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { randomBytes } from "node:crypto";
import { Log, LogLevel, Miniflare } from "miniflare";
import { freePort, HOST } from "./lib/listen.mjs";

const DIST = fileURLToPath(new URL("../../edge/dist/", import.meta.url));

/**
 * Starts the gateway.
 *
 * @param {object} o
 * @param {object} o.configuration
 * @param {number} [o.port] 0 takes any free port
 * @returns {Promise<{ url: string, secrets: { admin: string, metrics: string }, close(): Promise<void> }>}
 */
export async function startGateway({ configuration, port = 0 }) {
  await ensureBuilt();
  const secrets = { admin: secret(), metrics: secret() };
  // No report to Cloudflare and no request.cf looked up there: the example stays on this machine.
  process.env.CLOUDFLARE_CF_FETCH_ENABLED = "false";
  const worker = new Miniflare({
    host: HOST,
    port: port && (await freePort(port)),
    modulesRoot: DIST,
    modules: [
      { type: "ESModule", path: `${DIST}worker.mjs` },
      { type: "CompiledWasm", path: `${DIST}edgeward_edge.wasm` },
    ],
    compatibilityDate: "2026-07-01",
    bindings: { EDGEWARD: configuration, REVOCATION_ADMIN: secrets.admin, METRICS_SECRET: secrets.metrics },
    durableObjects: { REVOCATION: { className: "RevocationFeed", useSQLite: true } },
    log: new Log(LogLevel.WARN),
  });
  const url = await worker.ready;
  return { url: url.origin, secrets, close: () => worker.dispose() };
}

function secret() {
  return randomBytes(24).toString("base64url");
}

async function ensureBuilt() {
  try {
    await access(`${DIST}worker.mjs`);
  } catch {
    throw new Error("the Worker is not built yet: run `cargo xtask build worker` first");
  }
}
