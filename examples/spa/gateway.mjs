/** The built edgeward Worker in workerd, as it runs at Cloudflare, started by npm `miniflare`. */
import { access, readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { Log, LogLevel, Miniflare } from "miniflare";
import { freePort, HOST } from "./lib/listen.mjs";

const DIST = fileURLToPath(new URL("../../edge/dist/", import.meta.url));
const MIGRATIONS = new URL("../../edge/migrations/", import.meta.url);
const COMPATIBILITY_DATE = "2026-07-01";

/** What the Worker needs to be an authority: a database, and the objects that count and remember. */
export const AUTHORITY = {
  d1Databases: ["DB"],
  durableObjects: {
    BUCKETS: { className: "TokenBucket", useSQLite: true },
    REPLAYS: { className: "ProofReplays", useSQLite: true },
  },
};

/**
 * Starts the gateway in front of one origin, and the authority beside it.
 *
 * @param {object} o
 * @param {string} o.issuer the provider whose tokens count
 * @param {string} o.audience this API's own name in them
 * @param {string} o.origin where requests go
 * @param {string[]} o.allowedOrigins pages that may read denials
 * @param {object[]} o.routes which scopes which paths need
 * @param {{ settings: object, secret: string }} [o.authority] what the Worker is as an authority
 * @param {number} [o.port] 0 takes any free port
 * @param {string} [o.stateDir] keeps cache and storage over restarts
 * @returns {Promise<{ url: string, close(): Promise<void> }>}
 */
export async function startGateway({ issuer, audience, origin, allowedOrigins, routes, authority, port, stateDir }) {
  const config = {
    development: true,
    origin,
    allowed_origins: allowedOrigins,
    issuers: [{ issuer, audience: [audience], algorithms: ["ES256"] }],
    routes,
  };
  const gateway = { EDGEWARD: config };
  if (!authority) return startWorker({ bindings: gateway, port, stateDir });
  const bindings = { ...gateway, EDGEWARD_AUTHORITY: authority.settings, EDGEWARD_SECRET: authority.secret };
  const worker = await startWorker({ bindings, options: AUTHORITY, port, stateDir });
  await migrate(await worker.miniflare.getD1Database("DB", "gateway"));
  return worker;
}

/**
 * Starts the Worker with any bindings.
 *
 * @param {object} o
 * @param {Record<string, unknown>} o.bindings
 * @param {number} [o.port]
 * @param {string} [o.stateDir]
 * @param {object} [o.options] more of miniflare's options for this Worker
 * @param {(gateway: object) => object[]} [o.beside] further Workers, given the gateway's own settings
 * @param {(line: { level: string, message: string }) => void} [o.onLog] takes what the Workers log,
 *   which otherwise goes to the terminal
 * @param {boolean} [o.inspector] opens workerd's inspector
 */
export async function startWorker({ bindings, port = 0, stateDir, options = {}, beside, onLog, inspector }) {
  await ensureBuilt();
  // No report to Cloudflare and no request.cf looked up there: the example stays on this machine.
  process.env.CLOUDFLARE_CF_FETCH_ENABLED = "false";
  const gateway = {
    name: "gateway",
    modulesRoot: DIST,
    modules: [
      { type: "ESModule", path: `${DIST}worker.mjs` },
      { type: "CompiledWasm", path: `${DIST}edgeward_edge.wasm` },
    ],
    compatibilityDate: COMPATIBILITY_DATE,
    bindings: { ...paranoia(), ...bindings },
    ...options,
  };
  const worker = new Miniflare({
    host: HOST,
    port: port && (await freePort(port)),
    cachePersist: stateDir ?? false,
    d1Persist: stateDir ?? false,
    durableObjectsPersist: stateDir ?? false,
    log: new Log(LogLevel.WARN),
    ...(onLog && { handleStructuredLogs: onLog }),
    ...(inspector && { inspectorPort: 0 }),
    workers: [gateway, ...(beside?.(gateway) ?? [])],
  });
  const url = await worker.ready;
  let stopped;
  return {
    url: url.origin,
    miniflare: worker,
    urlOf: async (name) => (await worker.unsafeGetDirectURL(name)).origin,
    close: () => (stopped ??= worker.dispose()),
  };
}

/** Brings a database up to date: applies what it has not seen, and notes it as `wrangler d1 migrations` does. */
export async function migrate(database) {
  await database
    .prepare("CREATE TABLE IF NOT EXISTS d1_migrations (id INTEGER PRIMARY KEY, name TEXT UNIQUE, applied_at TEXT)")
    .run();
  const { results } = await database.prepare("SELECT name FROM d1_migrations").all();
  const applied = new Set(results.map(({ name }) => name));
  const names = (await readdir(MIGRATIONS)).filter((name) => name.endsWith(".sql") && !applied.has(name)).sort();
  for (const name of names) {
    const script = (await readFile(new URL(name, MIGRATIONS), "utf8")).replaceAll(/--.*/g, "");
    const statements = script.split(/;\s*$/m).filter((text) => text.trim());
    const note = database.prepare("INSERT INTO d1_migrations (name, applied_at) VALUES (?, datetime())").bind(name);
    await database.batch([...statements.map((text) => database.prepare(text)), note]);
  }
}

/** Every signature is verified both ways where the environment asks for it, as tests do. */
function paranoia() {
  const { EDGEWARD_PARANOID } = process.env;
  return EDGEWARD_PARANOID ? { EDGEWARD_PARANOID } : {};
}

async function ensureBuilt() {
  try {
    await access(`${DIST}worker.mjs`);
  } catch {
    throw new Error("the Worker is not built yet: run `cargo xtask build worker` first");
  }
}
