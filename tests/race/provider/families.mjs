/** Refresh tokens as a strict authorization server keeps them: rotated at each use, and a family dies of reuse. */
import { randomBytes } from "node:crypto";

/**
 * How a token is answered that was used already (RFC 9700 §4.14.2):
 * `strict` kills the family; `grace` gives it one more successor while the window is open;
 * `replay` gives the very successor that it had while the window is open and that one is unused.
 *
 * @typedef {{ reuse: "strict" | "grace" | "replay", windowMillis: number }} Policy
 */
export const STRICT = { reuse: "strict", windowMillis: 0 };
export const GRACE = { reuse: "grace", windowMillis: 10_000 };
export const REPLAY = { reuse: "replay", windowMillis: 10_000 };

export class Families {
  #tokens = new Map();
  all = [];

  /** @param {Policy} policy */
  constructor(policy) {
    this.policy = policy;
  }

  /** Begins a family, at generation 0. */
  begin(subject, client) {
    const family = { number: this.all.length, subject, client, alive: true };
    this.all.push(family);
    return this.#mint(family, 0);
  }

  /** What is known of a token, alive or not. */
  find(value) {
    return this.#tokens.get(value);
  }

  /** Every token that was ever given out. */
  values() {
    return [...this.#tokens.keys()];
  }

  /** Whether a use of the token would bring a successor, by the strictest rule. */
  isCurrent(value) {
    const token = this.find(value);
    return token !== undefined && token.family.alive && token.usedAt === undefined;
  }

  /**
   * Uses a token.
   *
   * @param {string} value
   * @param {number} now in milliseconds, of a clock that does not jump
   * @returns {{ outcome: "rotated" | "replayed" | "reused" | "revoked" | "unknown", token?: object, next?: object }}
   */
  use(value, now) {
    const token = this.find(value);
    if (!token) return { outcome: "unknown" };
    if (!token.family.alive) return { outcome: "revoked", token };
    if (token.usedAt === undefined) return { outcome: "rotated", token, next: this.#rotate(token, now) };
    const { reuse, windowMillis } = this.policy;
    if (reuse !== "strict" && now - token.usedAt <= windowMillis) {
      if (reuse === "grace") return { outcome: "replayed", token, next: this.#mint(token.family, token.generation + 1) };
      if (token.next.usedAt === undefined) return { outcome: "replayed", token, next: token.next };
    }
    token.family.alive = false;
    return { outcome: "reused", token };
  }

  /** Revokes the family of a token. */
  revoke(value) {
    const token = this.find(value);
    if (token) token.family.alive = false;
  }

  #rotate(token, now) {
    token.usedAt = now;
    token.next = this.#mint(token.family, token.generation + 1);
    return token.next;
  }

  #mint(family, generation) {
    const token = { value: `rt-${randomBytes(16).toString("base64url")}`, family, generation, usedAt: undefined };
    this.#tokens.set(token.value, token);
    return token;
  }
}
