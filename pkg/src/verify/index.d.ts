import type { Code, Identity, IssuerOptions, Requirements, Verified, VerifierOptions as CoreOptions } from "./glue.js";

export type {
  Algorithm,
  ClaimRequirement,
  Code,
  ContentEncryption,
  CredentialKind,
  DecryptionOptions,
  Identity,
  KeyManagement,
  Requirements,
  TokenType,
  Verified,
  VerifiedHeader,
} from "./glue.js";

/**
 * A failure. `code` comes from a closed set to which codes are only ever added; the message holds
 * no secret.
 *
 * @example
 * const result = await verifier.verify(token);
 * if (!result.ok && result.error.retryable) return new Response(null, { status: 503 });
 */
export class AuthError extends Error {
  private constructor();
  readonly name: "AuthError";
  readonly code: Code;
  /** The option, claim or member that broke the rule. */
  readonly at?: string;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;
  /** Whether the user has to sign in again. */
  readonly sessionEnded: boolean;
  /** How a server answers a request that fails so. */
  readonly denial?: Denial;
}

/**
 * How a server turns a request away.
 *
 * @example
 * const refuse = ({ status, headers }: Denial) => new Response(null, { status, headers });
 */
export interface Denial {
  /** The HTTP status. */
  status: number;
  /** The challenge (`www-authenticate`) where the status asks for a credential. Names are in lower case. */
  headers: Record<string, string>;
}

/**
 * Whether a value is an `AuthError`, also if another copy of the package made it.
 *
 * @example
 * if (isAuthError(error, "token_expired")) return new Response("Refresh the token.", { status: 401 });
 */
export function isAuthError<C extends Code = Code>(value: unknown, code?: C): value is AuthError & { readonly code: C };

/**
 * A value, or why there is none.
 *
 * @example
 * const result: Result<Verified> = await verifier.verify(token);
 */
export type Result<T> = { ok: true; data: T } | { ok: false; error: AuthError };

/**
 * What a method gives: a result, or with `errors: "throw"` the value itself.
 *
 * @example
 * const verified: Outcome<Verified, "throw"> = await createVerifier({ ...options, errors: "throw" }).verify(token);
 */
export type Outcome<T, E> = E extends "throw" ? T : Result<T>;

/**
 * A shared secret: bytes, or a text that is read as UTF-8.
 *
 * @example
 * const secret: SharedSecret = new TextEncoder().encode("a shared secret of 32 bytes or more");
 */
export type SharedSecret = string | Uint8Array;

/**
 * The secrets of HS256, HS384 and HS512; they never stand in the options of the other algorithms.
 *
 * @example
 * const secrets: Secrets = { secrets: ["the new secret of 32 bytes or more", "the old secret of 32 bytes or more"] };
 */
export interface Secrets {
  /** The shared secret. */
  secret?: SharedSecret;
  /** Several shared secrets, each of which may have signed: the new one and the old one while they change. */
  secrets?: SharedSecret[];
}

/**
 * One issuer among several.
 *
 * @example
 * const issuer: Issuer = { issuer: "https://id.example", audience: "https://api.example", algorithms: ["ES256"] };
 */
export interface Issuer extends IssuerOptions, Secrets {}

interface Shared extends CoreOptions {
  /** Whether failures are given as results or thrown. Default: `result`. */
  errors?: "result" | "throw";
}

/**
 * The issuer's options beside the verifier's, or `issuers` with the options of each.
 *
 * @example
 * const options: VerifierOptions = { issuers: [issuer, presets.auth0({ domain: "tenant.eu.auth0.com", audience })] };
 */
export type VerifierOptions = (Shared & Issuer & { issuers?: never }) | (Shared & { issuers: Issuer[] });

/**
 * What of a request decides: a Fetch `Request`, Node's `IncomingMessage`, or an object of this shape.
 *
 * @example
 * const incoming: IncomingRequest = { method: "GET", url: "/todos", headers: { authorization: `Bearer ${token}` } };
 */
export interface IncomingRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: { get(name: string): string | null } | Record<string, string | string[] | undefined>;
}

/** Whether requirements let nobody in particular through. */
type LetsNobody<R> = R extends { credential?: infer C } ? ([Extract<C, "optional" | "forbidden">] extends [never] ? false : true) : false;

/**
 * What a verified request gives: nobody may be there only where the requirements allow it.
 *
 * @example
 * const caller: Caller<{ credential: "optional" }> = null;
 */
export type Caller<R> = LetsNobody<R> extends true ? Identity | null : Identity;

/**
 * Hono's `Variables` behind the middleware: `new Hono<{ Variables: AuthVariables }>()`.
 *
 * @example
 * const who = ({ auth }: AuthVariables) => auth.subject;
 */
export type AuthVariables<R = {}> = LetsNobody<R> extends true ? { auth?: Identity } : { auth: Identity };

// @ts-ignore: Hono need not be installed; the type is `any` then, and the fallback below takes its place.
type HonoMiddleware<V> = import("hono").MiddlewareHandler<{ Variables: V }>;
type Fallback = (context: never, next: () => Promise<void>) => Promise<Response | void>;

/**
 * Hono's `MiddlewareHandler`, which adds `auth` to the context's variables.
 *
 * @example
 * const guard: Middleware<AuthVariables> = verifier.middleware();
 */
export type Middleware<V> = 0 extends 1 & HonoMiddleware<V> ? Fallback : HonoMiddleware<V>;

/**
 * What Express and connect call: after it `request.auth` is there.
 *
 * @example
 * const guard: NodeMiddleware = verifier.express({ scopes: ["todos:read"] });
 */
export type NodeMiddleware = (request: NodeRequest, response: NodeResponse, next: (error?: unknown) => void) => void;

/**
 * The request that a `NodeMiddleware` has let through.
 *
 * @example
 * const who = (request: Authenticated<NodeRequest>) => request.auth.subject;
 */
export type Authenticated<Q, R = {}> = Q & AuthVariables<R>;

/**
 * The part of Node's `IncomingMessage` that is used.
 *
 * @example
 * const path = (request: NodeRequest) => request.url ?? "/";
 */
export interface NodeRequest {
  method?: string | undefined;
  url?: string | undefined;
  headers: Record<string, string | string[] | undefined>;
  rawHeaders: string[];
}

/**
 * The part of Node's `ServerResponse` that is used.
 *
 * @example
 * const end = (response: NodeResponse) => response.end("done");
 */
export interface NodeResponse {
  statusCode: number;
  getHeader(name: string): number | string | string[] | undefined;
  getHeaderNames(): string[];
  removeHeader(name: string): void;
  setHeader(name: string, value: string): unknown;
  end(body?: string): unknown;
}

/**
 * The metadata of a protected resource (RFC 9728 §2).
 *
 * @example
 * const metadata: ProtectedResourceMetadata = { resource: "https://api.example", authorization_servers: ["https://id.example"], bearer_methods_supported: ["header"] };
 */
export interface ProtectedResourceMetadata {
  resource: string;
  authorization_servers: string[];
  bearer_methods_supported: string[];
  scopes_supported?: string[];
  dpop_signing_alg_values_supported?: string[];
  dpop_bound_access_tokens_required?: boolean;
}

/** An issuer's options, of which a preset knows some. */
type Known<K extends keyof IssuerOptions> = Omit<Issuer, K> & Partial<Pick<Issuer, K>>;

/**
 * The options of well-known issuers, alone or among `issuers`. What is given goes before what is
 * usual.
 *
 * @example
 * const verifier = createVerifier(presets.supabase({ url: "https://project.supabase.co" }));
 */
export const presets: {
  /** Supabase Auth: by its key set, or by the `secret` of HS256. Its `anon` and `service_role` keys are never users. */
  supabase(options: { url: string } & Known<"issuer" | "algorithms">): Issuer;
  /** Convex Auth. `url` is the issuer. */
  convex(options: { url: string } & Known<"issuer" | "algorithms">): Issuer;
  /** Auth0. `domain` is the tenant's, such as `tenant.eu.auth0.com`. */
  auth0(options: { domain: string } & Known<"issuer" | "algorithms">): Issuer;
  /** Clerk's session tokens. `url` is the frontend API's. */
  clerk(options: { url: string; authorizedParties: string | string[] } & Known<"issuer" | "algorithms" | "authorizedParties">): Issuer;
  /** Cloudflare Access. Set `header: "cf-access-jwt-assertion"` beside it. `audience` is the application's tag. */
  cloudflareAccess(options: { team: string } & Known<"issuer" | "algorithms">): Issuer;
  /** Access tokens as RFC 9068 has them. */
  rfc9068(options: Issuer): Issuer;
};

/**
 * Verifies tokens, and the requests that carry them.
 *
 * @example
 * const subject = async (verifier: Verifier<"throw">, token: string) => (await verifier.verify(token)).subject;
 */
export interface Verifier<E extends "result" | "throw" = "result"> {
  /** Loads the core ahead of its first use. Rejects with an `AuthError`. */
  ready(): Promise<void>;

  /**
   * Verifies a token; fetches the issuer's keys when they are needed. What comes back is frozen: calls
   * with the same token may be given the same object, for as long as the answer is the same.
   */
  verify(token: string): Promise<Outcome<Verified, E>>;

  /**
   * Verifies a token at once, with `jwks`, with a secret, or with keys that `verify()` has loaded;
   * fails with `keys_not_loaded` otherwise. In browsers, Bun and Deno, await `ready()` once before.
   * An encrypted token fails with `algorithm_unsupported`: WebCrypto opens nothing at once.
   */
  verifySync(token: string): Outcome<Verified, E>;

  /**
   * Takes the one credential of a request, verifies it, and holds its identity against the
   * requirements. A request with two credentials is refused.
   *
   * @param context the third argument of a Worker's `fetch`: keys are then renewed behind the answer
   *
   * @example
   * const caller = await verifier.verifyRequest(request, { scopes: ["todos:write"] });
   * if (!caller.ok) return verifier.challenge(caller.error, request);
   * console.log(caller.data.subject);
   */
  verifyRequest<const R extends Requirements = {}>(
    request: IncomingRequest,
    requirements?: R,
    context?: { waitUntil(promise: Promise<unknown>): void },
  ): Promise<Outcome<Caller<R>, E>>;

  /**
   * Middleware for Hono: `c.get("auth")` is the identity. It turns away whom the requirements
   * exclude, and keeps caches from mixing callers up. A CORS preflight passes, without identity.
   *
   * @example
   * app.use("/todos/*", verifier.middleware({ scopes: ["todos:read"] }));
   */
  middleware<const R extends Requirements = {}>(requirements?: R): Middleware<AuthVariables<R>>;

  /**
   * The same around a Worker's `fetch`, or any other function of a `Request`. The identity comes
   * second; what else the function takes comes behind. A preflight never reaches it: it is answered
   * here, by `allowedOrigins`.
   *
   * @example
   * export default { fetch: verifier.protect((request, auth, env) => Response.json({ hello: auth.subject })) };
   */
  protect<const R extends Requirements = {}, A extends unknown[] = []>(
    handler: (request: Request, auth: Caller<R>, ...rest: A) => Response | Promise<Response>,
    requirements?: R,
  ): (request: Request, ...rest: A) => Promise<Response>;

  /**
   * The same for Express and for Node's `http`: `request.auth` is the identity. Behind a proxy, set
   * `publicOrigin`.
   *
   * @example
   * app.use("/todos", verifier.express({ scopes: ["todos:read"] }));
   */
  express(requirements?: Requirements): NodeMiddleware;

  /**
   * The metadata of this resource (RFC 9728), if `resource` is set. `middleware()`, `protect()` and
   * `express()` answer with it at its well-known address, where a request for it reaches them.
   */
  protectedResourceMetadata(): Promise<Outcome<ProtectedResourceMetadata | undefined, E>>;

  /**
   * The answer to a request that failed so: the status, `WWW-Authenticate` (RFC 6750, RFC 9449,
   * RFC 9470, RFC 9728), and `{ error, message, request_id }` as JSON.
   *
   * @param request if it is given, a page of an allowed origin may read the answer
   */
  challenge(error: AuthError, request?: IncomingRequest): Response;
}

/**
 * Makes a verifier. Cheap and synchronous: the core is loaded when it is first needed, and wrong
 * options show then, as `config_invalid`.
 *
 * @example
 * const verifier = createVerifier({
 *   issuer: "https://id.example",
 *   audience: "https://api.example",
 *   algorithms: ["ES256"],
 * });
 * const result = await verifier.verify(token);
 * if (!result.ok) return new Response(result.error.code, { status: 401 });
 */
export function createVerifier(options: VerifierOptions & { errors: "throw" }): Verifier<"throw">;
export function createVerifier(options: VerifierOptions & { errors?: "result" }): Verifier;
