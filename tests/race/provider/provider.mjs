/**
 * An authorization server on loopback that rotates strictly, does wrong what a test tells it to,
 * and remembers who asked for what.
 */
import { createServer } from "node:http";
import { createHash, randomBytes } from "node:crypto";
import { close, listen } from "../../../examples/spa/lib/listen.mjs";
import { makeKey, now, sign } from "../../support/tokens.mjs";
import { Families, STRICT } from "./families.mjs";
import { gotrue } from "./gotrue.mjs";

/** How long an answer of the token endpoint takes. */
export const LATENCY = 150;
const LIFETIME = 3600;
const DEVICE = "urn:ietf:params:oauth:grant-type:device_code";
/** What pages may read of an answer. `Date` tells them the server's clock. */
const CORS = {
  "access-control-allow-origin": "*",
  "access-control-allow-headers": "*, authorization",
  "access-control-allow-methods": "*",
  "access-control-expose-headers": "*, date, retry-after",
  "access-control-max-age": "600",
};

/**
 * Starts it.
 *
 * @param {{ after(stop: () => unknown): void }} end
 * @param {object} [o]
 * @param {import("./families.mjs").Policy} [o.policy]
 * @param {number} [o.latency] of the token endpoint, in milliseconds
 * @param {string} [o.alg] of its signatures
 */
export async function startFaultProvider(end, { policy = STRICT, latency = LATENCY, alg = "ES256" } = {}) {
  const provider = new FaultProvider(await makeKey(alg, "key-1"), policy, latency);
  await provider.start();
  end.after(() => provider.close());
  return provider;
}

export class FaultProvider {
  #server = createServer((request, response) => this.#serve(request, response));
  #codes = new Map();
  #fault = { times: 0 };
  #asked = [];

  constructor(key, policy, latency) {
    this.key = key;
    this.latency = latency;
    this.families = new Families(policy);
    /** Who signs in next. */
    this.subject = "ada";
    /** Lifetime of access tokens that refreshing gives, and of those that a sign-in gives, in seconds. */
    this.lifetime = LIFETIME;
    this.firstLifetime = LIFETIME;
    /** Every token request: `{ at, grant, outcome, generation, family, delivered }`. */
    this.requests = [];
    /** Every token that was handed to the revocation endpoint. */
    this.revocations = [];
  }

  async start() {
    this.issuer = await listen(this.#server, 0);
  }

  close() {
    return close(this.#server);
  }

  /** Lets the next so many token requests meet a fault, or all until `heal()`. */
  fail(fault, times = Infinity) {
    this.#fault = { ...fault, times };
  }

  heal() {
    this.#fault = { times: 0 };
  }

  /** The requests that presented a refresh token. */
  get refreshes() {
    return this.requests.filter(({ grant }) => grant === "refresh_token");
  }

  /** Resolves as soon as so many refresh requests have come in. */
  async asked(count) {
    while (this.refreshes.length < count) await new Promise((resolve) => this.#asked.push(resolve));
  }

  /** A session as if somebody had signed in, for clients whose storage a test can fill. */
  async session(clientId, { lifetime = -60, issuer = this.issuer } = {}) {
    const token = this.families.begin(this.subject, clientId);
    return { issuer: this.issuer, clientId, subject: this.subject, ...(await this.#tokens(token, { lifetime, issuer })) };
  }

  async #serve(request, response) {
    const url = new URL(request.url, this.issuer);
    const body = await read(request);
    const send = (status, headers, text) => {
      // A kept connection that dies is retried by browsers unseen: what is counted would not be what clients do.
      response.writeHead(status, { ...CORS, connection: "close", "cache-control": "no-store", ...headers });
      response.end(text);
    };
    const json = (status, value) => send(status, { "content-type": "application/json" }, JSON.stringify(value));
    if (request.method === "OPTIONS") return send(204, {}, "");
    const exchange = { request, response, url, body, send, json, pause: (millis) => pause(millis, response) };
    const route = this.#routes()[url.pathname];
    if (!route) return json(404, { error: "not_found" });
    await route(exchange);
  }

  #routes() {
    const token = (issuer) => (exchange) => this.#token(exchange, readForm(exchange.body), issuer, oauthAnswer);
    return {
      "/.well-known/openid-configuration": ({ json }) => json(200, this.#metadata()),
      "/.well-known/oauth-authorization-server": ({ json }) => json(200, this.#metadata()),
      "/jwks": ({ json }) => json(200, { keys: [this.key.jwk] }),
      "/authorize": (exchange) => this.#authorize(exchange),
      "/token": token(this.issuer),
      // Auth0's clients know these addresses by heart, and their issuer by its stroke at the end.
      "/oauth/token": token(`${this.issuer}/`),
      "/device": (exchange) => this.#device(exchange),
      "/revoke": ({ body, json }) => json(200, this.#revoke(readForm(body).token) ?? {}),
      "/logout": ({ url, send }) => send(302, { location: url.searchParams.get("post_logout_redirect_uri") ?? "/jwks" }, ""),
      ...gotrue(this, (exchange, form, answer) => this.#token(exchange, form, this.issuer, answer)),
    };
  }

  #metadata() {
    const at = (path) => `${this.issuer}${path}`;
    return {
      issuer: this.issuer,
      authorization_endpoint: at("/authorize"),
      token_endpoint: at("/token"),
      revocation_endpoint: at("/revoke"),
      end_session_endpoint: at("/logout"),
      device_authorization_endpoint: at("/device"),
      jwks_uri: at("/jwks"),
      response_types_supported: ["code"],
      subject_types_supported: ["public"],
      grant_types_supported: ["authorization_code", "refresh_token", DEVICE],
      token_endpoint_auth_methods_supported: ["none"],
      id_token_signing_alg_values_supported: [this.key.alg],
      code_challenge_methods_supported: ["S256"],
      authorization_response_iss_parameter_supported: true,
    };
  }

  /** Everybody is signed in here and agrees to everything. */
  #authorize({ url, send }) {
    const asked = Object.fromEntries(url.searchParams);
    const code = randomBytes(16).toString("base64url");
    this.#codes.set(code, { ...asked, subject: this.subject });
    const back = new URL(asked.redirect_uri);
    for (const [name, value] of [["code", code], ["state", asked.state], ["iss", this.issuer]]) back.searchParams.set(name, value);
    send(302, { location: back.href }, "");
  }

  /** Whatever device asks, somebody has agreed already. */
  #device({ body, json }) {
    const device_code = randomBytes(16).toString("base64url");
    this.#codes.set(device_code, { client_id: readForm(body).client_id, subject: this.subject });
    const page = `${this.issuer}/activate`;
    json(200, { device_code, user_code: "ABCD-EFGH", verification_uri: page, verification_uri_complete: `${page}?user_code=ABCD-EFGH`, expires_in: 60, interval: 1 });
  }

  /** The token endpoint; `answer` shapes what it says. */
  async #token(exchange, form, issuer, answer) {
    const entry = { at: performance.now(), grant: form.grant_type, outcome: "failed", delivered: false };
    const presented = this.families.find(form.refresh_token);
    Object.assign(entry, { generation: presented?.generation, family: presented?.family.number });
    this.requests.push(entry);
    for (const wake of this.#asked.splice(0)) wake();
    const fault = this.#fault.times-- > 0 ? this.#fault : {};
    await exchange.pause(this.latency / 2);
    if (await fault.before?.(exchange)) return;
    if (exchange.response.destroyed) return void (entry.outcome = "gone");
    const { outcome, token } = this.#grant(form);
    entry.outcome = outcome;
    await exchange.pause(this.latency / 2);
    if (await fault.after?.(exchange)) return;
    exchange.response.on("finish", () => (entry.delivered = true));
    if (!token) return answer.refuse(exchange, outcome);
    const lifetime = entry.grant === "refresh_token" ? this.lifetime : this.firstLifetime;
    answer.give(exchange, await this.#tokens(token, { lifetime, issuer }));
  }

  #grant(form) {
    if (form.grant_type === "refresh_token") {
      const { outcome, next } = this.families.use(form.refresh_token, performance.now());
      return { outcome, token: next };
    }
    return form.grant_type === DEVICE ? this.#activate(form) : this.#exchange(form);
  }

  #activate({ device_code, client_id }) {
    const asked = this.#codes.get(device_code);
    this.#codes.delete(device_code);
    if (asked?.client_id !== client_id) return { outcome: "refused" };
    return { outcome: "signed_in", token: this.families.begin(asked.subject, client_id) };
  }

  #exchange({ code, code_verifier, client_id, redirect_uri }) {
    const asked = this.#codes.get(code);
    this.#codes.delete(code);
    const challenge = createHash("sha256").update(code_verifier ?? "").digest("base64url");
    if (asked?.code_challenge !== challenge || asked.client_id !== client_id || asked.redirect_uri !== redirect_uri) {
      return { outcome: "refused" };
    }
    const token = this.families.begin(asked.subject, client_id);
    return { outcome: "signed_in", token: Object.assign(token, { nonce: asked.nonce }) };
  }

  #revoke(value) {
    this.revocations.push(value);
    this.families.revoke(value);
  }

  async #tokens(token, { lifetime, issuer }) {
    const { subject, client } = token.family;
    const iat = now() + Math.min(0, lifetime);
    const exp = now() + lifetime;
    const common = { iss: issuer, sub: subject, iat, exp, jti: randomBytes(8).toString("hex") };
    return {
      access_token: await sign(this.key, { ...common, aud: "https://api.example", client_id: client, generation: token.generation, family: token.family.number }, { typ: "at+jwt" }),
      id_token: await sign(this.key, { ...common, aud: client, exp: now() + LIFETIME, ...(token.nonce && { nonce: token.nonce }) }),
      refresh_token: token.value,
      token_type: "Bearer",
      expires_in: lifetime,
      scope: "openid profile email offline_access",
    };
  }
}

const oauthAnswer = {
  give: ({ json }, tokens) => json(200, tokens),
  refuse: ({ json }) => json(400, { error: "invalid_grant" }),
};

const readForm = (body) => Object.fromEntries(new URLSearchParams(body));

async function read(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

/** Waits, but no longer than the caller does. */
function pause(millis, response) {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      response.off("close", done);
      resolve();
    };
    const timer = setTimeout(done, response.destroyed ? 0 : millis);
    response.on("close", done);
  });
}
