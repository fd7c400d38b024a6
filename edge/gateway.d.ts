/**
 * What a Worker gets that binds the gateway as a service with `entrypoint = "Gateway"`:
 *
 * ```ts
 * interface Env { AUTH: Service<Gateway> }   // Service of @cloudflare/workers-types
 * const result = await env.AUTH.verify(token, { scopes: ["todos:read"] });
 * if (!result.ok) return new Response(null, { status: result.error.status });
 * ```
 */
export interface Gateway {
  /** Verifies a token by the gateway's configuration. It never throws for a token: see `ok`. */
  verify(token: string, options?: VerifyOptions): Promise<VerifyResult>;
}

/**
 * What a Worker gets that binds the gateway with `entrypoint = "Revocations"`: it may end tokens. Whoever only asks about
 * them is bound to `Gateway`, which cannot.
 *
 * ```ts
 * await env.REVOCATIONS.revoke({ issuer: "https://id.example", subject: "ada" });
 * ```
 */
export interface Revocations {
  /** Refuses tokens from now on, as `POST /.edgeward/revocations` does. It never throws for an order: see `ok`. */
  revoke(order: Revocation): Promise<RevocationResult>;
}

/** Whose tokens, or which one: exactly one of `subject`, `session` and `jti` stands beside the issuer. */
export interface Revocation {
  /** A configured issuer. */
  issuer: string;
  subject?: string;
  session?: string;
  jti?: string;
  /** What was issued before this, in seconds since 1970; everything until now by default. */
  before?: number;
}

/** The cut-off, and until when it is kept; seconds since 1970. */
export type RevocationResult = { ok: true; before: number; expires: number } | { ok: false; error: Refusal };

/** What is asked of the token, beside being good. Every member makes the demand stricter. */
export interface VerifyOptions {
  /** A path: what the gateway's route for it asks of an identity holds as well. */
  path?: string;
  /** The issuers that count; any configured one by default. */
  issuers?: string[];
  /** Scopes that it must all have. */
  scopes?: string[];
  /** Scopes of which it must have one. */
  anyScope?: string[];
  /** Permissions that it must all have. */
  permissions?: string[];
  /** Permissions of which it must have one. */
  anyPermission?: string[];
  /** Roles that it must all have. */
  roles?: string[];
  /** Roles of which it must have one. */
  anyRole?: string[];
  /** How long ago the user may have signed in (`auth_time`). */
  maxAuthenticationAgeSeconds?: number;
  /** Authentication contexts, one of which is needed. */
  acr?: string[];
  /** Authentication methods, all of which are needed. */
  amr?: string[];
  /**
   * Asks for `convexIdentity`: what `ctx.auth.getUserIdentity()` gives a function of Convex, where `auth.config.ts`
   * names the token's issuer as a `domain` (`oidc`) or as `type: "customJwt"`.
   */
  convexIdentity?: "oidc" | "customJwt";
}

/** `user` is null where the gateway looks no users up, `convexIdentity` where it was not asked for. */
export type VerifyResult =
  | { ok: true; identity: Identity; user: User | null; convexIdentity: ConvexIdentity | null }
  | { ok: false; error: Refusal };

/** `UserIdentity` of npm `convex`: the profile under its names there, custom claims under their own. */
export interface ConvexIdentity {
  /** `issuer|subject`. */
  tokenIdentifier: string;
  subject: string;
  issuer: string;
  [field: string]: unknown;
}

/** Who a verified token speaks for. Times are seconds since 1970. */
export interface Identity {
  subject: string | null;
  issuer: string;
  sessionId: string | null;
  clientId: string | null;
  tokenId: string | null;
  scope: string[];
  permissions: string[];
  roles: string[];
  authenticatedAt: number | null;
  acr: string | null;
  amr: string[];
  issuedAt: number | null;
  expiresAt: number | null;
  /** Every claim, as signed. */
  claims: Record<string, unknown>;
}

/** Who that is to the application. */
export interface User {
  id: string;
  email: string;
  name: string | null;
  /** The primary organization, and what the user is and may do there. */
  organization: { id: string; name: string | null; role: string; permissions: string[] } | null;
  platform_admin: boolean;
}

/** Why a token is not accepted. */
export interface Refusal {
  /** A stable code of docs/errors.md. */
  code: string;
  /** What happened, in a sentence without secrets. */
  message: string;
  /** The HTTP status that fits. */
  status: number;
  /** Whether the same call may succeed later. */
  retryable: boolean;
  /** The scopes that are missing, separated by spaces. */
  scope: string | null;
}
