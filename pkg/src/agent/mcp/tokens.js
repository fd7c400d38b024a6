import { toAuthError } from "../../shared/errors.js";
import { authenticate } from "./client-authentication.js";

/**
 * The tokens for one MCP server. When a set is replaced, by whom and what ends it the core decides: once
 * for all callers and processes.
 */
export class Tokens {
  #record;
  #replace;
  /** The last replacement that failed without ending anything. */
  #failed;

  /**
   * @param {import("./record.js").Record} record
   * @param {(asked: object) => Promise<object>} replace asks the core
   */
  constructor(record, replace) {
    this.#record = record;
    this.#replace = replace;
  }

  /** What is held, and its generation. */
  read() {
    return this.#record.read();
  }

  /** Keeps what a sign-in brought. */
  async save(tokens) {
    await this.#record.change((held) => ({ ...held, generation: held.generation + 1, tokens }));
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
  async replace(generation, { endpoint, params, client, metadata, issuer }) {
    const headers = new Headers();
    const form = new URLSearchParams(params);
    await authenticate(client, metadata, headers, form);
    const authorization = headers.get("authorization");
    try {
      const held = await this.#replace({ key: this.#record.key, generation, endpoint: endpoint.href, authorization, body: form.toString(), issuer });
      this.#failed = undefined;
      return held;
    } catch (thrown) {
      const error = toAuthError(thrown);
      if (!error.sessionEnded) this.#failed = { generation, error };
      throw error;
    }
  }
}

export const REFRESH = "refresh_token";
