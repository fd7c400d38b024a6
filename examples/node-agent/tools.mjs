/** An MCP server with two tools. It reads who calls, and for whom, from the access token. */
import { createServer } from "node:http";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { createVerifier } from "edgeward/verify";
import { close, listen } from "./lib/listen.mjs";

const METADATA = "/.well-known/oauth-protected-resource/mcp";

/**
 * Starts the server. `trust` says which issuer's tokens count; before that, every call is refused.
 *
 * @param {{ port?: number }} [o] 0 takes any free port
 * @returns {Promise<{ url: string, calls: object[], trust(issuer: string): void, close(): Promise<void> }>}
 */
export async function startTools({ port = 0 } = {}) {
  const calls = [];
  const server = createServer();
  const origin = await listen(server, port);
  const url = `${origin}/mcp`;
  let issuer, verifier;
  server.on("request", async (request, response) => {
    if (request.url === METADATA) return json(response, 200, { resource: url, authorization_servers: [issuer] });
    if (request.url !== "/mcp" || request.method !== "POST") return json(response, request.url === "/mcp" ? 405 : 404, {});
    const checked = await verifier.verify(request.headers.authorization?.replace(/^Bearer /, "") ?? "");
    if (!checked.ok) {
      const challenge = `Bearer resource_metadata="${origin}${METADATA}"`;
      return json(response, 401, { code: checked.error.code }, { "www-authenticate": challenge });
    }
    const caller = { subject: checked.data.claims.sub, actor: checked.data.claims.act?.sub, scope: checked.data.claims.scope };
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined, enableJsonResponse: true });
    await toolsFor(caller, calls).connect(transport);
    await transport.handleRequest(request, response);
  });
  return {
    url,
    calls,
    trust(trusted) {
      issuer = trusted;
      verifier = createVerifier({ issuer, audience: url, algorithms: ["ES256"], development: true });
    },
    close: () => close(server),
  };
}

function toolsFor(caller, calls) {
  const server = new McpServer({ name: "notes", version: "1.0.0" });
  const tool = (name, scope, answer) => server.registerTool(name, { description: answer }, () => {
    const allowed = caller.scope.split(" ").includes(scope);
    calls.push({ tool: name, ...caller, allowed });
    const text = allowed ? `${answer} of ${caller.subject}, for ${caller.actor ?? "nobody else"}` : `${scope} is needed`;
    return { content: [{ type: "text", text }], isError: !allowed };
  });
  tool("read", "notes:read", "the notes");
  tool("write", "notes:write", "a new note");
  return server;
}

function json(response, status, body, headers = {}) {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}
