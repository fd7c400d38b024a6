/** Starts the example: an authorization server, a server of tools, and the agent, which asks you to let it act. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { startProvider } from "./provider.mjs";
import { startTools } from "./tools.mjs";

/** The addresses stay the same from start to start, as long as the ports are free. */
export const PORTS = { tools: 4501, provider: 4502 };
const ANY_PORTS = { tools: 0, provider: 0 };
const at = (path) => fileURLToPath(new URL(path, import.meta.url));

/**
 * Starts the servers.
 *
 * @param {{ ports?: typeof PORTS, accessTokenSeconds?: number }} [o] by default any free ports
 * @returns both, each with its address, `runAgent(session, options)` and a `close()` for all
 */
export async function start({ ports = ANY_PORTS, accessTokenSeconds } = {}) {
  const tools = await startTools({ port: ports.tools });
  try {
    const provider = await startProvider({ resource: tools.url, port: ports.provider, accessTokenSeconds });
    tools.trust(provider.issuer);
    const runAgent = (session, options) => spawn(process.execPath, [at("agent.mjs"), provider.issuer, tools.url, session], options);
    return { tools, provider, runAgent, close: () => Promise.all([tools.close(), provider.close()]) };
  } catch (error) {
    await tools.close();
    throw error;
  }
}

async function main() {
  const { tools, provider, runAgent, close } = await start({ ports: PORTS });
  const folder = at("../../.edgeward/node-agent/");
  await mkdir(folder, { recursive: true });
  const session = `${folder}session.json`;
  const agent = runAgent(session, { stdio: "inherit" });
  const ended = once(agent, "exit");
  const stopped = new Promise((resolve) => ["SIGINT", "SIGTERM"].forEach((signal) => process.once(signal, resolve)));
  await Promise.race([ended, stopped]);
  console.log(`
  provider ${provider.issuer} · tools ${tools.url}
  Once more, without you: node examples/node-agent/agent.mjs ${provider.issuer} ${tools.url} ${session}
  Ctrl-C stops everything.
`);
  await stopped;
  agent.kill();
  await close();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  main().catch((error) => {
    console.error(`The example could not start: ${error.message}`);
    process.exitCode = 1;
  });
}
