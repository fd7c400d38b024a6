/**
 * The agent: a program without a browser that acts for a person.
 *
 *     node examples/node-agent/agent.mjs ISSUER TOOLS [SESSION]
 */
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { createAgentClient, fileStore } from "edgeward/agent";

const [issuer, tools, session = "./agent-session.json"] = process.argv.slice(2);

const auth = createAgentClient({
  issuer,
  clientId: "example-agent",
  scope: "openid offline_access notes:read notes:write",
  resource: [tools],
  store: fileStore(session),
  errors: "throw",
});

// Another start finds the session in the file, and needs nobody.
if ((await auth.getSession()) === null) {
  await auth.signInInTerminal({ output: process.stdout, signal: AbortSignal.timeout(600_000) });
}
const { subject } = await auth.getSession();
console.log(`Signed in for ${subject}.`);

// Whoever only reads gets a token that only reads, for a minute.
const reader = await auth.agents.create({ scope: ["notes:read"], ttlSeconds: 60, metadata: { task: "read the notes" } });
const call = await connect(reader.asMcpAuthProvider());
console.log(`read:  ${await call("read")}`);
console.log(`write: ${await call("write")}`);

// Nobody hands on more than they have; that is found out here, before anything is sent.
const wider = await auth.agents.create({ scope: ["notes:admin"], ttlSeconds: 60 }).catch((error) => error);
console.log(`notes:admin: ${wider.code}`);
await reader.end();

async function connect(authProvider) {
  const client = new Client({ name: "example-agent", version: "1.0.0" });
  await client.connect(new StreamableHTTPClientTransport(new URL(tools), { authProvider }));
  return async (name) => (await client.callTool({ name, arguments: {} })).content[0].text;
}
