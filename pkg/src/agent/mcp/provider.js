import { AuthError } from "../../shared/errors.js";
import { Authorization, sameIssuer } from "./authorization.js";
import { authenticate } from "./client-authentication.js";
import { Record } from "./record.js";
import { REFRESH, Tokens } from "./tokens.js";

/**
 * The `OAuthClientProvider` of the MCP SDK, for one MCP server.
 *
 * The SDK would send a refresh token once for each call that is refused, and strict servers answer
 * the second time by ending the session. So it never gets one: it gets a name for the token set. When
 * it is about to send that, the core replaces the set, once for all callers and processes, and the SDK
 * reads the outcome in place of an answer.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/authorization
 */
export class McpAuthProvider {
  #options;
  #record;
  #tokens;
  #authorization = new Authorization();
  #discovered;
  /** The token set that each token request of a client credentials grant shall replace. */
  #replaces = new WeakMap();
  #stepsUp = false;
  /** A client that the issuer has forgotten. */
  #gone;
  /** The access tokens that the server has refused; none are known without our `fetch`. */
  #refusedTokens = [];
  /** The access tokens that the SDK was given, and gives back. */
  #given = [];

  /**
   * @param {import("./index.js").McpOptions & { store: object, fetch?: typeof fetch }} options
   * @param {(asked: object) => Promise<object>} replace has the core replace tokens
   */
  constructor(options, replace) {
    this.#options = options;
    const request = (...asked) => (options.fetch ?? fetch)(...asked);
    this.#record = new Record(options.store, new URL(options.server).href);
    this.#tokens = new Tokens(this.#record, replace);
    // The SDK takes some of these apart from the object.
    this.addClientAuthentication = this.addClientAuthentication.bind(this);
    this.fetch = async (input, init) => {
      const response = await request(input, init);
      const newer = response.status === 401 ? await this.#newer(input, init) : undefined;
      if (!newer) return this.#watch(response);
      await response.body?.cancel();
      return this.#watch(await request(input, newer));
    };
    if (options.grant === CREDENTIALS) this.prepareTokenRequest = this.#prepare.bind(this);
  }

  get redirectUrl() {
    return this.#options.grant === CREDENTIALS ? undefined : this.#options.redirectUrl;
  }

  get clientMetadataUrl() {
    return this.#options.clientMetadataUrl;
  }

  get clientMetadata() {
    const { grant, redirectUrl, scope, clientMetadata } = this.#options;
    const interactive = {
      redirect_uris: redirectUrl ? [String(redirectUrl)] : [],
      grant_types: ["authorization_code", REFRESH],
      response_types: ["code"],
    };
    return {
      ...(grant === CREDENTIALS ? { redirect_uris: [], grant_types: [CREDENTIALS] } : interactive),
      ...(scope?.length ? { scope: scope.join(" ") } : {}),
      ...clientMetadata,
    };
  }

  state() {
    return crypto.randomUUID();
  }

  async clientInformation() {
    const { client } = await this.#record.read();
    const { clientId, clientSecret, issuer } = this.#options;
    if (!clientId) return client;
    // A client that was registered by hand belongs to one issuer: the first that takes it, if none is named.
    return { client_id: clientId, client_secret: clientSecret, issuer: issuer ?? client?.issuer };
  }

  async saveClientInformation(client) {
    await this.#record.change((held) => {
      const { clientId } = this.#options;
      if (clientId) return held.client?.issuer ? undefined : { ...held, client: { client_id: clientId, issuer: client.issuer } };
      // The first registration with an issuer stays, since a page may be open that names it.
      const known = held.client && held.client.issuer && sameIssuer(held.client.issuer, client.issuer);
      return known ? undefined : { ...held, client };
    });
  }

  async tokens() {
    const { generation, tokens } = await this.#tokens.read();
    if (!tokens) return undefined;
    const { refresh_token, ...rest } = tokens;
    // A refresh never widens a scope, so whoever needs more has to ask the user.
    return refresh_token && !this.#stepsUp ? { ...rest, refresh_token: nameOf(generation) } : rest;
  }

  async saveTokens(tokens) {
    // What was replaced here comes back from the SDK; it is kept already, or has been replaced since.
    if (this.#given.includes(tokens.access_token)) return;
    this.#authorization.end();
    await this.#tokens.save(tokens);
  }

  saveCodeVerifier(verifier) {
    return this.#authorization.remember(verifier);
  }

  codeVerifier() {
    return this.#authorization.verifier;
  }

  async redirectToAuthorization(url) {
    const { generation, tokens, client } = await this.#record.read();
    // The SDK asks the user whenever a refresh fails. A network that fails is no reason to.
    const failure = tokens?.refresh_token && !this.#stepsUp && this.#tokens.failure(generation);
    if (failure) throw failure;
    if (this.#gone && url.searchParams.get("client_id") === this.#gone) throw gone();
    this.#stepsUp = false;
    // Flows side by side may each have registered; what is kept is one of them.
    if (client && !this.#options.clientId) url.searchParams.set("client_id", client.client_id);
    const { authorizationServerUrl: issuer, authorizationServerMetadata: metadata } = this.#discovered?.state ?? {};
    const server = {
      issuer: metadata?.issuer ?? issuer,
      mustName: metadata?.authorization_response_iss_parameter_supported === true,
    };
    if (this.#authorization.begin(url, server)) await this.#options.onAuthorize?.(url);
  }

  /**
   * The code in the callback of the page that was opened, for the transport's `finishAuth`.
   *
   * @param {string | URL} callback its whole address
   */
  authorizationCode(callback) {
    return this.#authorization.code(callback);
  }

  saveDiscoveryState(state) {
    this.#discovered = { state, at: performance.now() };
  }

  discoveryState() {
    const fresh = this.#discovered && performance.now() - this.#discovered.at < DISCOVERY_MILLIS;
    return fresh ? this.#discovered.state : undefined;
  }

  async addClientAuthentication(headers, params, url, metadata) {
    const issuer = this.#discovered?.state.authorizationServerUrl ?? metadata?.issuer;
    const client = await this.#client(issuer);
    const generation = params.get("grant_type") === REFRESH
      ? generationOf(params.get(REFRESH))
      : this.#replaces.get(params);
    if (generation === undefined) return authenticate(client, metadata, headers, params);
    const asked = { endpoint: new URL(url), params, client, metadata, issuer };
    const held = await this.#unrefused() ?? await this.#tokens.replace(generation, asked).catch((error) => this.#refused(error, client));
    if (!held.tokens) throw ended();
    // In place of the server's answer: the SDK fetches this address next, and reads it as one.
    url.href = `data:application/json,${encodeURIComponent(JSON.stringify(this.#give(held)))}`;
  }

  async invalidateCredentials(scope) {
    if (scope === "discovery" || scope === "all") this.#discovered = undefined;
    if (scope === "verifier" || scope === "all") this.#authorization.end();
    // A token set is dropped where the server's word about it is heard, and only if it is still held.
    if (scope === "client" || scope === "all") await this.#forgetClient();
  }

  /** What somebody else has got since the server refused a token here. */
  async #unrefused() {
    const held = await this.#tokens.read();
    const known = this.#refusedTokens.length > 0 && held.tokens;
    return known && !this.#refusedTokens.includes(held.tokens.access_token) ? held : undefined;
  }

  #give({ tokens: { refresh_token, issuer: _, ...answer }, generation }) {
    this.#given = [...this.#given.slice(-MAX_GIVEN), answer.access_token];
    return refresh_token ? { ...answer, refresh_token: nameOf(generation) } : answer;
  }

  async #refused(error, client) {
    if (["invalid_client", "unauthorized_client"].includes(error.oauth?.error) && !this.#options.clientId) {
      this.#gone = client.client_id;
      await this.#forgetClient();
    }
    throw error;
  }

  /** The issuer does not know the client any more; tokens of that client are worth nothing. */
  async #forgetClient() {
    const { client } = await this.#record.read();
    if (!client || this.#options.clientId) return;
    await this.#record.change((held) => (
      held.client?.client_id === client.client_id ? { ...held, client: undefined, tokens: undefined } : undefined
    ));
  }

  async #prepare(scope) {
    const params = new URLSearchParams({ grant_type: CREDENTIALS });
    if (scope) params.set("scope", scope);
    this.#replaces.set(params, (await this.#tokens.read()).generation);
    return params;
  }

  async #client(issuer) {
    const client = await this.clientInformation();
    if (client?.issuer && issuer && !sameIssuer(client.issuer, issuer)) throw elsewhere();
    const { assertion } = this.#options;
    return assertion && this.#options.clientId ? { ...client, assertion } : client;
  }

  /** The same request with the token that others have got since this one was sent. */
  async #newer(input, init) {
    const headers = new Headers(init?.headers);
    const { access_token } = (await this.#tokens.read()).tokens ?? {};
    const sent = headers.get("authorization");
    const ours = new URL(input).origin === new URL(this.#options.server).origin && sent?.startsWith("Bearer ");
    if (ours) this.#refusedTokens = [...this.#refusedTokens.slice(-MAX_GIVEN), sent.slice("Bearer ".length)];
    if (!ours || !access_token || sent === `Bearer ${access_token}`) return undefined;
    headers.set("authorization", `Bearer ${access_token}`);
    return { ...init, headers };
  }

  #watch(response) {
    const challenge = response.status === 403 ? response.headers.get("www-authenticate") : null;
    if (challenge && /\berror="?insufficient_scope\b/.test(challenge)) this.#stepsUp = true;
    return response;
  }
}

const CREDENTIALS = "client_credentials";
const DISCOVERY_MILLIS = 300_000;
const MAX_GIVEN = 16;
const NAME = "edgeward:generation:";

/** What the SDK gets for a refresh token. */
const nameOf = (generation) => `${NAME}${generation}`;

function generationOf(name) {
  const generation = name?.startsWith(NAME) ? Number(name.slice(NAME.length)) : NaN;
  if (!Number.isSafeInteger(generation)) throw ended();
  return generation;
}

function ended() {
  const message = "The session ended while the call was under way.";
  return new AuthError({ code: "session_changed", message, retryable: false, sessionEnded: true });
}

function gone() {
  const message = "The authorization server has forgotten the client; the next attempt registers it again.";
  return new AuthError({ code: "oauth_error", message, retryable: true, sessionEnded: true, oauth: { error: "invalid_client" } });
}

function elsewhere() {
  const message = "The metadata names another issuer than the configured one.";
  return new AuthError({ code: "discovery_issuer_mismatch", message, retryable: false, sessionEnded: false });
}
