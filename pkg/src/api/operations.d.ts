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
export interface Entry {
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

/** The caller's API tokens. */
export interface ListApiTokensResult {
  /** The newest first. */
  tokens: Entry[];
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
    /** Lists the caller's API tokens without their secrets, the newest first. */
    list(args?: {}, options?: CallOptions): Promise<Outcome<ListApiTokensResult, E>>;
    /**
     * Revokes an API token: the next request with it is refused. The entry stays in the list.
     *
     * Fails with `key_not_found`.
     */
    revoke(args: RevokeApiTokenArguments, options?: CallOptions): Promise<Outcome<RevokeApiTokenResult, E>>;
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
}
