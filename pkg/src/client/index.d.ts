import type {
  AccessToken,
  AuthEvent,
  AuthState,
  CallbackResult,
  ClientOptions as CoreOptions,
  Code,
  Session,
  SignInOptions,
  SignOutOptions,
} from "./glue.js";

export type {
  AccessToken,
  Algorithm,
  AuthEvent,
  AuthEventType,
  AuthState,
  CallbackResult,
  Code,
  Reason,
  Session,
  SignInOptions,
  SignOutOptions,
} from "./glue.js";

/** An error that an authorization server named (RFC 6749 §5.2). The texts are for developers. */
export interface OauthError {
  error: string;
  error_description?: string;
  error_uri?: string;
}

/**
 * A failure. `code` comes from a closed set to which codes are only ever added; the message holds
 * no secret.
 */
export class AuthError extends Error {
  private constructor();
  readonly name: "AuthError";
  readonly code: Code;
  /** The option, parameter or member that broke the rule. */
  readonly at?: string;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;
  /** Whether the user has to sign in again. */
  readonly sessionEnded: boolean;
  /** The status of the server's answer, if there was one. */
  readonly status?: number;
  readonly oauth?: OauthError;
}

/**
 * Whether a value is an `AuthError`, also if another copy of the package made it.
 *
 * @example
 * if (isAuthError(error, "session_expired")) await auth.signIn();
 */
export function isAuthError<C extends Code = Code>(value: unknown, code?: C): value is AuthError & { readonly code: C };

/** A value, or why there is none. */
export type Result<T> = { ok: true; data: T } | { ok: false; error: AuthError };

export interface ClientOptions extends CoreOptions {
  /** Whether failures are given as results or thrown. Default: `result`. */
  errors?: "result" | "throw";
}

/** What a method gives: a result, or with `errors: "throw"` the value itself. */
export type Outcome<T, E> = E extends "throw" ? T : Result<T>;

/** A client of one issuer. All methods may be called at any time, also side by side. */
export interface Client<E extends "result" | "throw" = "result"> {
  /** Loads the core ahead of its first use. Rejects with an `AuthError`. */
  ready(): Promise<void>;

  /** Whether somebody is signed in, as far as it is known at this moment. The object changes only when the state does. */
  readonly state: AuthState;

  /**
   * Sends the page to the issuer (authorization code with PKCE). The promise resolves while the
   * page is being left.
   *
   * @example
   * button.onclick = () => auth.signIn({ appState: { returnTo: location.pathname } });
   */
  signIn(options?: SignInOptions): Promise<Outcome<void, E>>;

  /**
   * Completes the sign-in on the page of `redirectUri`. A second call for the same answer gives the
   * same result, and an address that is no answer to this client gives `{ kind: "none" }` and stays
   * as it is.
   *
   * @param url the address, if it is not the page's own
   */
  handleCallback(url?: string): Promise<Outcome<CallbackResult, E>>;

  /** Who is signed in. */
  getSession(): Promise<Session | null>;

  /** The access token, while it is fresh. Fails with `session_missing` or `session_expired`. */
  getAccessToken(): Promise<Outcome<AccessToken, E>>;

  /**
   * As the global `fetch`, with the access token. Rejects with an `AuthError`: `origin_not_allowed`
   * if the origin is not among `apiOrigins`, or as `getAccessToken()`.
   */
  fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response>;

  /**
   * Ends the session here at once, then revokes its tokens and leaves for the issuer's sign-out
   * page, where it offers these.
   */
  signOut(options?: SignOutOptions): Promise<Outcome<void, E>>;

  /**
   * Tells of every change, and first of all the state (`initial`), exactly once. Listeners run
   * after the change, outside of the client, and may call it.
   *
   * @returns a function that removes the listener
   */
  onAuthStateChange(listener: (event: AuthEvent) => void | Promise<void>): () => void;
}

/**
 * Makes a client. Cheap and synchronous: the core is loaded when it is first needed, and wrong
 * options show then, as `config_invalid`.
 *
 * @example
 * const auth = createClient({
 *   issuer: "https://id.example",
 *   clientId: "spa",
 *   redirectUri: `${location.origin}/callback`,
 *   apiOrigins: ["https://api.example"],
 * });
 */
export function createClient(options: ClientOptions & { errors: "throw" }): Client<"throw">;
export function createClient(options: ClientOptions & { errors?: "result" }): Client;
