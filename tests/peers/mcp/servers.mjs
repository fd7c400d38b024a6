/** An MCP server, and the authorization server that it names, which rotates refresh tokens strictly. */
import { createServer } from "node:http";
import { createHash, randomUUID } from "node:crypto";
import { close, listen } from "../../../examples/spa/lib/listen.mjs";

/** How long the token endpoint takes, so that calls side by side meet in it. */
const LATENCY = 50;

/**
 * Starts both.
 *
 * @param {{ after(stop: () => unknown): void }} end
 */
export async function startServers(end) {
  const issuer = new AuthorizationServer();
  await issuer.start();
  const server = new McpServer(issuer);
  await server.start();
  end.after(() => Promise.all([issuer.close(), server.close()]));
  return { issuer, server };
}

class AuthorizationServer {
  #server;
  #codes = new Map();
  #refreshToken;
  /** Token requests, registrations and pages, as they came. */
  grants = [];
  registrations = 0;
  pages = 0;
  /** Access tokens that count, with their scope. */
  live = new Map();
  /** What the token endpoint does in place of answering: `reset`, `unavailable`, `lost`, `html`, or nothing. */
  fault;
  /** A refresh token that was used before is refused, and nothing else happens. */
  lenient = false;
  /** Clients that were registered, and not forgotten since. */
  clients = new Set();

  async start() {
    this.#server = createServer((request, response) => this.#answer(request, response));
    this.url = await listen(this.#server, 0);
  }

  close() {
    return close(this.#server);
  }

  /** Access tokens are refused from now on; the session goes on. */
  expire() {
    this.live.clear();
  }

  /** The session is over. */
  end() {
    this.live.clear();
    this.#refreshToken = undefined;
  }

  async #answer(request, response) {
    const url = new URL(request.url, this.url);
    const json = (status, body) => response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    const body = await text(request);
    switch (url.pathname) {
      case "/.well-known/oauth-authorization-server":
        return json(200, this.#metadata());
      case "/register": {
        this.registrations += 1;
        const client_id = `client-${this.registrations}`;
        this.clients.add(client_id);
        return json(201, { ...JSON.parse(body), client_id, token_endpoint_auth_method: "none" });
      }
      case "/authorize":
        return this.#authorize(url.searchParams, response);
      case "/token":
        return this.#token(request, new URLSearchParams(body), json);
      default:
        return json(404, {});
    }
  }

  #metadata() {
    return {
      issuer: this.url, authorization_endpoint: `${this.url}/authorize`, token_endpoint: `${this.url}/token`,
      registration_endpoint: `${this.url}/register`, response_types_supported: ["code"],
      code_challenge_methods_supported: ["S256"], token_endpoint_auth_methods_supported: ["none"],
      authorization_response_iss_parameter_supported: true,
    };
  }

  #authorize(asked, response) {
    this.pages += 1;
    const code = randomUUID();
    this.#codes.set(code, { challenge: asked.get("code_challenge"), client: asked.get("client_id"), scope: asked.get("scope") });
    const back = new URL(asked.get("redirect_uri"));
    back.search = new URLSearchParams({ code, state: asked.get("state"), iss: this.url });
    response.writeHead(302, { location: back.href }).end();
  }

  async #token(request, asked, json) {
    if (this.fault === "reset") return request.socket.resetAndDestroy();
    this.grants.push(asked.get("grant_type"));
    await new Promise((resolve) => setTimeout(resolve, LATENCY));
    if (this.fault === "unavailable") return json(503, {});
    if (this.fault === "html") return json(200, "<html>");
    if (!this.clients.has(asked.get("client_id"))) return json(401, { error: "invalid_client" });
    if (asked.get("grant_type") === "authorization_code") {
      const known = this.#codes.get(asked.get("code"));
      this.#codes.delete(asked.get("code"));
      const challenge = createHash("sha256").update(asked.get("code_verifier")).digest("base64url");
      const good = known?.challenge === challenge && known.client === asked.get("client_id");
      return good ? this.#issue(known.scope, json) : json(400, { error: "invalid_grant" });
    }
    if (asked.get("refresh_token") !== this.#refreshToken) {
      if (!this.lenient) this.end();
      return json(400, { error: "invalid_grant" });
    }
    return this.#issue(null, json);
  }

  #issue(scope, json) {
    const access_token = `access-${randomUUID()}`;
    this.live.set(access_token, scope);
    this.#refreshToken = `refresh-${randomUUID()}`;
    json(200, { access_token, token_type: "Bearer", expires_in: 300, refresh_token: this.#refreshToken });
  }
}

class McpServer {
  #server;
  #issuer;
  /** The tokens that came with calls. */
  presented = [];
  refused = 0;
  /** How many refusals wait for each other, so that calls side by side are refused side by side. */
  together = 1;
  #held = [];
  /** The scope without which `admin` is refused. */
  wanted;

  constructor(issuer) {
    this.#issuer = issuer;
  }

  async start() {
    this.#server = createServer((request, response) => this.#answer(request, response));
    this.origin = await listen(this.#server, 0);
    this.url = `${this.origin}/mcp`;
  }

  close() {
    return close(this.#server);
  }

  #gathered() {
    return new Promise((resolve) => {
      this.#held.push(resolve);
      if (this.#held.length >= this.together) this.#held.splice(0).forEach((go) => go());
    });
  }

  async #answer(request, response) {
    const body = await text(request);
    if (request.url === "/.well-known/oauth-protected-resource/mcp") {
      return respond(response, 200, { resource: this.url, authorization_servers: [this.#issuer.url] });
    }
    if (request.url !== "/mcp") return respond(response, 404, {});
    const metadata = `resource_metadata="${this.origin}/.well-known/oauth-protected-resource/mcp"`;
    const token = request.headers.authorization?.split(" ")[1];
    if (token) this.presented.push(token);
    if (!this.#issuer.live.has(token)) {
      this.refused += 1;
      if (body.includes("tools/call")) await this.#gathered();
      return respond(response, 401, {}, { "www-authenticate": `Bearer ${metadata}` });
    }
    if (request.method === "GET") return respond(response, 405, {});
    const message = JSON.parse(body);
    if (message.params?.name === "admin" && this.#issuer.live.get(token) !== this.wanted) {
      const challenge = `Bearer error="insufficient_scope", scope="${this.wanted}", ${metadata}`;
      return respond(response, 403, {}, { "www-authenticate": challenge });
    }
    if (message.id === undefined) return respond(response, 202);
    respond(response, 200, { jsonrpc: "2.0", id: message.id, result: results[message.method] ?? {} });
  }
}

const results = {
  initialize: { protocolVersion: "2025-06-18", capabilities: { tools: {} }, serverInfo: { name: "tools", version: "1" } },
  "tools/call": { content: [{ type: "text", text: "done" }] },
};

function respond(response, status, body, headers = {}) {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

async function text(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
