/** An identity provider that does what a test tells it, and counts who asked for what. */
import { createServer } from "node:http";
import { once } from "node:events";
import { close, listen } from "../../examples/spa/lib/listen.mjs";

/**
 * Starts a provider that publishes the given keys and answers like a good one until told otherwise.
 *
 * @param {object[]} keys public JWKs
 * @returns {Promise<ScriptedProvider>}
 */
export async function startScriptedProvider(keys = []) {
  const provider = new ScriptedProvider(keys);
  await provider.start();
  return provider;
}

const OIDC = "/.well-known/openid-configuration";
const OAUTH = "/.well-known/oauth-authorization-server";

class ScriptedProvider {
  #server;
  #counts = new Map();
  #scripts = new Map();
  #held = new Set();

  constructor(keys) {
    this.keys = keys;
  }

  async start() {
    this.#server = createServer((request, response) => this.#answer(request, response));
    this.issuer = await listen(this.#server, 0);
  }

  /** How often a path was asked for. */
  count(path) {
    return this.#counts.get(path) ?? 0;
  }

  get discoveries() {
    return this.count(OIDC);
  }

  get keyFetches() {
    return this.count("/jwks");
  }

  /**
   * Scripts a path: an answer, or a function of the request that gives one.
   *
   * @param {string} path
   * @param {Answer | ((asked: { request, url: URL, body: string }) => Answer | Promise<Answer>)} answer
   * @typedef {object} Answer
   * @property {number} [status]
   * @property {object} [headers]
   * @property {unknown} [body] text and bytes as they are, anything else as JSON
   * @property {boolean} [hang] sends nothing, ever
   * @property {boolean} [reset] resets the connection
   * @property {number} [cut] breaks off after so many bytes of the body
   * @property {number} [drip] sends a byte of the body every so many milliseconds
   */
  on(path, answer) {
    this.#scripts.set(path, typeof answer === "function" ? answer : () => answer);
  }

  onKeys(answer) {
    this.on("/jwks", answer);
  }

  onDiscovery(answer) {
    this.on(OIDC, answer);
  }

  onAuthorizationServer(answer) {
    this.on(OAUTH, answer);
  }

  /** The good discovery document, with changes. */
  metadata(changes = {}) {
    return {
      issuer: this.issuer,
      jwks_uri: `${this.issuer}/jwks`,
      authorization_endpoint: `${this.issuer}/authorize`,
      token_endpoint: `${this.issuer}/token`,
      end_session_endpoint: `${this.issuer}/logout`,
      response_types_supported: ["code"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["ES256"],
      code_challenge_methods_supported: ["S256"],
      authorization_response_iss_parameter_supported: true,
      ...changes,
    };
  }

  /** Resolves when the next request for a path has come in. */
  async asked(path) {
    do await once(this.#server, "scripted-request"); while (!this.count(path));
  }

  /** Stops answering: connections are refused from now on. */
  async stop() {
    for (const response of this.#held) response.destroy();
    await close(this.#server);
  }

  async close() {
    await this.stop();
  }

  async #answer(request, response) {
    const url = new URL(request.url, this.issuer);
    this.#counts.set(url.pathname, this.count(url.pathname) + 1);
    this.#server.emit("scripted-request", url.pathname);
    const script = this.#scripts.get(url.pathname) ?? this.#good(url.pathname);
    const body = await readBody(request);
    const { status = 200, headers = {}, body: answer, ...fault } = await script({ request, url, body });
    if (fault.reset) return request.socket.resetAndDestroy();
    if (fault.hang) return this.#held.add(response);
    const origin = request.headers.origin ?? "*";
    response.writeHead(status, {
      "content-type": "application/json",
      "access-control-allow-origin": origin,
      ...headers,
    });
    const bytes = Buffer.from(isBytes(answer) ? answer : JSON.stringify(answer ?? {}));
    if (fault.cut === undefined && fault.drip === undefined) return response.end(bytes);
    if (fault.cut !== undefined) return response.write(bytes.subarray(0, fault.cut), () => response.destroy());
    this.#held.add(response);
    await drip(response, bytes, fault.drip);
  }

  #good(path) {
    if (path === OIDC) return () => ({ body: this.metadata() });
    if (path === "/jwks") return () => ({ body: { keys: this.keys } });
    return () => ({ status: 404, body: { error: "not_found" } });
  }
}

function isBytes(value) {
  return typeof value === "string" || value instanceof Buffer;
}

async function drip(response, bytes, millis) {
  for (const byte of bytes) {
    if (response.destroyed) return;
    response.write(Buffer.of(byte));
    await new Promise((resolve) => setTimeout(resolve, millis));
  }
  response.end();
}

async function readBody(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
