import type { Result } from "../client/index.js";
import type { Api } from "./operations.js";

export { AuthError, isAuthError } from "../client/index.js";
export type { Code, Outcome, Result } from "../client/index.js";
export type * from "./operations.js";

/** Whatever gives access tokens: a client of this package, an agent's session. */
export interface TokenSource {
  getAccessToken(options?: { signal?: AbortSignal }): Promise<Result<{ token: string }> | { token: string }>;
}

export interface ApiOptions {
  /** The authority, such as `https://auth.example`. */
  url: string;
  /** Whose access token says who calls. Without `client` and `token`, the page's session cookie does. */
  client?: TokenSource;
  /** An API token, an agent's token, an access token; or what gives one whenever it is needed. */
  token?: string | (() => string | null | undefined | Promise<string | null | undefined>);
  /** Takes the place of the global `fetch`. */
  fetch?: typeof fetch;
  /** Whether failures are given as results or thrown. Default: `result`. */
  errors?: "result" | "throw";
}

/** What is told with a call beside its arguments. */
export interface CallOptions {
  /** How the call is given up: it fails with `aborted`. */
  signal?: AbortSignal;
  /** Under the same key, the same change within 24 hours happens once and gives the same answer. */
  idempotencyKey?: string;
}

/**
 * The operations of an authority as methods. Nothing is sent before a method is called.
 *
 * Methods fail with an `AuthError` whose `code` is among those that they name, `invalid_parameters`, those of
 * the credential, those of the network, and `store_unavailable` with `retryAfterMs`.
 *
 * @throws {AuthError} `config_invalid`: `url` is no address
 *
 * @example
 * const api = createApi({ url: "https://auth.example", client: auth, errors: "throw" });
 * const { token } = await api.tokens.create({ name: "build server", scopes: ["skills:read"] });
 */
export function createApi(options: ApiOptions & { errors: "throw" }): Api<"throw">;
export function createApi(options: ApiOptions & { errors?: "result" }): Api;
