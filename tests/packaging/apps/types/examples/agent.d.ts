// What examples take for granted.
declare const auth: import("edgeward/agent").AgentClient;
declare const issuer: string;
declare const clientId: string;
declare const server: string;
declare const redirectUrl: string;
declare const callback: string;
declare const url: URL;
declare const error: unknown;
declare const process: { stderr: { write(text: string): unknown } };
declare const transport: { finishAuth(code: string): Promise<void> };
declare class StreamableHTTPClientTransport {
  constructor(url: URL, options: { authProvider: import("edgeward/agent").McpAuthProvider });
}
declare function open(url: URL): void;
