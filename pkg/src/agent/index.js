import { call } from "../client/index.js";
import { OauthClient } from "../oauth/client.js";
import { memoryStore } from "../platform/stores/memory.js";
import { lazyCore } from "../shared/core.js";
import { settle } from "../shared/result.js";
import { Agents } from "./agents.js";
import { McpAuthProvider } from "./mcp/provider.js";
import { SessionMcpProvider } from "./mcp/session-provider.js";

export { AuthError, isAuthError } from "../client/index.js";
export { fileStore } from "../platform/node/file-store.js";

/** Makes `createAgentClient` for one way to load the core. */
export function agentFactory(glue, source) {
  const runtime = lazyCore(glue, source);
  return (options) => new AgentClient(runtime, glue.Core, options);
}

/** A client for programs: it can do all that the client can, and what takes no browser. */
class AgentClient extends OauthClient {
  #runtime;
  #Core;
  /** The cores of the MCP servers, each with a network of its own. */
  #servers = [];
  #options;
  #store;
  #signs;

  constructor(runtime, Core, { store = memoryStore(), ...options }) {
    super(runtime, Core, { ...options, storage: store });
    this.#runtime = runtime;
    this.#Core = Core;
    this.#options = options;
    this.#store = store;
    this.#signs = options.privateKey !== undefined;
    const agents = new Agents((method, asked) => this.#call(method, asked), clientOf(options));
    this.agents = { create: (asked) => settle(options.errors, () => agents.create(asked)) };
  }

  signInInTerminal({ output = process.stdout, signal, ...asked } = {}) {
    return settle(this.#options.errors, async () => {
      const { device, ...told } = await this.#call("signInDevice", { ...asked, signal });
      output.write(`Open ${told.verificationUriComplete ?? told.verificationUri}\nand confirm the code ${told.userCode}.\n`);
      return this.#call("waitForDevice", { device, signal });
    });
  }

  asMcpAuthProvider(options) {
    const { clientSecret, resource, fetch } = this.#options;
    if (!options) {
      const own = [resource ?? []].flat();
      const tokenFor = async ({ resource: asked, force }) => {
        // What the sign-in was for needs no token of its own.
        const target = own.length === 1 && own[0] === asked ? {} : { resource: asked };
        return (await this.#call("getAccessToken", { ...target, forceRefresh: force })).token;
      };
      return new SessionMcpProvider(clientOf(this.#options), tokenFor);
    }
    const assertion = (audience) => this.#call("clientAssertion", { audience });
    const own = { ...clientOf(this.#options), clientSecret, ...(this.#signs && { assertion }) };
    const asked = { fetch, ...(options.dynamic ? {} : own), ...options, store: this.#store };
    const core = this.#server(asked);
    return new McpAuthProvider(asked, (replaced) => core[call]("replaceTokens", replaced, "throw"));
  }

  dispose() {
    for (const core of this.#servers.splice(0)) core.dispose();
    super.dispose();
  }

  /** A core for the tokens of one MCP server: it has no session, and its issuer is whichever the server names. */
  #server({ server, fetch }) {
    const nobody = { issuer: "https://mcp.invalid", clientId: new URL(server).href, backgroundRefresh: "never" };
    const core = new OauthClient(this.#runtime, this.#Core, { ...nobody, fetch, storage: this.#store });
    this.#servers.push(core);
    return core;
  }

  /** As the core answers: failures are thrown, whatever the caller chose. */
  #call(method, asked) {
    return this[call](method, asked, "throw");
  }
}

const clientOf = ({ issuer, clientId }) => ({ issuer, clientId });
