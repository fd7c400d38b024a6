import { AuthError } from "../shared/errors.js";
import { SessionMcpProvider } from "./mcp/session-provider.js";

/**
 * Sessions of agents: each has a token of its own, narrower and shorter than what its maker has, and
 * ends when its time is over, whatever the server gave.
 */
export class Agents {
  #call;
  #client;

  /**
   * @param {(method: string, asked: object) => Promise<any>} call asks the core
   * @param {{ issuer: string, clientId: string }} client
   */
  constructor(call, client) {
    this.#call = call;
    this.#client = client;
  }

  /** Begins a session, with its first token: what is wider than its maker fails here. */
  async create({ ttlSeconds, metadata = {}, signal, ...asked } = {}) {
    if (!Number.isInteger(ttlSeconds) || ttlSeconds < 1 || ttlSeconds > MAX_TTL_SECONDS) throw invalid("ttlSeconds");
    const session = new AgentSession(this.#call, this.#client, { ...asked, ttlSeconds }, kept(metadata));
    try {
      await session.getAccessToken({ signal });
    } catch (error) {
      // Nobody gets to know the session; its token may still come.
      session.end();
      throw error;
    }
    return session;
  }
}

/** One session of an agent. */
class AgentSession {
  id = crypto.randomUUID();
  metadata;
  expiresAt;
  #call;
  #client;
  #asked;
  #ends;
  #token;
  #asking;
  #ended = false;

  constructor(call, client, asked, metadata) {
    this.#call = call;
    this.#client = client;
    this.#asked = asked;
    this.metadata = metadata;
    this.expiresAt = Date.now() + asked.ttlSeconds * 1000;
    this.#ends = performance.now() + asked.ttlSeconds * 1000;
  }

  /** A token that is good for a moment at least; rejects with `session_expired` when the session is over. */
  async getAccessToken({ forceRefresh = false, signal } = {}) {
    if (signal?.aborted) throw aborted();
    const now = performance.now();
    if (this.#ended || now >= this.#ends) throw over();
    const known = this.#token;
    if (known && now < known.until && (!forceRefresh || now - known.asked < SHARED_MILLIS)) return known.token;
    this.#asking ??= this.#exchange().finally(() => (this.#asking = undefined));
    const token = await unlessAborted(this.#asking, signal);
    if (this.#ended) throw over();
    return token;
  }

  /** For Convex: never throws, and gives null when the session is over. */
  asTokenFetcher() {
    return ({ forceRefreshToken = false } = {}) =>
      this.getAccessToken({ forceRefresh: forceRefreshToken }).then(({ token }) => token, () => this.#left()?.token ?? null);
  }

  /** For the MCP SDK: as the client's own, with the tokens of this session. */
  asMcpAuthProvider() {
    return new SessionMcpProvider(this.#client, async ({ force }) => (await this.getAccessToken({ forceRefresh: force })).token);
  }

  /** Ends the session, and has its token revoked where the server does that. A second call does nothing. */
  async end() {
    if (this.#ended) return;
    this.#ended = true;
    const left = this.#token?.token;
    this.#token = undefined;
    await Promise.allSettled([left && this.#revoke(left), this.#asking]);
  }

  /** A token for all who wait for one: none of them can stop it. */
  async #exchange() {
    const asked = performance.now();
    const left = Math.max(1, Math.floor((this.#ends - asked) / 1000));
    const token = await this.#call("exchangeToken", { actor: "self", ...this.#asked, ttlSeconds: left });
    if (this.#ended) {
      await this.#revoke(token);
      throw over();
    }
    const lifetime = token.expiresAt === null ? Infinity : token.expiresAt - Date.now();
    const end = Math.min(asked + lifetime, this.#ends);
    // A token that lives for seconds only would otherwise never be good.
    this.#token = { token, asked, end, until: end - Math.min(MARGIN_MILLIS, (end - asked) / 2) };
    return token;
  }

  async #revoke({ token }) {
    await this.#call("revokeToken", { token, kind: "access_token" }).catch(() => {});
  }

  /** The token, while it has not expired. */
  #left() {
    return !this.#ended && this.#token && performance.now() < this.#token.end ? this.#token.token : undefined;
  }
}

const MAX_TTL_SECONDS = 86_400;
const MAX_METADATA_BYTES = 8 * 1024;
/** How long before its end a token is replaced. */
const MARGIN_MILLIS = 10_000;
/** How long a token that was forced is given to whoever forces another. */
const SHARED_MILLIS = 10_000;

/** A copy that nobody changes, of what goes through JSON. */
function kept(metadata) {
  let text;
  try {
    text = JSON.stringify(metadata);
  } catch {
    // Falls through: it is no JSON.
  }
  if (!text?.startsWith("{") || new TextEncoder().encode(text).length > MAX_METADATA_BYTES) throw invalid("metadata");
  return JSON.parse(text, (_, value) => (typeof value === "object" ? Object.freeze(value) : value));
}

function invalid(at) {
  const message = `A parameter is missing or has an impossible value. (${at})`;
  return new AuthError({ code: "invalid_parameters", at, message, retryable: false, sessionEnded: false });
}

/** Waits for what others wait for as well, until the caller gives up. */
async function unlessAborted(work, signal) {
  let abort;
  const left = new Promise((_, reject) => signal?.addEventListener("abort", (abort = () => reject(aborted()))));
  try {
    return await Promise.race([work, left]);
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}

function aborted() {
  return new AuthError({ code: "aborted", message: "The caller cancelled the call.", retryable: true, sessionEnded: false });
}

function over() {
  return new AuthError({ code: "session_expired", message: "The session has expired.", retryable: false, sessionEnded: true });
}
