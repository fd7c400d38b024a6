import type {
  AccessToken,
  AccessTokenOptions,
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
  AccessTokenOptions,
  Algorithm,
  AuthEvent,
  AuthEventType,
  AuthState,
  CallbackResult,
  Code,
  Origin,
  Reason,
  Session,
  SignInOptions,
  SignOutOptions,
} from "./glue.js";

/**
 * An error that an authorization server named (RFC 6749 §5.2). The texts are for developers.
 *
 * @example
 * if (isAuthError(error, "oauth_error")) console.warn(error.oauth?.error, error.oauth?.error_description);
 */
export interface OauthError {
  error: string;
  error_description?: string;
  error_uri?: string;
}

/**
 * A failure. `code` comes from a closed set to which codes are only ever added; the message holds
 * no secret.
 *
 * @example
 * const result = await auth.getAccessToken();
 * if (!result.ok && result.error.retryable) setTimeout(retry, result.error.retryAfterMs ?? 1_000);
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
  /** How long the server wants to be left alone. */
  readonly retryAfterMs?: number;
  /** The address of what is written about the code. */
  readonly docs: string;
  readonly oauth?: OauthError;
}

/**
 * Whether a value is an `AuthError`, also if another copy of the package made it.
 *
 * @example
 * if (isAuthError(error, "session_expired")) await auth.signIn();
 */
export function isAuthError<C extends Code = Code>(value: unknown, code?: C): value is AuthError & { readonly code: C };

/**
 * A value, or why there is none.
 *
 * @example
 * const result: Result<AccessToken> = await auth.getAccessToken();
 * if (result.ok) show(result.data.token);
 * else show(result.error.code);
 */
export type Result<T> = { ok: true; data: T } | { ok: false; error: AuthError };

/**
 * Where the session is kept. Every method may be asynchronous. Without `compareAndSwap` it is made of
 * the others under a lock; without `subscribe`, what other tabs do is heard of by a channel of the
 * site's own; without `lock`, the platform's locks serve.
 *
 * @example
 * const texts = new Map<string, string>();
 * const storage: StorageAdapter = {
 *   get: (key) => texts.get(key),
 *   set: (key, value) => void texts.set(key, value),
 *   remove: (key) => void texts.delete(key),
 * };
 * const auth = createClient({ issuer, clientId, redirectUri, storage });
 */
export interface StorageAdapter {
  get(key: string): string | null | undefined | Promise<string | null | undefined>;
  set(key: string, value: string): void | Promise<void>;
  remove(key: string): void | Promise<void>;
  keys?(prefix: string): string[] | Promise<string[]>;
  /** Writes `next` (null: removes) if the text is `expected` (null: there is none). */
  compareAndSwap?(key: string, expected: string | null, next: string | null): boolean | Promise<boolean>;
  /** Calls the listener when somebody else changes the text; gives a function that ends it. */
  subscribe?(key: string, listener: () => void): (() => void) | Promise<() => void>;
  /** Takes a lock over all tabs or processes; gives a function that releases it. */
  lock?(name: string, options: { signal: AbortSignal }): Promise<() => void | Promise<void>>;
}

/**
 * What was done and how it ended; never what was sent, read or written.
 *
 * @example
 * const logger = ({ effect, outcome, millis }: LogLine) => console.debug(effect, outcome, `${millis} ms`);
 */
export interface LogLine {
  effect: string;
  /** `ok`, or a code. */
  outcome: string;
  millis: number;
}

/**
 * How to reach the issuer, and what of the place the client uses.
 *
 * @example
 * const options: ClientOptions = { issuer, clientId: "spa", redirectUri, storage: "auto", apiOrigins: ["https://api.example"] };
 */
export interface ClientOptions extends CoreOptions {
  /**
   * Where the session is kept: in this tab over reloads (`session`), for the site over restarts
   * (`local`, `indexeddb`; `auto` takes the better one), for the page's life (`memory`), or in an
   * adapter. Default: `session` in a page, `memory` elsewhere.
   */
  storage?: "auto" | "session" | "local" | "indexeddb" | "memory" | StorageAdapter;
  /** Takes the place of the global `fetch`. */
  fetch?: typeof fetch;
  /** Takes the place of the clocks, in milliseconds. */
  clock?: { now?(): number; monotonic?(): number };
  logger?(line: LogLine): void;
  /** Whether failures are given as results or thrown. Default: `result`. */
  errors?: "result" | "throw";
}

/**
 * What a method gives: a result, or with `errors: "throw"` the value itself.
 *
 * @example
 * const token: Outcome<AccessToken, "throw"> = await createClient({ ...options, errors: "throw" }).getAccessToken();
 */
export type Outcome<T, E> = E extends "throw" ? T : Result<T>;

/**
 * A client of one issuer. All methods may be called at any time, also side by side.
 *
 * @example
 * const signedIn = (client: Client) => client.state.status === "signedIn";
 */
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
  signIn(options?: SignInOptions & Abortable): Promise<Outcome<void, E>>;

  /**
   * Signs in through a window of its own. To be called in a click's own turn, since browsers open
   * windows only then. The page of `redirectUri` calls `handleCallback()`, as ever, and the window
   * closes. Fails with `popup_blocked` or `popup_closed`.
   *
   * @example
   * button.onclick = async () => show(await auth.signInPopup());
   */
  signInPopup(options?: SignInOptions & Abortable): Promise<Outcome<CallbackResult, E>>;

  /**
   * Completes the sign-in on the page of `redirectUri`. A second call for the same answer gives the
   * same result, and an address that is no answer to this client gives `{ kind: "none" }` and stays
   * as it is.
   *
   * @param url the address, if it is not the page's own
   */
  handleCallback(url?: string, options?: Abortable): Promise<Outcome<CallbackResult, E>>;

  /** Who is signed in. */
  getSession(): Promise<Session | null>;

  /**
   * The access token, refreshed where it is about to expire: one request over all tabs, however many
   * ask. An outage does not end the session: while the old token is good it is given, as `stale`.
   * Fails with `session_missing`, `session_expired` or `session_changed` (somebody
   * signed out, or in as another user, meanwhile), and, while the session goes on, with the codes of
   * the network and of the token endpoint.
   *
   * @example
   * const result = await auth.getAccessToken({ resource: "https://files.example" });
   * if (result.ok) await fetch("https://files.example/", { headers: { authorization: `Bearer ${result.data.token}` } });
   */
  getAccessToken(options?: AccessTokenOptions & Abortable): Promise<Outcome<AccessToken, E>>;

  /**
   * As the global `fetch`, with the access token; sent once more with a new one where the API refuses
   * it (401). Rejects with an `AuthError`: `origin_not_allowed` if the origin is not among
   * `apiOrigins`, or as `getAccessToken()`.
   */
  fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response>;

  /**
   * Ends the session here at once, then revokes its tokens and leaves for the issuer's sign-out
   * page, where it offers these.
   */
  signOut(options?: SignOutOptions & Abortable): Promise<Outcome<void, E>>;

  /**
   * Tells of every change, and first of all the state (`initial`), exactly once. Listeners run
   * after the change, outside of the client, and may call it.
   *
   * @returns a function that removes the listener
   */
  onAuthStateChange(
    listener: (event: AuthEvent) => void | Promise<void>,
    options?: { signal?: AbortSignal },
  ): () => void;

  /**
   * The function that Convex's `setAuth` takes: another token when it is forced to, calls side by side
   * share one refresh, and it never throws.
   *
   * @example
   * convex.setAuth(auth.asTokenFetcher());
   */
  asTokenFetcher(options?: AccessTokenOptions): (args?: { forceRefreshToken?: boolean }) => Promise<string | null>;

  /** Ends what is under way, and listens no more; calls fail with `aborted`. The session stays where it is kept. */
  dispose(): void;
}

/**
 * How a call is given up: it fails with `aborted`.
 *
 * @example
 * await auth.getAccessToken({ signal: AbortSignal.timeout(3_000) });
 */
export interface Abortable {
  signal?: AbortSignal;
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
