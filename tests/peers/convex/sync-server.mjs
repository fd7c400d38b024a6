/**
 * A Convex deployment as the `convex` package sees it: the sync protocol over an injected WebSocket,
 * and functions over HTTP. Tokens are verified against the issuer's keys with npm `jose`, under the
 * rules that a deployment has for them.
 */
import { createServer } from "node:http";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { close, listen } from "../../../examples/spa/lib/listen.mjs";

/** The audience of the deployment: `applicationID` in its auth.config. */
export const APPLICATION_ID = "convex";

/**
 * @param {object} o
 * @param {string} o.issuer `domain` in auth.config
 * @param {string} o.jwksUri
 * @param {(event: object) => void} o.record is told of everything that happens, in order
 */
export class SyncServer {
  #keys;
  #issuer;
  #record;
  /** The sockets that are open. */
  sockets = new Set();
  /** How many Authenticate messages are still refused, whatever they carry. */
  refusals = 0;

  constructor({ issuer, jwksUri, record }) {
    this.#issuer = issuer;
    this.#keys = createRemoteJWKSet(new URL(jwksUri));
    this.#record = record;
    const server = this;
    /** What ConvexClient takes as `webSocketConstructor`. */
    this.WebSocket = class extends SyncSocket {
      constructor() {
        super(server);
      }
    };
  }

  /** The identity behind a token, or why it is refused. */
  async identify(token) {
    const { payload } = await jwtVerify(token, this.#keys, { issuer: this.#issuer, audience: APPLICATION_ID });
    if (payload.iat === undefined || payload.exp === undefined) throw new Error("Could not parse JWT payload");
    return payload;
  }

  record(event) {
    this.#record(event);
  }

  /** Every connection breaks, as it does when a laptop changes its network. */
  drop() {
    for (const socket of [...this.sockets]) socket.closeAs(1006, "");
  }

  /** The token of a session is found to have expired while a function runs. */
  expire() {
    for (const socket of this.sockets) socket.authError("Token expired", false);
  }

  /** Ends everything, so that nothing of a failed test is left. */
  close() {
    for (const socket of [...this.sockets]) socket.closeAs(1000, "");
  }
}

/** The server's end and the client's end of one connection. */
class SyncSocket {
  #server;
  #version = { querySet: 0, identity: 0, ts: 0n };
  #queries = new Map();
  #identity = null;
  #queue = Promise.resolve();
  readyState = 0;

  constructor(server) {
    this.#server = server;
    queueMicrotask(() => {
      if (this.readyState !== 0) return;
      this.readyState = 1;
      server.sockets.add(this);
      this.onopen?.({});
    });
  }

  send(text) {
    const message = JSON.parse(text);
    this.#queue = this.#queue.then(() => this.#take(message));
  }

  close() {
    this.closeAs(1005, "");
  }

  closeAs(code, reason) {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.#server.sockets.delete(this);
    queueMicrotask(() => this.onclose?.({ code, reason }));
  }

  authError(error, authUpdateAttempted) {
    const baseVersion = authUpdateAttempted ? this.#version.identity : this.#version.identity - 1;
    this.#server.record({ did: "AuthError", baseVersion });
    this.#tell({ type: "AuthError", error, baseVersion, authUpdateAttempted });
  }

  async #take(message) {
    switch (message.type) {
      case "Connect":
        return this.#server.record({ did: "Connect" });
      case "Authenticate":
        return this.#authenticate(message);
      case "ModifyQuerySet":
        return this.#modify(message);
      case "Mutation":
        return this.#tell({
          type: "MutationResponse", requestId: message.requestId, success: true, result: this.#subject(),
          ts: encoded(this.#version.ts), logLines: [],
        });
      default:
        this.#server.record({ did: message.type });
    }
  }

  async #authenticate({ tokenType, value, baseVersion }) {
    this.#server.record({ did: "Authenticate", base: baseVersion, tokenType, token: value });
    if (baseVersion !== this.#version.identity) return this.#fatal("Base version mismatch");
    try {
      if (this.#server.refusals > 0) {
        this.#server.refusals -= 1;
        throw new Error("No auth provider found matching the given token");
      }
      this.#identity = tokenType === "None" ? null : await this.#server.identify(value);
    } catch (error) {
      return this.authError(error.message, true);
    }
    this.#transition({ identity: baseVersion + 1 });
  }

  #modify({ newVersion, modifications }) {
    for (const { type, queryId, udfPath } of modifications) {
      if (type === "Add") this.#queries.set(queryId, udfPath);
      else this.#queries.delete(queryId);
    }
    this.#transition({ querySet: newVersion });
  }

  #transition(change) {
    const startVersion = this.#version;
    this.#version = { ...startVersion, ...change, ts: startVersion.ts + 1n };
    const modifications = [...this.#queries.keys()].map((queryId) => (
      { type: "QueryUpdated", queryId, value: this.#subject(), logLines: [], journal: null }
    ));
    if (change.identity) this.#server.record({ did: "Transition", identity: change.identity });
    this.#tell({
      type: "Transition", startVersion: wire(startVersion), endVersion: wire(this.#version), modifications,
      clientClockSkew: 0,
    });
  }

  #subject() {
    return this.#identity?.sub ?? null;
  }

  #fatal(error) {
    this.#server.record({ did: "FatalError", error });
    this.#tell({ type: "FatalError", error });
  }

  #tell(message) {
    if (this.readyState === 1) this.onmessage?.({ data: JSON.stringify(message) });
  }
}

const wire = (version) => ({ ...version, ts: encoded(version.ts) });

/** A u64 as the protocol writes it: its eight bytes, least significant first, in base64. */
function encoded(number) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(number);
  return bytes.toString("base64");
}

/**
 * The functions of the deployment over HTTP: each answers with the caller's subject, or null.
 *
 * @param {SyncServer} deployment
 * @returns {Promise<{ url: string, requests: { path: string, authorization?: string }[], close(): Promise<void> }>}
 */
export async function startFunctions(deployment) {
  const requests = [];
  const server = createServer(async (request, response) => {
    const { authorization } = request.headers;
    requests.push({ path: request.url, authorization });
    for await (const _ of request);
    const answer = await call(deployment, authorization).then(
      (value) => [200, { status: "success", value, logLines: [] }],
      (error) => [401, { code: "Unauthenticated", message: error.message }],
    );
    response.writeHead(answer[0], { "content-type": "application/json" }).end(JSON.stringify(answer[1]));
  });
  const url = await listen(server, 0);
  return { url, requests, close: () => close(server) };
}

async function call(deployment, authorization) {
  if (authorization === undefined) return null;
  const [scheme, token] = authorization.split(" ");
  if (scheme !== "Bearer") throw new Error("Not a bearer token");
  return (await deployment.identify(token)).sub;
}
