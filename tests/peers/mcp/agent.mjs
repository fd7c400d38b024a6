/** An agent with the SDK's client and our provider, and a user who agrees to everything. */
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { UnauthorizedError } from "@modelcontextprotocol/sdk/client/auth.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { createAgentClient } from "edgeward/agent";

/**
 * @param {string} server
 * @param {object} store
 * @param {object} [options] of the provider; `plain` leaves out its fetch
 */
export function makeAgent(server, store, { plain = false, ...options } = {}) {
  const pages = [];
  // The server names the issuer.
  const auth = createAgentClient({ issuer: "https://nobody.invalid", clientId: "nobody", store });
  const provider = auth.asMcpAuthProvider({
    server, dynamic: true, redirectUrl: "http://127.0.0.1/callback", clientMetadata: { client_name: "agent" },
    onAuthorize: (url) => void pages.push(url), ...options,
  });
  const connection = () => new StreamableHTTPClientTransport(new URL(server), {
    authProvider: provider, ...(plain ? {} : { fetch: provider.fetch }),
  });
  let transport = connection();
  let client = new Client({ name: "agent", version: "1" });

  /** The user goes where the provider sent them, and the code comes back. */
  const agree = async () => {
    const answer = await fetch(pages.at(-1), { redirect: "manual" });
    await transport.finishAuth(provider.authorizationCode(answer.headers.get("location")));
  };

  return {
    provider, pages, agree, url: server,
    get client() {
      return client;
    },
    /** Connects, with the user's help where it takes that. */
    async connect() {
      try {
        await client.connect(transport);
      } catch (error) {
        if (!(error instanceof UnauthorizedError)) throw error;
        transport = connection();
        await agree();
        client = new Client({ name: "agent", version: "1" });
        await client.connect(transport);
      }
    },
    call: (name = "tool") => client.callTool({ name, arguments: {} }),
    async close() {
      await client.close();
      auth.dispose();
    },
  };
}
