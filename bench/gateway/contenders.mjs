/**
 * The Workers that are compared, each in a workerd of its own, in front of the same origin behind a service binding.
 *
 * All are told the same: issuers, audience, ES256, keys at `jwks_uri`; and all do the same: verify, send the request on
 * without headers that a client could have made up, with the identity in headers of their own, `Via` and `X-Forwarded-*`,
 * and keep the answer out of shared caches. One that is called meagre leaves out all of that but the identity.
 */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { Log, LogLevel, Miniflare } from "miniflare";
import { startWorker } from "../../examples/spa/gateway.mjs";
import { started } from "./process.mjs";
import { AUDIENCE } from "../verify/tokens.mjs";

const COMPATIBILITY_DATE = "2026-07-01";
// Nothing is asked outside of this machine.
process.env.CLOUDFLARE_CF_FETCH_ENABLED = "false";
/** Past the Worker of miniflare's own that stands in front of all others. */
const DIRECT = [{ host: "127.0.0.1", port: 0 }];
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const bundles = new Map();

/**
 * Each keeps what it puts into caches in `stateDir`, if there is one.
 *
 * @typedef {{ issuer: string, jwksUri: string, keys: object[] }} Issuer
 * @typedef {{ url: string, pid: number, close(): Promise<void> }} Running
 * @type {Record<string, (issuers: Issuer[], stateDir?: string) => Promise<Running>>}
 */
export const CONTENDERS = {
  edgeward: contender(ours),
  "edgeward, no kernels": contender(ours, () => ({ EDGEWARD_KERNELS: "off" })),
  jose: contender(peer("jose")),
  "jose, meagre": contender(peer("jose"), () => ({ MEAGRE: true })),
  "hono, keys given": contender(peer("hono"), ([{ keys }]) => ({ KEYS: keys })),
  hono: contender(peer("hono")),
  "no verification": contender(peer("bare")),
};

function contender(start, more = () => ({})) {
  return async (issuers, stateDir) => {
    const { pid, value } = await started(() => start(issuers, more(issuers), stateDir));
    return { pid, ...value };
  };
}

async function ours(issuers, more, stateDir) {
  const config = {
    development: true,
    origin_binding: "ORIGIN",
    server_timing: false,
    issuers: issuers.map(({ issuer, jwksUri }) => ({ issuer, jwks_uri: jwksUri, audience: AUDIENCE, algorithms: ["ES256"] })),
  };
  const worker = await startWorker({
    bindings: { EDGEWARD: config, ...more },
    options: { serviceBindings: { ORIGIN: "origin" }, unsafeDirectSockets: DIRECT },
    beside: () => [origin()],
    stateDir,
  });
  return { url: await directly(worker.miniflare, "gateway"), close: () => worker.close() };
}

function peer(name) {
  return async (issuers, more, stateDir) => {
    const worker = new Miniflare({
      host: "127.0.0.1",
      port: 0,
      cachePersist: stateDir ?? false,
      log: new Log(LogLevel.WARN),
      workers: [
        {
          name,
          modules: [{ type: "ESModule", path: `${name}.mjs`, contents: await bundled(`${name}.worker.mjs`) }],
          compatibilityDate: COMPATIBILITY_DATE,
          bindings: { ISSUERS: issuers.map(({ issuer, jwksUri }) => [issuer, jwksUri]), AUDIENCE, ...more },
          serviceBindings: { ORIGIN: "origin" },
          unsafeDirectSockets: DIRECT,
        },
        origin(),
      ],
    });
    await worker.ready;
    return { url: await directly(worker, name), close: () => worker.dispose() };
  };
}

function origin() {
  const path = here("origin.worker.mjs");
  return { name: "origin", modulesRoot: here("."), modules: [{ type: "ESModule", path }], compatibilityDate: COMPATIBILITY_DATE };
}

async function directly(miniflare, name) {
  return (await miniflare.unsafeGetDirectURL(name)).origin;
}

/** As `wrangler` bundles it. */
async function bundled(file) {
  if (!bundles.has(file)) {
    const options = { format: "esm", platform: "neutral", target: "es2022", mainFields: ["module", "main"] };
    const conditions = ["workerd", "worker", "browser"];
    const { outputFiles } = await build({ entryPoints: [here(file)], bundle: true, minify: true, write: false, conditions, ...options });
    bundles.set(file, outputFiles[0].text);
  }
  return bundles.get(file);
}
