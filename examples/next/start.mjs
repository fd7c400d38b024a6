/** Starts the example: Next and an identity provider, and says which address to open. */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { freePort, HOST } from "./lib/listen.mjs";
import { CLIENT_ID, startProvider } from "./provider.mjs";

const FOLDER = fileURLToPath(new URL(".", import.meta.url));
const NEXT = createRequire(import.meta.url).resolve("next/dist/bin/next");

/** The addresses stay the same from start to start, as long as the ports are free. */
export const PORTS = { site: 4401, provider: 4402 };
const ANY_PORTS = { site: 0, provider: 0 };

/**
 * Starts everything.
 *
 * @param {object} [o]
 * @param {typeof PORTS} [o.ports] by default any free ones
 * @param {"dev" | "production"} [o.mode] production is built first
 * @param {number} [o.accessTokenSeconds]
 * @returns the address, the provider, and a `close()` for both
 */
export async function start({ ports = ANY_PORTS, mode = "dev", accessTokenSeconds } = {}) {
  const port = await freePort(ports.site);
  const url = `http://${HOST}:${port}`;
  const clientSecret = randomBytes(32).toString("base64url");
  const provider = await startProvider({ site: url, clientSecret, port: ports.provider, accessTokenSeconds });
  const env = {
    ...process.env,
    NODE_ENV: undefined,
    NEXT_TELEMETRY_DISABLED: "1",
    ISSUER: provider.issuer,
    CLIENT_ID,
    CLIENT_SECRET: clientSecret,
    SITE: url,
    // A site that is deployed has the secret in its environment, the same for every process.
    COOKIE_SECRET: process.env.COOKIE_SECRET ?? randomBytes(32).toString("base64url"),
  };
  try {
    if (mode === "production") await run(["build"], env);
    const site = await serve([mode === "dev" ? "dev" : "start", "--hostname", HOST, "--port", String(port)], env);
    const close = async () => {
      await site.close();
      await provider.close();
    };
    return { url, provider, close, printed: site.printed };
  } catch (error) {
    await provider.close();
    throw error;
  }
}

function next(args, env) {
  const child = spawn(process.execPath, [NEXT, ...args], { cwd: FOLDER, env, stdio: ["ignore", "pipe", "pipe"] });
  const printed = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => printed.push(String(text)));
  return { child, ended: once(child, "exit"), printed: () => printed.join("") };
}

async function run(args, env) {
  const { ended, printed } = next(args, env);
  const [code] = await ended;
  if (code !== 0) throw new Error(`next ${args.join(" ")} failed:\n${printed()}`);
}

/** Starts a server and waits until it says that it is ready. */
async function serve(args, env) {
  const { child, ended, printed } = next(args, env);
  await new Promise((resolve, reject) => {
    child.stdout.on("data", () => printed().includes("Ready") && resolve());
    ended.then(() => reject(new Error(printed())));
  });
  return {
    printed,
    async close() {
      child.kill();
      await ended;
    },
  };
}

async function main() {
  const { url, provider, close } = await start({ ports: PORTS });
  console.log(`
  Open ${url}
  Click “Sign in” and enter any name. The page is rendered with the session; buttons work through the server's route.

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
