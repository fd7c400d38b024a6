/**
 * The client that the conformance suite drives: the MCP SDK's, with our provider. The suite names the
 * server in the last argument and the scenario's particulars in the environment.
 */
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { UnauthorizedError } from "@modelcontextprotocol/sdk/client/auth.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { createAgentClient } from "edgeward/agent";

const MAX_SIGN_INS = 3;
const server = process.argv.at(-1);
const context = JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT ?? "{}");
const scenario = process.env.MCP_CONFORMANCE_SCENARIO ?? "";

let callback;
const auth = createAgentClient({
  // The server names the issuer.
  issuer: "https://nobody.invalid",
  clientId: context.client_id ?? "nobody",
  clientSecret: context.client_secret,
  ...(context.private_key_pem && { privateKey: { key: context.private_key_pem, alg: context.signing_algorithm } }),
});
const provider = auth.asMcpAuthProvider({
  server,
  issuer: undefined,
  dynamic: !context.client_id,
  redirectUrl: "http://localhost:3000/callback",
  clientMetadataUrl: "https://conformance-test.local/client-metadata.json",
  clientMetadata: { client_name: "edgeward conformance" },
  ...(scenario.startsWith("auth/client-credentials-") ? { grant: "client_credentials" } : {}),
  /** The user who agrees at once: the page answers with a redirect. */
  onAuthorize: async (url) => {
    const answer = await fetch(url, { redirect: "manual" });
    callback = answer.headers.get("location");
  },
});

const client = new Client({ name: "edgeward-conformance", version: "1.0.0" });
let transport = connection();

function connection() {
  return new StreamableHTTPClientTransport(new URL(server), { authProvider: provider, fetch: provider.fetch });
}

/** Runs a step again after the user has agreed to what it lacked. */
async function signedIn(step) {
  for (let signIns = 0; ; signIns += 1) {
    try {
      return await step();
    } catch (error) {
      if (!(error instanceof UnauthorizedError) || signIns === MAX_SIGN_INS) throw error;
      await transport.finishAuth(provider.authorizationCode(callback));
    }
  }
}

await signedIn(async () => {
  // A transport is started once.
  await client.connect(transport).catch((error) => {
    transport = connection();
    throw error;
  });
});
await signedIn(() => client.listTools());
await signedIn(() => client.callTool({ name: "test-tool", arguments: {} }));
await transport.close();
