import { AuthError } from "../../shared/errors.js";
import { authenticate } from "./client-authentication.js";

/**
 * The tokens for one MCP server. A token set is replaced by one request, however many callers and
 * processes find it refused: the first asks, the others get what it got.
 */
export class Tokens {
  #record;
  #fetch;
  /** The replacements under way, by the generation that they replace. */
  #underWay = new Map();
  /** The last replacement that failed without ending anything. */
  #failed;

  /** @param {import("./record.js").Record} record @param {typeof fetch} fetch */
  constructor(record, fetch) {
    this.#record = record;
    this.#fetch = fetch;
  }

  /** What is held, and its generation. */
  read() {
    return this.#record.read();
  }

  /** Keeps what a sign-in brought. */
  async save(tokens) {
    await this.#record.change((held) => ({ ...held, generation: held.generation + 1, tokens }));
  }

  /** Forgets a token set, if it is still the one that is held. */
  async drop(generation) {
    await this.#record.change((held) => (
      held.tokens && held.generation === generation ? { ...held, tokens: undefined } : undefined
    ));
  }

  /**
   * Why the token set `generation` could not be replaced, although it is still good for another attempt.
   *
   * @param {number} generation
   */
  failure(generation) {
    return this.#failed?.generation === generation ? this.#failed.error : undefined;
  }

  /**
   * Replaces the token set `generation` with the grant in `asked`.
   *
   * @param {number} generation
   * @param {{ endpoint: URL, params: URLSearchParams, client: object, metadata?: object, issuer: string }} asked
   * @returns {Promise<import("./record.js").Held>} what is held afterwards
   */
  replace(generation, asked) {
    const sharing = this.#underWay.get(generation);
    if (sharing) return sharing;
    const running = this.#record
      .alone(() => this.#replaceAlone(generation, asked))
      .then((held) => this.#succeeded(held), (error) => this.#note(generation, error))
      .finally(() => this.#underWay.delete(generation));
    this.#underWay.set(generation, running);
    return running;
  }

  async #replaceAlone(generation, asked) {
    const held = await this.#record.read();
    const params = new URLSearchParams(asked.params);
    const refreshes = params.get("grant_type") === REFRESH;
    // Somebody else has replaced it, or ended it.
    if (held.generation !== generation || (refreshes && !held.tokens)) return held;
    if (refreshes) params.set("refresh_token", held.tokens.refresh_token);
    const answer = await this.#ask(asked, params);
    if (answer.error !== undefined) return this.#refused(generation, answer);
    return this.#record.change((current) => (
      // What was ended meanwhile stays ended.
      current.generation === generation && Boolean(current.tokens) === Boolean(held.tokens)
        ? { ...current, generation: generation + 1, tokens: { ...kept(held), ...answer, issuer: asked.issuer } }
        : undefined
    ));
  }

  async #ask({ endpoint, client, metadata }, params) {
    const headers = new Headers({ "content-type": "application/x-www-form-urlencoded", accept: "application/json" });
    await authenticate(client, metadata, headers, params);
    let response, text;
    try {
      const signal = AbortSignal.timeout(REQUEST_MILLIS);
      response = await this.#fetch(endpoint, { method: "POST", headers, body: params, redirect: "manual", signal });
      text = await response.text();
    } catch (cause) {
      throw failure(cause?.name === "TimeoutError" ? "network_timeout" : "network_failed", undefined, cause);
    }
    const body = parsed(text);
    if (response.ok && typeof body?.access_token === "string") return body;
    if (response.status === 429) throw failure("server_rate_limited", response.status);
    if (response.status < 500 && typeof body?.error === "string") return body;
    throw failure(response.ok ? "response_invalid" : "server_unavailable", response.status);
  }

  /** Only the server's own word ends a token set, and only the one that was sent. */
  async #refused(generation, { error, error_description }) {
    let held = await this.#record.read();
    if (error === "invalid_grant" && held.generation === generation) {
      // A process that went on without the lock may be about to commit.
      await new Promise((resolve) => setTimeout(resolve, SECOND_LOOK_MILLIS));
      held = await this.#record.read();
    }
    if (held.generation !== generation) return held;
    if (error === "invalid_grant") await this.drop(generation);
    throw new AuthError({
      code: error === "invalid_grant" ? "invalid_grant" : "oauth_error",
      message: MESSAGES[error === "invalid_grant" ? "invalid_grant" : "oauth_error"],
      retryable: false, sessionEnded: error === "invalid_grant", oauth: { error, error_description },
    });
  }

  #succeeded(held) {
    this.#failed = undefined;
    return held;
  }

  #note(generation, error) {
    if (!error.sessionEnded) this.#failed = { generation, error };
    throw error;
  }
}

export const REFRESH = "refresh_token";
const REQUEST_MILLIS = 10_000;
const SECOND_LOOK_MILLIS = 250;

const MESSAGES = {
  network_failed: "The network failed.",
  network_timeout: "The server did not answer in time.",
  server_rate_limited: "The server asked to slow down.",
  server_unavailable: "The server failed.",
  response_invalid: "The answer is not what the protocol prescribes.",
  invalid_grant: "The grant is no longer valid.",
  oauth_error: "The authorization server answered with an OAuth error.",
};

function failure(code, status, cause) {
  return new AuthError({ code, message: MESSAGES[code], retryable: true, sessionEnded: false, status }, { cause });
}

/** A server that names no new refresh token leaves the old one good. */
function kept({ tokens }) {
  return tokens?.refresh_token ? { refresh_token: tokens.refresh_token } : {};
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
