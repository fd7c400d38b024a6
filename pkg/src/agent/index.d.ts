import type { Outcome, Session, StorageAdapter } from "../client/index.js";
import type { ClientOptions, ExchangedToken, ExchangeOptions, OauthClient } from "../oauth/index.js";

export { AuthError, isAuthError } from "../oauth/index.js";
export type * from "../oauth/index.js";

/**
 * A store over several processes: every change compares first.
 *
 * @example
 * const store: SharedStore = fileStore("./agent-session.json");
 */
export type SharedStore = Required<Pick<StorageAdapter, "get" | "compareAndSwap" | "lock">> & Partial<StorageAdapter>;

/**
 * Keeps sessions in a file that only this user may read, safely for several processes.
 *
 * @example
 * const auth = createAgentClient({ issuer, clientId, store: fileStore("./agent-session.json") });
 */
export function fileStore(path: string | URL): SharedStore;

/**
 * The options of a program's client.
 *
 * @example
 * const options: AgentClientOptions = { issuer, clientId: "agent", store: fileStore("./session.json") };
 */
export interface AgentClientOptions extends Omit<ClientOptions, "storage"> {
  /** Where the session is kept. Default: in memory. */
  store?: SharedStore | StorageAdapter;
}

/**
 * A session of an agent, with a token that is narrower and shorter than its maker's.
 *
 * @example
 * const created = await auth.agents.create({ scope: "read", ttlSeconds: 600, metadata: { task: "report" } });
 * if (created.ok) await created.data.getAccessToken();
 */
export interface AgentSession {
  readonly id: string;
  /** As it was given; nobody may decide by it what the agent may do. */
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly expiresAt: number;
  /** Rejects with an `AuthError`: `session_expired` when the session is over. */
  getAccessToken(options?: { forceRefresh?: boolean; signal?: AbortSignal }): Promise<ExchangedToken>;
  asTokenFetcher(): (asked: { forceRefreshToken: boolean }) => Promise<string | null>;
  asMcpAuthProvider(): McpAuthProvider;
  end(): Promise<void>;
}

/**
 * The MCP server that a provider is for, and how tokens for it are had.
 *
 * @example
 * const options: McpOptions = { server: "https://mcp.example/mcp", redirectUrl: "http://127.0.0.1:8080/callback", onAuthorize: (url) => open(url) };
 */
export interface McpOptions {
  /** The address of the MCP server. */
  server: string | URL;
  /** Where the user comes back to. */
  redirectUrl?: string | URL;
  /** Sends the user there. Called once, however many calls wait for it. */
  onAuthorize?(url: URL): void | Promise<void>;
  /** Without a user: the client's own tokens. */
  grant?: "client_credentials";
  scope?: string[];
  /** The issuer that the client is registered with, if it is not that of its options; undefined: the first that takes it. */
  issuer?: string | undefined;
  /** Takes the place of the global `fetch`. */
  fetch?: typeof fetch;
  /** Registers with whatever issuer the server names, in place of the client's own registration. */
  dynamic?: boolean;
  /** The client's metadata document, which is its name with issuers that read those. */
  clientMetadataUrl?: string;
  /** Further metadata for a registration (RFC 7591). */
  clientMetadata?: Record<string, unknown>;
}

/**
 * An `OAuthClientProvider` of `@modelcontextprotocol/sdk`.
 *
 * @example
 * const provider: McpAuthProvider = auth.asMcpAuthProvider();
 */
export interface McpAuthProvider {
  readonly redirectUrl: string | URL | undefined;
  readonly clientMetadata: { redirect_uris: string[]; [name: string]: unknown };
  readonly clientMetadataUrl?: string;
  clientInformation(): Promise<any> | any;
  saveClientInformation?(client: any): Promise<void>;
  tokens(): Promise<any>;
  saveTokens(tokens: any): Promise<void> | void;
  redirectToAuthorization(url: URL): Promise<void> | void;
  saveCodeVerifier(verifier: string): Promise<void> | void;
  codeVerifier(): Promise<string> | string;
  state?(): string;
  addClientAuthentication(headers: Headers, params: URLSearchParams, url: string | URL, metadata?: any): Promise<void>;
  invalidateCredentials(scope: "all" | "client" | "tokens" | "verifier" | "discovery"): Promise<void> | void;
  prepareTokenRequest?(scope?: string): Promise<URLSearchParams> | URLSearchParams;
  saveDiscoveryState?(state: any): void;
  discoveryState?(): any;
}

/**
 * The same for a server whose users are sent away to agree.
 *
 * @example
 * const provider: InteractiveMcpAuthProvider = auth.asMcpAuthProvider({ server, redirectUrl, onAuthorize: open });
 * await transport.finishAuth(provider.authorizationCode(callback));
 */
export interface InteractiveMcpAuthProvider extends McpAuthProvider {
  /** For the transport: so a server that asks for more scope gets it, also where there is a refresh token. */
  fetch: typeof fetch;
  /** The code in the address at which the user came back, for the transport's `finishAuth`. Throws an `AuthError`. */
  authorizationCode(callback: string | URL): string;
}

/**
 * A client for programs.
 *
 * @example
 * const session = async (client: AgentClient<"throw">) => (await client.getSession()) ?? client.signInInTerminal();
 */
export interface AgentClient<E extends "result" | "throw" = "result"> extends OauthClient<E> {
  /**
   * `signInDevice` in one call: writes the address and the code, and waits.
   *
   * @example
   * await auth.signInInTerminal({ output: process.stderr });
   */
  signInInTerminal(options?: { scope?: string; output?: { write(text: string): unknown }; signal?: AbortSignal }): Promise<Outcome<Session, E>>;
  agents: {
    /** Begins a session for an agent: at most a day, with metadata of at most 8 KiB of JSON. */
    create(options: ExchangeOptions & { ttlSeconds: number; metadata?: Record<string, unknown> }): Promise<Outcome<AgentSession, E>>;
  };
  /**
   * For `StreamableHTTPClientTransport` of the MCP SDK. Without options the tokens are those of the
   * session; a server sees them only if it names the same issuer.
   *
   * @example
   * new StreamableHTTPClientTransport(url, { authProvider: auth.asMcpAuthProvider() });
   */
  asMcpAuthProvider(): McpAuthProvider;
  asMcpAuthProvider(options: McpOptions): InteractiveMcpAuthProvider;
}

/**
 * Makes a client for a program: timers keep no process alive, and several processes may share one
 * store.
 *
 * @example
 * const auth = createAgentClient({ issuer: "https://id.example", clientId: "agent", store: fileStore("./session.json") });
 */
export function createAgentClient(options: AgentClientOptions & { errors: "throw" }): AgentClient<"throw">;
export function createAgentClient(options: AgentClientOptions & { errors?: "result" }): AgentClient;
