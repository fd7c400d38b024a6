import type { Code, Verified, VerifierOptions as CoreOptions } from "./glue.js";

export type { Algorithm, Code, TokenType, Verified, VerifiedHeader } from "./glue.js";

/**
 * A failure. `code` comes from a closed set to which codes are only ever added; the message holds
 * no secret.
 */
export class AuthError extends Error {
  private constructor();
  readonly name: "AuthError";
  readonly code: Code;
  /** The option, claim or member that broke the rule. */
  readonly at?: string;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;
  /** Whether the user has to sign in again. */
  readonly sessionEnded: boolean;
}

/** Whether a value is an `AuthError`, also if another copy of the package made it. */
export function isAuthError<C extends Code = Code>(value: unknown, code?: C): value is AuthError & { readonly code: C };

/** A value, or why there is none. */
export type Result<T> = { ok: true; data: T } | { ok: false; error: AuthError };

export interface VerifierOptions extends CoreOptions {
  /** The shared secret of HS256, HS384 and HS512: bytes, or a text that is read as UTF-8. */
  secret?: string | Uint8Array;
}

/** Verifies the tokens of one issuer. */
export interface Verifier {
  /** Loads the core ahead of its first use. Rejects with an `AuthError`. */
  ready(): Promise<void>;

  /** Verifies a token; fetches the issuer's keys when they are needed. */
  verify(token: string): Promise<Result<Verified>>;

  /**
   * Verifies a token at once, with `jwks`, with `secret`, or with keys that `verify()` has loaded;
   * fails with `keys_not_loaded` otherwise. In browsers, Bun and Deno, await `ready()` once before.
   */
  verifySync(token: string): Result<Verified>;
}

/**
 * Makes a verifier. Cheap and synchronous: the core is loaded when it is first needed, and wrong
 * options show then, as `config_invalid`.
 *
 * @example
 * const verifier = createVerifier({
 *   issuer: "https://id.example",
 *   audience: "https://api.example",
 *   algorithms: ["ES256"],
 * });
 * const result = await verifier.verify(token);
 * if (!result.ok) return new Response(result.error.code, { status: 401 });
 */
export function createVerifier(options: VerifierOptions): Verifier;
