/** Written by `cargo xtask api --write` from the table of operations. */
import type { Outcome } from "../client/index.js";
import type { CallOptions } from "./index.js";

/** Several actions on one resource. */
export interface Grant {
  /** What may be acted on; `*` is everything. */
  resource: string;
  /** What may be done to it; `*` is everything. */
  actions: string[];
}

/** So many requests at once, refilled evenly over the window. */
export interface RateLimit {
  /** How many requests at once. */
  maxRequests: number;
  /** How long an empty bucket takes to fill, in milliseconds. */
  windowMs: number;
}

/** An API token without its secret. */
export interface ListApiTokensEntry {
  /** The id. */
  _id: string;
  /** The name. */
  name: string;
  /** What it may do. */
  scopes: (string | Grant)[];
  /** When it was created, in milliseconds since 1970. */
  createdAt: number;
  /** When it expires; null is never. */
  expiresAt: number | null;
  /** When it was last used, to the minute; null is never. */
  lastUsedAt: number | null;
}

/** All that is known of an API token. */
export interface Detail {
  /** The id. */
  _id: string;
  /** The name. */
  name: string;
  /** What it may do. */
  scopes: (string | Grant)[];
  /** How its secret begins. */
  prefix: string;
  /** How often it may be used; null is as often as the whole service allows. */
  rateLimit: RateLimit | null;
  /** What it was created with. */
  metadata: Record<string, unknown> | null;
  /** When it was created, in milliseconds since 1970. */
  createdAt: number;
  /** When it expires; null is never. */
  expiresAt: number | null;
  /** When it was last used, to the minute; null is never. */
  lastUsedAt: number | null;
  /** When it was revoked; null is not yet. */
  revokedAt: number | null;
}

/** A connection, without its tokens. */
export interface ListOAuthConnectionsEntry {
  /** Its id. */
  _id: string;
  /** The provider's name. */
  provider: string;
  /** What was granted. */
  scopes: string[];
  /** When it was made, in milliseconds since 1970. */
  createdAt: number;
  /** When its tokens changed last. */
  updatedAt: number;
  /** When the access token expires; null if never. */
  expiresAt: number | null;
}

/** The session that a request came with. */
export interface CurrentSession {
  /** Its id, by which it stands in lists. */
  id: string;
  /** When its user signed in, in milliseconds since 1970. */
  createdAt: number;
  /** When it is over. */
  expiresAt: number;
  /** Whether its user signed in as recently as `listSessions` wants it. */
  fresh: boolean;
  /** The administrator who acts as this user. */
  impersonatedBy: string | null;
}

/** A user. */
export interface Profile {
  /** Its id. */
  id: string;
  /** What it is called. */
  name: string | null;
  /** Its address. */
  email: string | null;
  /** Whether it was shown that the address is its own. */
  emailVerified: boolean;
  /** Where its picture is. */
  image: string | null;
  /** Its roles, separated by commas. */
  role: string;
}

/** A session in a list. */
export interface ListSessionsEntry {
  /** Its id, to revoke it by. */
  id: string;
  /** Whether it is the one that asks. */
  current: boolean;
  /** The browser that it began in. */
  userAgent: string | null;
  /** The address that it began at. */
  ipAddress: string | null;
  /** When its user signed in, in milliseconds since 1970. */
  createdAt: number;
  /** When it was last used, to the minute. */
  lastUsedAt: number;
  /** When it is over. */
  expiresAt: number;
}

/** An account at a provider. */
export interface ListAccountsEntry {
  /** The provider's name. */
  provider: string;
  /** The provider's own id of the user. */
  accountId: string;
  /** Since when it is linked, in milliseconds since 1970. */
  createdAt: number;
}

/** What a new API token is called and may do. */
export interface CreateApiTokenArguments {
  /** Its name in lists. */
  name: string;
  /** What it may do: words such as `skills:read` and `admin`, or `{resource, actions}`. None are allowed, too. */
  scopes: (string | Grant)[];
  /** After how many seconds it expires; without it, never. */
  expiresIn?: number | null | undefined;
  /** How often it may be used; without it, as often as the whole service allows. */
  rateLimit?: RateLimit | null | undefined;
  /** Anything that belongs to it. */
  metadata?: Record<string, unknown> | null | undefined;
}

/** A new API token, with its secret. */
export interface CreateApiTokenResult {
  /** The secret. It is shown this once. */
  token: string;
  /** The id to revoke it by. */
  tokenId: string;
  /** Its name. */
  name: string;
  /** What it may do. */
  scopes: (string | Grant)[];
  /** When it expires, in milliseconds since 1970; null is never. */
  expiresAt: number | null;
}

/** Which of the caller's API tokens, and in which order. Without arguments: those that are not revoked, the newest first. */
export interface ListApiTokensArguments {
  /** Those of this name. */
  name?: string | null | undefined;
  /** The one that begins like this, as `getApiToken` shows it. */
  prefix?: string | null | undefined;
  /** Whether those that are revoked, instead of those that are not. */
  revoked?: boolean | null | undefined;
  /** What they are ordered by; `createdAt` without it. */
  orderBy?: "createdAt" | "name" | "lastUsedAt" | "expiresAt" | "revokedAt" | null | undefined;
  /** In which direction; `desc` without it. */
  order?: "asc" | "desc" | null | undefined;
  /** How many at a time, 50 without it; more than 100 are as good as 100. */
  limit?: number | null | undefined;
  /** What the page before gave as `nextCursor`. */
  cursor?: string | null | undefined;
}

/** The caller's API tokens. */
export interface ListApiTokensResult {
  /** In their order. */
  tokens: ListApiTokensEntry[];
  /** Asks for the page after this one; null is the last. */
  nextCursor: string | null;
}

/** Which API token. */
export interface GetApiTokenArguments {
  /** Its id. */
  tokenId: string;
}

/** An API token, if there is one. */
export interface GetApiTokenResult {
  /** Null: the caller has no such token. */
  apiToken: Detail | null;
}

/** What is to be different about an API token. What is left out stays. */
export interface UpdateApiTokenArguments {
  /** Its id. */
  tokenId: string;
  /** Its name from now on. */
  name?: string | null | undefined;
  /** What it may do from now on. */
  scopes?: (string | Grant)[] | null | undefined;
  /** How often it may be used from now on. */
  rateLimit?: RateLimit | null | undefined;
}

/** It is done. */
export interface UpdateApiTokenResult {
  /** Always true. */
  success: boolean;
}

/** An API token that is to have another secret. */
export interface RotateApiTokenArguments {
  /** Its id. */
  tokenId: string;
  /** The name of the new one; without it, that of the old one. */
  name?: string | null | undefined;
  /** After how many seconds the new one expires; without it, never. */
  expiresIn?: number | null | undefined;
}

/** A new API token, with its secret. */
export interface RotateApiTokenResult {
  /** The secret. It is shown this once. */
  token: string;
  /** The id to revoke it by. */
  tokenId: string;
  /** Its name. */
  name: string;
  /** What it may do. */
  scopes: (string | Grant)[];
  /** When it expires, in milliseconds since 1970; null is never. */
  expiresAt: number | null;
}

/** Which API token. */
export interface RevokeApiTokenArguments {
  /** Its id. */
  tokenId: string;
}

/** It is done. */
export interface RevokeApiTokenResult {
  /** Always true. */
  success: boolean;
}

/** Which API token. */
export interface RemoveApiTokenArguments {
  /** Its id. */
  tokenId: string;
}

/** It is done. */
export interface RemoveApiTokenResult {
  /** Always true. */
  success: boolean;
}

/** An API token, by its secret. */
export interface VerifyApiTokenArguments {
  /** The secret. */
  token: string;
}

/** An API token that is good. */
export interface VerifyApiTokenResult {
  /** Whose it is. */
  userId: string;
  /** Which it is. */
  tokenId: string;
  /** What it may do. */
  scopes: (string | Grant)[];
}

/** What an agent's session is to be. */
export interface CreateSessionArguments {
  /** Which agent. It belongs to whoever names it first. */
  agentId: string;
  /** How many seconds the session lasts. */
  ttl: number;
  /** Anything that belongs to it; given back by `validateSession`, and trusted by nothing. */
  metadata?: Record<string, unknown> | null | undefined;
  /** What it may do, within what the caller may; without it, whatever this service has scopes for but `admin`. */
  scopes?: (string | Grant)[] | null | undefined;
}

/** An agent's session, with its token. */
export interface CreateSessionResult {
  /** The token. It is shown this once. */
  token: string;
  /** The session's id. */
  sessionId: string;
  /** When it is over, in milliseconds since 1970. */
  expiresAt: number;
}

/** An agent's session, by its token. */
export interface ValidateSessionArguments {
  /** The token. */
  token: string;
}

/** What is known of an agent's session. Of one that is not good, whatever the reason, nothing is. */
export interface ValidateSessionResult {
  /** Whether it is good. */
  valid: boolean;
  /** Which agent's it is. */
  agentId: string | null;
  /** When it is over, in milliseconds since 1970. */
  expiresAt: number | null;
  /** What it was created with. */
  metadata: Record<string, unknown> | null;
}

/** An agent's session, and how long it is to last from now on. */
export interface RefreshSessionArguments {
  /** Its token, which is worthless afterwards. */
  token: string;
  /** How many seconds the session lasts. */
  ttl: number;
}

/** An agent's session, with its token. */
export interface RefreshSessionResult {
  /** The token. It is shown this once. */
  token: string;
  /** The session's id. */
  sessionId: string;
  /** When it is over, in milliseconds since 1970. */
  expiresAt: number;
}

/** An agent's session, by its token. */
export interface EndSessionArguments {
  /** The token. */
  token: string;
}

/** It is done. */
export interface EndSessionResult {
  /** Always true. */
  success: boolean;
}

/** With which provider to connect. */
export interface InitiateOAuthArguments {
  /** The provider's name in the settings. */
  provider: string;
  /** What to ask for. */
  scopes: string[];
  /** Where the provider sends the user back to: one that is configured, character by character. */
  redirectUri: string;
}

/** Where to send the user. */
export interface InitiateOAuthResult {
  /** The address at the provider. */
  authUrl: string;
  /** What comes back with the code; keep it in the user's session. */
  state: string;
}

/** What the provider sent the user back with. */
export interface CompleteOAuthArguments {
  /** The provider's name in the settings. */
  provider: string;
  /** The code. */
  code: string;
  /** The state that `initiateOAuth` gave. */
  state: string;
  /** The `iss` of the callback, from providers that send it (RFC 9207). */
  iss?: string | null | undefined;
}

/** A connection that was made. */
export interface CompleteOAuthResult {
  /** Its id. */
  connectionId: string;
  /** The provider's name. */
  provider: string;
  /** What was granted, which may be less than what was asked for. */
  scopes: string[];
  /** When the access token expires, in milliseconds since 1970; null if never. */
  expiresAt: number | null;
}

/** The caller's connections. */
export interface ListOAuthConnectionsResult {
  /** The connections, the oldest first. */
  connections: ListOAuthConnectionsEntry[];
}

/** One provider. */
export interface RevokeOAuthArguments {
  /** The provider's name in the settings. */
  provider: string;
}

/** It is done. */
export interface RevokeOAuthResult {
  /** Always true. */
  success: boolean;
}

/** What a token is needed for. */
export interface GetOAuthTokenArguments {
  /** The provider's name in the settings. */
  provider: string;
  /** Scopes that the token must have, by themselves or within larger ones. */
  scopes?: string[] | null | undefined;
}

/** A provider's access token. */
export interface GetOAuthTokenResult {
  /** The token. */
  accessToken: string;
  /** What was granted. */
  scopes: string[];
  /** When it expires, in milliseconds since 1970; null if never. */
  expiresAt: number | null;
}

/** One provider, or the one that there is. */
export interface UserScopesArguments {
  /** The provider's name; without it, GitHub. */
  provider?: string | null | undefined;
}

/** What was granted. */
export interface UserScopesResult {
  /** The scopes. */
  scopes: string[];
}

/** A session that an application's own server begins for a user whom it has signed in. */
export interface CreateWebSessionArguments {
  /** The user. */
  userId: string;
  /** What the user's browser says that it is; cut after 512 characters. */
  userAgent?: string | null | undefined;
  /** The address that the user comes from. */
  ipAddress?: string | null | undefined;
}

/** A new session, with its secret. */
export interface CreateWebSessionResult {
  /** What the session is known by to its holder alone. It is shown this once, and is a Bearer credential. */
  sessionId: string;
  /** When it is over, in milliseconds since 1970. */
  expiresAt: number;
}

/** A session, by what its holder alone knows. */
export interface ValidateWebSessionArguments {
  /** What `createWebSession` gave as `sessionId`. */
  sessionId: string;
}

/** What is known of a session. Of one that is not good, whatever the reason, nothing is. */
export interface ValidateWebSessionResult {
  /** Whether it is good. */
  valid: boolean;
  /** Whose it is. */
  userId: string | null;
  /** When it is over, in milliseconds since 1970. */
  expiresAt: number | null;
}

/** Who is signed in, and how. */
export interface GetSessionResult {
  /** The session; null is nobody. */
  session: CurrentSession | null;
  /** The user; null is nobody. */
  user: Profile | null;
}

/** The caller's sessions. */
export interface ListSessionsResult {
  /** The newest first. */
  sessions: ListSessionsEntry[];
}

/** One of the caller's sessions. */
export interface RevokeSessionArguments {
  /** Its id, as `listSessions` gives it. */
  id: string;
}

/** It is done. */
export interface RevokeSessionResult {
  /** Always true. */
  success: boolean;
}

/** It is done. */
export interface RevokeOtherSessionsResult {
  /** Always true. */
  success: boolean;
}

/** It is done. */
export interface SignOutResult {
  /** Always true. */
  success: boolean;
}

/** A user. */
export interface ImpersonateUserArguments {
  /** The user's id. */
  userId: string;
}

/** A session in which an administrator acts as somebody else. */
export interface ImpersonateUserResult {
  /** The session's id. */
  id: string;
  /** As whom. */
  userId: string;
  /** When it is over, in milliseconds since 1970. */
  expiresAt: number;
}

/** It is done. */
export interface StopImpersonatingResult {
  /** Always true. */
  success: boolean;
}

/** A user who is to be kept out. */
export interface BanUserArguments {
  /** The user's id. */
  userId: string;
  /** Why, for whoever asks later. */
  reason?: string | null | undefined;
  /** After how many seconds the user may come back; without it, never. */
  expiresIn?: number | null | undefined;
}

/** It is done. */
export interface BanUserResult {
  /** Always true. */
  success: boolean;
}

/** A user. */
export interface UnbanUserArguments {
  /** The user's id. */
  userId: string;
}

/** It is done. */
export interface UnbanUserResult {
  /** Always true. */
  success: boolean;
}

/** How another key is to sign. */
export interface RotateSigningKeyArguments {
  /** `staged`, in good order: published at once, signing an hour later. `now`, for a key that has leaked: every other key is gone at once, and whatever they have signed is refused. */
  mode: "staged" | "now";
}

/** The key that signs next. */
export interface RotateSigningKeyResult {
  /** Its id, `kid` of the tokens that it signs. */
  keyId: string;
  /** From when on it signs, in milliseconds since 1970. */
  signsFrom: number;
  /** Whether it was made for this; otherwise it was staged already. */
  made: boolean;
}

/** How the search stands for what is sealed under an older secret. */
export interface ResealResult {
  /** How many values this call looked at. */
  looked: number;
  /** How many were sealed anew since the search began. */
  sealed: number;
  /** How many were found since that none of the secrets opens: whatever they were is lost. */
  lost: number;
  /** How many are still to be looked at. At 0, nothing needs an older secret any more that is kept sealed. */
  remaining: number;
}

/** The caller's accounts. */
export interface ListAccountsResult {
  /** The accounts, the oldest first. */
  accounts: ListAccountsEntry[];
}

/** Which account to link. */
export interface LinkAccountArguments {
  /** The provider's name in the settings. */
  provider: string;
  /** Where the browser is sent afterwards: a path, or a page that is trusted. */
  redirectTo?: string | null | undefined;
}

/** Where to send the browser. */
export interface LinkAccountResult {
  /** The address at the provider. */
  authUrl: string;
}

/** Which account. */
export interface UnlinkAccountArguments {
  /** The provider's name. */
  provider: string;
  /** The provider's own id of the user; without it, every account at this provider. */
  accountId?: string | null | undefined;
}

/** It is done. */
export interface UnlinkAccountResult {
  /** Always true. */
  success: boolean;
}

/** Every operation of the authority as a method. */
export interface Api<E extends "result" | "throw" = "result"> {
  readonly tokens: {
    /**
     * Creates an API token: a long-lived secret that is shown once and kept as a hash.
     *
     * A caller that is an API token itself grants no scope that it lacks.
     *
     * Fails with `api_key_invalid_scope`.
     */
    create(args: CreateApiTokenArguments, options?: CallOptions): Promise<Outcome<CreateApiTokenResult, E>>;
    /**
     * Lists the caller's API tokens without their secrets, page by page.
     *
     * Without arguments: those that are not revoked, the newest first.
     */
    list(args?: ListApiTokensArguments, options?: CallOptions): Promise<Outcome<ListApiTokensResult, E>>;
    /** Tells what is known of an API token, but for its secret. */
    get(args: GetApiTokenArguments, options?: CallOptions): Promise<Outcome<GetApiTokenResult, E>>;
    /**
     * Changes the name, the scopes or the limit of an API token.
     *
     * A caller that is an API token itself changes none that may do more, and grants no scope that it lacks.
     *
     * Fails with `key_not_found`, `api_key_invalid_scope`.
     */
    update(args: UpdateApiTokenArguments, options?: CallOptions): Promise<Outcome<UpdateApiTokenResult, E>>;
    /**
     * Gives an API token another secret: a new token with the same owner, scopes, limit and metadata, but not the same end. The old one is revoked at the same moment.
     *
     * Fails with `key_not_found`, `api_key_revoked`, `api_key_invalid_scope`.
     */
    rotate(args: RotateApiTokenArguments, options?: CallOptions): Promise<Outcome<RotateApiTokenResult, E>>;
    /**
     * Revokes an API token: the next request with it is refused. `getApiToken` still tells of it.
     *
     * A caller that is an API token itself revokes none that may do more.
     *
     * Fails with `key_not_found`, `api_key_invalid_scope`.
     */
    revoke(args: RevokeApiTokenArguments, options?: CallOptions): Promise<Outcome<RevokeApiTokenResult, E>>;
    /**
     * Removes an API token without a trace.
     *
     * A caller that is an API token itself removes none that may do more.
     *
     * Fails with `key_not_found`, `api_key_invalid_scope`.
     */
    remove(args: RemoveApiTokenArguments, options?: CallOptions): Promise<Outcome<RemoveApiTokenResult, E>>;
    /**
     * Verifies an API token for a service that was given it: whose it is, and what it may do. It counts as a use.
     *
     * Fails with `invalid_api_key`, `api_key_revoked`, `api_key_expired`, `user_banned`, `api_key_rate_limited`.
     */
    check(args: VerifyApiTokenArguments, options?: CallOptions): Promise<Outcome<VerifyApiTokenResult, E>>;
  };
  readonly agents: {
    /**
     * Creates a session of an agent: a credential for at most a day that may do less than whoever creates it.
     *
     * An API token needs the scope `admin` for it; the session is over when that token is revoked.
     *
     * Fails with `insufficient_scope`, `api_key_invalid_scope`, `agent_not_owned`.
     */
    createSession(args: CreateSessionArguments, options?: CallOptions): Promise<Outcome<CreateSessionResult, E>>;
    /**
     * Tells whether an agent's session is good, whose it is and what it was created with.
     *
     * It answers alike for every token that is not good, and changes nothing.
     */
    validateSession(args: ValidateSessionArguments, options?: CallOptions): Promise<Outcome<ValidateSessionResult, E>>;
    /**
     * Gives an agent's session another token and another end. The old token is worthless at once.
     *
     * Fails with `agent_session_invalid`.
     */
    refreshSession(args: RefreshSessionArguments, options?: CallOptions): Promise<Outcome<RefreshSessionResult, E>>;
    /** Ends an agent's session; again is no error. */
    endSession(args: EndSessionArguments, options?: CallOptions): Promise<Outcome<EndSessionResult, E>>;
  };
  readonly connections: {
    /**
     * Begins a connection with a provider: where to send the user.
     *
     * An API token needs the scope `connections:write` as a grant, or `admin`.
     *
     * Fails with `provider_not_configured`, `invalid_redirect`, `not_permitted`, `discovery_unavailable`, `discovery_invalid`.
     */
    initiate(args: InitiateOAuthArguments, options?: CallOptions): Promise<Outcome<InitiateOAuthResult, E>>;
    /**
     * Completes a connection with what the provider sent the user back with.
     *
     * Fails with `provider_not_configured`, `oauth_invalid_state`, `callback_issuer_mismatch`, `oauth_provider_error`, `connection_taken`, `not_permitted`.
     */
    complete(args: CompleteOAuthArguments, options?: CallOptions): Promise<Outcome<CompleteOAuthResult, E>>;
    /**
     * Lists the caller's connections without their tokens, the oldest first.
     *
     * Fails with `not_permitted`.
     */
    list(args?: {}, options?: CallOptions): Promise<Outcome<ListOAuthConnectionsResult, E>>;
    /**
     * Ends a connection: its tokens are gone here, and given back to the provider. Without a connection nothing happens.
     *
     * Fails with `not_permitted`, `refresh_under_way`.
     */
    revoke(args: RevokeOAuthArguments, options?: CallOptions): Promise<Outcome<RevokeOAuthResult, E>>;
    /**
     * Gives a provider's access token out, refreshed if it expires within five seconds.
     *
     * An API token needs the scope `connections:use` as a grant, or `admin`.
     *
     * Fails with `provider_not_configured`, `connection_not_found`, `insufficient_scope`, `refresh_token_not_found`, `failed_to_refresh_access_token`, `refresh_under_way`, `not_permitted`.
     */
    token(args: GetOAuthTokenArguments, options?: CallOptions): Promise<Outcome<GetOAuthTokenResult, E>>;
    /**
     * What a provider has granted to the user; nothing without a connection.
     *
     * Fails with `not_permitted`.
     */
    scopes(args?: UserScopesArguments, options?: CallOptions): Promise<Outcome<UserScopesResult, E>>;
  };
  readonly sessions: {
    /**
     * Begins a session of a user, for an application whose own server has signed the user in.
     *
     * For another user than the caller it takes an API token of an administrator with the scope `admin`.
     *
     * Fails with `not_permitted`, `insufficient_scope`, `user_banned`, `user_not_found`.
     */
    create(args: CreateWebSessionArguments, options?: CallOptions): Promise<Outcome<CreateWebSessionResult, E>>;
    /** Tells whether a user's session is good, and whose it is. It answers alike for every one that is not. */
    validate(args: ValidateWebSessionArguments, options?: CallOptions): Promise<Outcome<ValidateWebSessionResult, E>>;
    /** Tells who is signed in; null is nobody. */
    get(args?: {}, options?: CallOptions): Promise<Outcome<GetSessionResult, E>>;
    /**
     * Lists the caller's sessions with their browsers and their last use, the newest first.
     *
     * Its user must have signed in within the last day.
     *
     * Fails with `session_not_fresh`.
     */
    list(args?: {}, options?: CallOptions): Promise<Outcome<ListSessionsResult, E>>;
    /** Ends one of the caller's sessions. One that is none of them is left alone, without an error. */
    revoke(args: RevokeSessionArguments, options?: CallOptions): Promise<Outcome<RevokeSessionResult, E>>;
    /** Ends all sessions of the caller but the one that asks. */
    revokeOthers(args?: {}, options?: CallOptions): Promise<Outcome<RevokeOtherSessionsResult, E>>;
    /** Ends the session that asks. Nobody being signed in is no error. */
    signOut(args?: {}, options?: CallOptions): Promise<Outcome<SignOutResult, E>>;
  };
  readonly admin: {
    /**
     * Acts as a user for an hour at most, in the browser that asks. The administrator's own session comes back afterwards.
     *
     * Fails with `you_cannot_impersonate_admins`, `user_not_found`, `user_banned`.
     */
    impersonate(args: ImpersonateUserArguments, options?: CallOptions): Promise<Outcome<ImpersonateUserResult, E>>;
    /**
     * Stops acting as somebody else.
     *
     * Fails with `not_impersonating`, `session_expired`.
     */
    stopImpersonating(args?: {}, options?: CallOptions): Promise<Outcome<StopImpersonatingResult, E>>;
    /**
     * Keeps a user out, for a while or for good: all its sessions and its agents' are over.
     *
     * Fails with `you_cannot_ban_yourself`, `user_not_found`.
     */
    ban(args: BanUserArguments, options?: CallOptions): Promise<Outcome<BanUserResult, E>>;
    /**
     * Lets a user in again.
     *
     * Fails with `user_not_found`.
     */
    unban(args: UnbanUserArguments, options?: CallOptions): Promise<Outcome<UnbanUserResult, E>>;
    /**
     * Has another key sign tokens.
     *
     * `staged` is what happens by itself every `oauth.key_lifetime_days`: nobody notices. `now` is for a key that has leaked: access and ID tokens that were signed before are refused here at once and elsewhere as soon as the key set is fetched again; refresh tokens and sessions go on.
     */
    rotateSigningKey(args: RotateSigningKeyArguments, options?: CallOptions): Promise<Outcome<RotateSigningKeyResult, E>>;
    /**
     * Seals anew what lies under an older secret, so that the secret can be taken away: one piece of it. The cron trigger does the same, by and by.
     *
     * Call it until nothing remains; called again after that, it looks at everything anew.
     */
    reseal(args?: {}, options?: CallOptions): Promise<Outcome<ResealResult, E>>;
  };
  readonly signin: {
    /** Lists the accounts at providers that the user signs in with, the oldest first. */
    list(args?: {}, options?: CallOptions): Promise<Outcome<ListAccountsResult, E>>;
    /**
     * Begins to link another account: where to send the browser that asks. It is given a cookie, without which the provider's answer counts for nothing.
     *
     * Fails with `provider_not_configured`, `invalid_redirect`, `discovery_unavailable`, `discovery_invalid`.
     */
    link(args: LinkAccountArguments, options?: CallOptions): Promise<Outcome<LinkAccountResult, E>>;
    /**
     * Removes an account, and the connection that came with it. The last way to sign in stays.
     *
     * Its user must have signed in within the last day.
     *
     * Fails with `session_not_fresh`, `account_not_found`, `failed_to_unlink_last_account`.
     */
    unlink(args: UnlinkAccountArguments, options?: CallOptions): Promise<Outcome<UnlinkAccountResult, E>>;
  };
}
