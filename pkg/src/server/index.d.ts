import type { AccessToken, AuthError, CallbackResult, Result, Session } from "../client/index.js";
import type { Algorithm } from "../oauth/glue.js";
import type { Members, ProviderOptions } from "../oauth/index.js";

export { AuthError, isAuthError } from "../client/index.js";
export type { AccessToken, CallbackResult, Code, Result, Session } from "../client/index.js";
export type { ProviderName, ProviderOptions, ResponseMode } from "../oauth/index.js";

/** What a method gives: a result, or with `errors: "throw"` the value itself. */
type Outcome<T, E> = E extends "throw" ? T : Result<T>;

/**
 * How sessions are kept in browsers.
 *
 * @example
 * const cookies: CookieOptions = { secret: [newSecret, oldSecret], maxAge: 7 * 24 * 60 * 60 };
 */
export interface CookieOptions {
  /**
   * What cookies are sealed with: at least 32 characters of randomness (`openssl rand -base64 32`).
   * Of a list the first seals and all open, so a new one is put in front while old cookies are about.
   */
  secret: string | string[];
  /** The name, without a prefix. Default: `edgeward`. On https the cookie is `__Host-edgeward`. */
  name?: string;
  /** How long browsers keep the session, in seconds. Default: 30 days. `null`: until they are closed. */
  maxAge?: number | null;
}

/**
 * Where sessions are kept, if not in the cookies. Every method may be asynchronous.
 *
 * @example
 * const store: SessionStore = {
 *   get: (key) => redis.get(key),
 *   set: (key, value) => redis.set(key, value, { EX: 30 * 24 * 60 * 60 }),
 *   remove: (key) => redis.del(key),
 * };
 */
export interface SessionStore {
  get(key: string): string | null | undefined | Promise<string | null | undefined>;
  set(key: string, value: string): unknown;
  remove(key: string): unknown;
  /**
   * Replaces a value if it is the expected one (`null`: there is none), in one step. Without it
   * two servers could both believe that they were first.
   */
  compareAndSwap?(key: string, expected: string | null, next: string | null): boolean | Promise<boolean>;
  /** A lock over all processes. It spares token requests; nothing depends on it. */
  lock?(name: string, options: { signal: AbortSignal }): (() => void) | Promise<() => void>;
}

/**
 * How to reach the issuer, and where this site is.
 *
 * @example
 * const options: ServerClientOptions<"result"> = { provider: "google", clientId, clientSecret, redirectUri, cookies: { secret } };
 */
export interface ServerClientOptions<E extends "result" | "throw" = "result" | "throw"> extends ProviderOptions {
  /** The issuer, exactly as its metadata states it. Needed unless `provider` says it. */
  issuer?: string;
  /** Where the client's document is, the id may be its address: see `clientMetadata()`. */
  clientId: string;
  /** Where sign-ins come back to: `https`, or `http` on this machine. The route of `callback()`. */
  redirectUri: string;
  cookies: CookieOptions;
  /** The secret of a confidential client. */
  clientSecret?: string;
  /** How the secret is shown. Default: what the issuer offers, `client_secret_basic` first. */
  clientAuthentication?: "client_secret_basic" | "client_secret_post" | "client_secret_jwt";
  /** In place of a secret: a key that signs (`private_key_jwt`), as a JWK, or with its algorithm beside it. */
  privateKey?: JsonWebKey | { key: CryptoKey | JsonWebKey | string; alg: Algorithm; kid?: string };
  /** Binds tokens to `dpopKey` (RFC 9449). Default: `bearer`. */
  tokenBinding?: "bearer" | "dpop";
  /** The key of all sessions' tokens: a private JWK, or a pair of WebCrypto's. */
  dpopKey?: JsonWebKey | CryptoKeyPair;
  /** Pushes requests to the issuer beforehand (RFC 9126), also where it does not ask for that. */
  pushedAuthorizationRequests?: boolean;
  /** Signs requests with `privateKey` (RFC 9101), also where the issuer does not ask for that. */
  signedAuthorizationRequests?: boolean;
  /** Looks up before each use whether the issuer has ended the session. Needs a `store`. */
  backChannelLogout?: boolean;
  /** Further members of the client's document, as RFC 7591 §2 names them. */
  clientMetadata?: Members;
  scope?: string;
  resource?: string | string[];
  /** Where the issuer sends the user after signing out. */
  postLogoutRedirectUri?: string;
  idTokenAlgorithms?: Algorithm[];
  clockToleranceSeconds?: number;
  /** The route of `proxy()`. Default: `/api/auth`. */
  proxyPath?: string;
  /** Further origins of this site. That of `redirectUri` always is one. */
  origins?: string[];
  /** Other names of the issuer, whose sessions go on after it was renamed. */
  issuerAliases?: string[];
  /** Where a sign-in that failed leads, with `?auth_error=CODE`. Default: `/`. */
  errorPath?: string;
  /**
   * Keeps sessions out of the cookies, which then hold only a name. Needed where several processes
   * serve one user and the issuer allows each refresh token once; and for sessions over 15 KB.
   */
  store?: SessionStore;
  /** Whether failures are given as results or thrown. Default: `result`. */
  errors?: E;
  /** Instead of the global one. */
  fetch?: typeof fetch;
  clock?: { now?(): number; monotonic?(): number };
}

/**
 * What to ask of the issuer at a sign-in.
 *
 * @example
 * return auth.signIn({ returnTo: "/todos", prompt: "select_account" } satisfies ServerSignInOptions);
 */
export interface ServerSignInOptions {
  /** The path where the user is to be afterwards. Default: that of the request. */
  returnTo?: string;
  prompt?: string;
  loginHint?: string;
  maxAgeSeconds?: number;
  extraParameters?: Record<string, string>;
}

/**
 * How far to sign out.
 *
 * @example
 * return auth.signOut({ returnTo: "/goodbye" } satisfies ServerSignOutOptions);
 */
export interface ServerSignOutOptions {
  /** Whether the issuer is asked to end its session as well. Default: true. */
  endSession?: boolean;
  /** The path to go to, if the issuer has no page for it. Default: `/`. */
  returnTo?: string;
}

/**
 * The session of the browser that a request comes from.
 *
 * @example
 * const greet = (auth: ServerAuth) => auth.applyTo(new Response(`Hello ${auth.session?.subject ?? "stranger"}`));
 */
export interface ServerAuth<E extends "result" | "throw" = "result"> {
  /**
   * Who is signed in. `null`: nobody; or the request comes from a page of another site, whose
   * requests never read or write cookies.
   */
  readonly session: Session | null;
  /** Why the session could not be refreshed or read at the moment. The cookies stay. */
  readonly failure: AuthError | undefined;
  /** An access token to call APIs with, refreshed if need be. */
  getAccessToken(options?: {
    resource?: string;
    scope?: string;
    forceRefresh?: boolean;
    minValiditySeconds?: number;
    signal?: AbortSignal;
  }): Promise<Outcome<AccessToken, E>>;
  /** A redirect to the issuer, with its cookie; 403 for a page of another site. Rejects with an `AuthError`. */
  signIn(options?: ServerSignInOptions): Promise<Response>;
  /**
   * Completes a sign-in, if the request is a browser's GET for a page with the answer to one that
   * this browser began; else gives `{ kind: "none" }`. What may succeed later leaves cookies and
   * code as they are, so that the page can be reloaded.
   */
  handleCallback(): Promise<Outcome<CallbackResult, E>>;
  /** Ends the session, and gives a redirect that clears the cookies; 403 for a page of another site. */
  signOut(options?: ServerSignOutOptions): Promise<Response>;
  /**
   * The response with what the browser has to know: `Set-Cookie`, `Vary`, and `Cache-Control:
   * private, no-store` where somebody is signed in. Call it last, on every response.
   */
  applyTo(response: Response): Promise<Response>;
  /** The request's headers with the new cookies, for what handles the same request further on. */
  requestHeaders(): Promise<Headers>;
}

/**
 * A client for all requests of a server.
 *
 * @example
 * const handle = async (server: ServerClient, request: Request) => {
 *   const auth = await server.open(request);
 *   return auth.session ? auth.applyTo(new Response("Hello")) : auth.signIn();
 * };
 */
export interface ServerClient<E extends "result" | "throw" = "result"> {
  /** Loads the core and checks the options. Rejects with an `AuthError`: `config_invalid`. */
  ready(): Promise<void>;
  /**
   * Reads the session of a request, and refreshes it shortly before its token ends.
   *
   * @example
   * const auth = await server.open(request);
   * if (!auth.session) return auth.signIn();
   * return auth.applyTo(new Response(`Hello ${auth.session.subject}`));
   */
  open(request: Request, options?: { refresh?: boolean }): Promise<ServerAuth<E>>;
  /** The session, where only headers are at hand and no cookie can be set: in a server component. */
  read(headers: Headers | HeadersInit): Promise<Session | null>;
  /** The route of `redirectUri`: completes the sign-in and leads back to where it began. */
  callback(request: Request): Promise<Response>;
  /**
   * The route that the issuer posts logout tokens to: what they end is over in every browser from then on.
   * Needs `backChannelLogout: true` and a `store`.
   *
   * @example
   * if (pathname === "/auth/back-channel") return server.backChannelLogout(request);
   */
  backChannelLogout(request: Request): Promise<Response>;
  /**
   * The route that the issuer loads in a hidden frame: ends the session of this browser if `iss` and `sid`
   * name it. Browsers send the cookies only where issuer and site are one site; else use the back channel.
   *
   * @example
   * if (pathname === "/auth/front-channel") return server.frontChannelLogout(request);
   */
  frontChannelLogout(request: Request): Promise<Response>;
  /**
   * The document about the client, at the address that is its `clientId`: issuers that read it need no
   * registration.
   *
   * @example
   * if (pathname === "/oauth-client") return server.clientMetadata(request);
   */
  clientMetadata(request: Request): Promise<Response>;
  /** The route by which a page signs in and out and gets access tokens: see `createProxiedClient`. */
  proxy(request: Request): Promise<Response>;
}

/**
 * Makes a client for a server. Make one for the process, not one for each request.
 *
 * @example
 * const server = createServerClient({
 *   issuer: "https://id.example",
 *   clientId: "web",
 *   clientSecret: process.env.CLIENT_SECRET,
 *   redirectUri: "https://app.example/auth/callback",
 *   cookies: { secret: process.env.COOKIE_SECRET },
 * });
 */
export function createServerClient(options: ServerClientOptions<"throw"> & { errors: "throw" }): ServerClient<"throw">;
export function createServerClient(options: ServerClientOptions<"result">): ServerClient;
