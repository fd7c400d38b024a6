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
}
