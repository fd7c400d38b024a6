import type { Abortable, AccessToken, Client, ClientOptions as LightOptions, Outcome, Session } from "../client/index.js";

export * from "../client/index.js";

/**
 * A key of the application: PKCS #8 in PEM, a JWK, or one of WebCrypto's.
 *
 * @example
 * const privateKey: PrivateKey = { key: pem, alg: "ES256", kid: "2026-11" };
 */
export type PrivateKey =
  | (JsonWebKey & { alg: string; kid?: string })
  | { key: CryptoKey | JsonWebKey | string; alg: string; kid?: string };

/**
 * The providers whose peculiarities are known. `generic` is any that keeps to the specifications.
 *
 * @example
 * const providers: ProviderName[] = ["google", "microsoft"];
 */
export type ProviderName = "apple" | "generic" | "github" | "google" | "microsoft" | "slack";

/**
 * How an authorization response comes: in the address, posted by a form, or signed by the issuer (JARM).
 *
 * @example
 * const responseMode: ResponseMode = "jwt";
 */
export type ResponseMode = "query" | "form_post" | "jwt" | "query.jwt" | "form_post.jwt";

/**
 * What is said of a provider.
 *
 * @example
 * const microsoft: ProviderOptions = { provider: "microsoft", tenant: "organizations", offlineAccess: true };
 */
export interface ProviderOptions {
  /** A provider by its name, in place of `issuer`. `generic` and none need the issuer. */
  provider?: ProviderName;
  /** Of Microsoft: the tenant's GUID, `organizations` or `consumers`. Default: all tenants, `common`. */
  tenant?: string;
  /** Asks for a refresh token in the provider's own way. */
  offlineAccess?: boolean;
  /** Default: the provider's. One that is signed must be: an answer without a signature is refused. */
  responseMode?: ResponseMode;
  /** Of Apple: the team whose `privateKey` (ES256, with its `kid`) signs the client's secret. */
  appleTeam?: string;
}

/**
 * How to reach the issuer, who the client is, and how it asks.
 *
 * @example
 * const options: ClientOptions = { issuer, clientId: "cli", tokenBinding: "dpop", pushedAuthorizationRequests: true };
 */
export interface ClientOptions extends Omit<LightOptions, "issuer" | "redirectUri">, ProviderOptions {
  /** The issuer, exactly as its metadata states it. Needed unless `provider` says it. */
  issuer?: string;
  /** Where the issuer sends the user back to. Without it nobody is sent away. */
  redirectUri?: string;
  /** The client's secret, which no browser may have. */
  clientSecret?: string;
  /** How the secret is sent. Default: what the issuer names first among these, else `client_secret_basic`. */
  clientAuthentication?: "client_secret_basic" | "client_secret_post" | "client_secret_jwt";
  /** The key with which the client shows who it is (`private_key_jwt`), and signs its requests. */
  privateKey?: PrivateKey;
  /**
   * Whose access tokens are: a user's who signs in (default), or the client's own, for which nobody
   * signs in.
   */
  grant?: "authorization_code" | "client_credentials";
  /** Binds tokens to a key that no script can read (RFC 9449). Default: `bearer`. */
  tokenBinding?: "bearer" | "dpop";
  /** Pushes requests to the issuer beforehand (RFC 9126), also where it does not ask for that. */
  pushedAuthorizationRequests?: boolean;
  /** Signs requests (RFC 9101), also where the issuer does not ask for that. */
  signedAuthorizationRequests?: boolean;
}

/**
 * What the user is told, who confirms the sign-in on another device (RFC 8628).
 *
 * @example
 * const tell = ({ userCode, verificationUri }: DeviceSignIn) => console.log(`Open ${verificationUri} and enter ${userCode}`);
 */
export interface DeviceSignIn<E extends "result" | "throw" = "result"> {
  kind: "device";
  userCode: string;
  verificationUri: string;
  /** The same with the code in it. */
  verificationUriComplete: string | null;
  /** Until when, in milliseconds since 1970. */
  expiresAt: number;
  /** Waits for the user. Fails with `access_denied`, `device_expired`, `aborted`. May be called once. */
  wait(options?: Abortable): Promise<Outcome<Session, E>>;
}

/**
 * What a token is to be given in exchange.
 *
 * @example
 * const wanted: ExchangeOptions = { audience: "https://crm.example", scope: "read", ttlSeconds: 60, actor: "self" };
 */
export interface ExchangeOptions extends Abortable {
  /** An access token that the application has from elsewhere. Default: the client's own. */
  subjectToken?: string;
  /** Names of the services that the token is for. */
  audience?: string | string[];
  /** Addresses of the services that it is for. */
  resource?: string | string[];
  /** What it shall be good for. More than the parent has fails with `invalid_scope`, and nothing is sent. */
  scope?: string | string[];
  /** How long it shall live. Longer than the parent fails with `invalid_parameters`. */
  ttlSeconds?: number;
  /** Names the client as the one who acts, where it can show who it is. */
  actor?: "self";
}

/**
 * A token that was given in exchange (RFC 8693).
 *
 * @example
 * const header = ({ token, tokenType }: ExchangedToken) => `${tokenType} ${token}`;
 */
export interface ExchangedToken {
  token: string;
  tokenType: "Bearer" | "DPoP" | "N_A";
  issuedTokenType: string;
  scope: string[];
  /** When it expires at the latest, in milliseconds since 1970; null: nobody said. */
  expiresAt: number | null;
}

/**
 * Members as a specification names them.
 *
 * @example
 * const client: Members = { redirect_uris: [redirectUri], token_endpoint_auth_method: "none" };
 */
export type Members = Record<string, unknown>;

/**
 * Whom a provider has signed out (OpenID Connect Back-Channel Logout).
 *
 * @example
 * const ended = ({ sessionId, subject }: Logout) => (sessionId ? `session ${sessionId}` : `all of ${subject}`);
 */
export interface Logout {
  issuer: string;
  /** Of whom; null if the session is named alone. */
  subject: string | null;
  /** The session that has ended (`sid`); null: all of the subject have. */
  sessionId: string | null;
  /** When, in seconds since 1970. */
  issuedAt: number;
  /** The token's own id. */
  id: string;
}

/**
 * The requests of OAuth beside a sign-in.
 *
 * @example
 * const exchanged = await auth.oauth.exchangeToken({ audience: "https://crm.example", scope: "read" });
 * if (exchanged.ok) await fetch("https://crm.example/", { headers: { authorization: `Bearer ${exchanged.data.token}` } });
 */
export interface Oauth<E extends "result" | "throw" = "result"> {
  /** A token for the client itself, kept until it is about to expire. */
  clientCredentials(options?: { resource?: string; scope?: string; forceRefresh?: boolean } & Abortable): Promise<Outcome<AccessToken, E>>;
  /** A token for somebody else, narrower and shorter than the client's. */
  exchangeToken(options?: ExchangeOptions): Promise<Outcome<ExchangedToken, E>>;
  /** What an API says about itself (RFC 9728); `challenge` is the `www-authenticate` of its refusal. */
  discoverResource(options: { url: string; challenge?: string } & Abortable): Promise<Outcome<{ resource: string; authorizationServers: string[]; scopes: string[] }, E>>;
  /** What the issuer says about a token (RFC 7662); null if it is not active. */
  introspect(options: { token: string; kind?: "access_token" | "refresh_token" } & Abortable): Promise<Outcome<Members | null, E>>;
  /** Ends a token at the issuer (RFC 7009). */
  revoke(options: { token: string; kind?: "access_token" | "refresh_token" } & Abortable): Promise<Outcome<null, E>>;
  /**
   * On the page that the provider loads in a hidden frame to sign the user out: ends the session if the
   * address names it (`iss` and `sid`); false: nobody is signed in. Fails with `logout_request_invalid`.
   */
  frontChannelLogout(options?: { url?: string } & Abortable): Promise<Outcome<boolean, E>>;
  /** Checks a logout token, or the body in which the provider posted it, and says whom it is about. */
  verifyLogoutToken(options: ({ token: string } | { body: string }) & Abortable): Promise<Outcome<Logout, E>>;
  /** The claims about the user. */
  userinfo(options?: Abortable): Promise<Outcome<Members, E>>;
  /** Registers a client (RFC 7591); gives what has to be kept, which holds secrets. */
  register(options: { client: Members; initialAccessToken?: string } & Abortable): Promise<Outcome<Members, E>>;
  /** Reads what is registered, or replaces it (RFC 7592). */
  renewRegistration(options: { registration: Members; client?: Members } & Abortable): Promise<Outcome<Members, E>>;
  deleteRegistration(options: { registration: Members } & Abortable): Promise<Outcome<null, E>>;
}

/**
 * A client with the whole of OAuth.
 *
 * @example
 * const claims = async (client: OauthClient<"throw">) => client.oauth.userinfo();
 */
export interface OauthClient<E extends "result" | "throw" = "result"> extends Client<E> {
  oauth: Oauth<E>;
  /**
   * Asks the provider's page in a hidden frame, every `intervalSeconds` (10) while this page is seen, whether
   * the user's session there has changed, and signs in again without a prompt if so. Where somebody else is
   * signed in there, or nobody, the session here ends. It needs a provider with `check_session_iframe` whose
   * cookies browsers send in frames, so one of the same site.
   *
   * @returns a function that ends it
   * @example
   * const stop = auth.watchSession();
   */
  watchSession(options?: { intervalSeconds?: number; signal?: AbortSignal }): () => void;
  /**
   * Begins a sign-in that the user confirms on another device.
   *
   * @example
   * const device = await auth.signInDevice({ scope: "openid offline_access" });
   * if (device.ok) await device.data.wait({ signal: AbortSignal.timeout(600_000) });
   */
  signInDevice(options?: { scope?: string } & Abortable): Promise<Outcome<DeviceSignIn<E>, E>>;
}

/**
 * As that of `edgeward`, with the whole of OAuth.
 *
 * @example
 * const auth = createClient({ issuer, clientId: "web", clientSecret, redirectUri });
 */
export function createClient(options: ClientOptions & { errors: "throw" }): OauthClient<"throw">;
export function createClient(options: ClientOptions & { errors?: "result" }): OauthClient;
