import type { ReactElement, ReactNode } from "react";
import type {
  AccessToken,
  AuthError,
  AuthEvent,
  AuthState,
  CallbackResult,
  Client,
  Result,
  Session,
  SignOutOptions,
} from "../client/index.js";

export { AuthError, isAuthError } from "../client/index.js";
export type { AccessToken, AuthState, CallbackResult, Client, Code, Result, Session } from "../client/index.js";

/**
 * What a client needs to be able to do for the hooks. Every client of this package can.
 *
 * @example
 * const status = (client: ReactClient) => client.state.status;
 */
export interface ReactClient {
  readonly state: AuthState;
  signIn(options?: never): Promise<unknown>;
  signOut(options?: never): Promise<unknown>;
  handleCallback(url?: string): Promise<unknown>;
  getAccessToken(options?: never): Promise<unknown>;
  fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response>;
  onAuthStateChange(listener: (event: AuthEvent) => void): () => void;
}

/**
 * The properties of `AuthProvider`.
 *
 * @example
 * const Page = (props: AuthProviderProps) => <AuthProvider {...props} onCallback={() => history.replaceState(null, "", "/")} />;
 */
export interface AuthProviderProps<C extends ReactClient = Client> {
  /** Made once, outside of the component. Another client later starts anew. */
  client: C;
  /**
   * Who is signed in, as the server has found out. `null`: nobody, and what lies in the browser's
   * storage does not count. Left out: the client finds out, and until then it is `loading`.
   *
   * The page's HTML and its first rendering in the browser show this, so they agree.
   */
  session?: Session | null | undefined;
  /**
   * The access token, if the server passes one to the page. `null` or `""` without a `session`:
   * nobody is signed in. One with whitespace in it is refused with `token_malformed`.
   */
  token?: string | null | undefined;
  /** Told once when the page's address has completed a sign-in: the place to go to where the user was. */
  onCallback?: ((result: Extract<CallbackResult, { kind: "signedIn" }>) => void) | undefined;
  children?: ReactNode;
}

/**
 * Gives a client to all components below, and completes a sign-in whose answer the page's address
 * is, once also under StrictMode.
 *
 * @example
 * const auth = createClient({ issuer, clientId, redirectUri });
 * createRoot(root).render(<AuthProvider client={auth}><App /></AuthProvider>);
 */
export function AuthProvider<C extends ReactClient = Client>(props: AuthProviderProps<C>): ReactElement;

/**
 * `session` is there in every state, so that it can be asked for first.
 *
 * @example
 * const name = ({ session }: SessionState) => session?.subject ?? "nobody";
 */
export type SessionState =
  | ({ session: null } & Exclude<AuthState, { status: "signedIn" }>)
  | Extract<AuthState, { status: "signedIn" }>;

/**
 * Whether somebody is signed in, and who.
 *
 * @example
 * const { status, session } = useSession();
 * if (status === "loading") return <Spinner />;
 * return session ? <p>Hello {session.subject}</p> : <SignInButton />;
 */
export function useSession(): SessionState;

/**
 * What `useAuth` gives.
 *
 * @example
 * const problem = ({ error }: Auth) => error?.code;
 */
export type Auth<C extends ReactClient = Client> = SessionState & {
  /** The provider's client, for all else that it can do. */
  client: C;
  signIn: C["signIn"];
  signOut: C["signOut"];
  getAccessToken: C["getAccessToken"];
  fetch: C["fetch"];
  /** Why the sign-in that the page's address should have completed failed, until the next one succeeds. */
  error: AuthError | undefined;
};

/**
 * The session and what can be done with it. The functions are the same from rendering to
 * rendering.
 *
 * @example
 * const { session, signIn, signOut } = useAuth();
 * return <button onClick={() => (session ? signOut() : signIn())}>{session ? "Sign out" : "Sign in"}</button>;
 */
export function useAuth<C extends ReactClient = Client>(): Auth<C>;

/**
 * What access token is wanted.
 *
 * @example
 * const { token } = useAccessToken({ resource: "https://files.example" } satisfies AccessTokenOptions);
 */
export interface AccessTokenOptions {
  scope?: string | undefined;
  resource?: string | undefined;
}

/**
 * What `useAccessToken` gives.
 *
 * @example
 * const label = (state: AccessTokenState) => (state.status === "failed" ? state.error.code : state.status);
 */
export type AccessTokenState = (
  | { status: "loading"; token: null }
  | { status: "none"; token: null }
  | { status: "ready"; token: string }
  | { status: "failed"; token: null; error: AuthError }
) & {
  /** Asks for a new one. `null`: there is none, and `status` says why. */
  refresh(): Promise<string | null>;
};

/**
 * An access token, and another one whenever the session changes. It may run out while it is shown:
 * for a call to an API use `fetch` or `getAccessToken` of {@link useAuth}.
 *
 * @example
 * const { token } = useAccessToken();
 * useEffect(() => (token ? socket.authenticate(token) : undefined), [token]);
 */
export function useAccessToken(options?: AccessTokenOptions): AccessTokenState;

/**
 * Where the server's route is, and who gets the token.
 *
 * @example
 * const options: ProxiedClientOptions<"result"> = { url: "/auth", apiOrigins: ["https://api.example"] };
 */
export interface ProxiedClientOptions<E extends "result" | "throw" = "result" | "throw"> {
  /** The route of `server.proxy()`. Default: `/api/auth`. */
  url?: string;
  /** The origins that `fetch` gives the token to. */
  apiOrigins?: string[];
  /** Whether failures are given as results or thrown. Default: `result`. */
  errors?: E;
  /** Instead of the global one. */
  fetch?: typeof fetch;
  /** Leaves the page. Default: `location.assign`. */
  navigate?: (url: string) => void;
}

/**
 * What to ask of the issuer at a sign-in.
 *
 * @example
 * await auth.signIn({ returnTo: "/todos" } satisfies ProxiedSignInOptions);
 */
export interface ProxiedSignInOptions {
  /** The path where the user is to be afterwards. Default: where the user is. */
  returnTo?: string;
  prompt?: string;
  loginHint?: string;
}

type Outcome<T, E> = E extends "throw" ? T : Result<T>;

/**
 * A client whose tokens the server keeps.
 *
 * @example
 * const token = async (client: ProxiedClient<"throw">) => (await client.getAccessToken()).token;
 */
export interface ProxiedClient<E extends "result" | "throw" = "result"> {
  readonly state: AuthState;
  /** Asks the server who is signed in, unless that is known. Rejects with an `AuthError`. */
  ready(): Promise<void>;
  getSession(): Promise<Session | null>;
  /** An access token: the last one, as long as the server said that it may be kept. */
  getAccessToken(options?: { forceRefresh?: boolean; signal?: AbortSignal }): Promise<Outcome<AccessToken, E>>;
  /** As the global `fetch`, with the access token, to `apiOrigins` only. */
  fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response>;
  signIn(options?: ProxiedSignInOptions): Promise<Outcome<void, E>>;
  signOut(options?: SignOutOptions): Promise<Outcome<void, E>>;
  /** The server's route completes sign-ins: always `{ kind: "none" }`. */
  handleCallback(): Promise<Outcome<CallbackResult, E>>;
  onAuthStateChange(listener: (event: AuthEvent) => void | Promise<void>): () => void;
}

/**
 * The browser's side of `edgeward/server`: refresh tokens stay in HttpOnly cookies, where no script
 * sees them.
 *
 * @example
 * const auth = createProxiedClient();
 * <AuthProvider client={auth} session={session}>{children}</AuthProvider>
 */
export function createProxiedClient(options: ProxiedClientOptions<"throw"> & { errors: "throw" }): ProxiedClient<"throw">;
export function createProxiedClient(options?: ProxiedClientOptions<"result">): ProxiedClient;
