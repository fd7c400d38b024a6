// Type-checked, never run: what a consumer may write, and what must not compile.
import { type AuthEvent, type Client, type Session, createClient, isAuthError } from "edgeward";
import { type Identity, type Requirements, type Verified, createVerifier, presets } from "edgeward/verify";
import { createApi } from "edgeward/api";
import type { Api, CreateApiTokenResult } from "edgeward/api";

const auth: Client = createClient({
  issuer: "https://id.example",
  clientId: "spa",
  redirectUri: "https://app.example/",
  resource: ["https://api.example"],
  storage: "memory",
  idTokenAlgorithms: ["ES256"],
});

export async function signInWhereNeeded(): Promise<string | null> {
  const handled = await auth.handleCallback();
  if (!handled.ok) return handled.error.retryable ? handled.error.code : null;
  if (handled.data.kind === "signedIn") {
    const session: Session = handled.data.session;
    const expires: number | null = session.expiresAt;
    return session.subject ?? String(expires);
  }
  await auth.signIn({ prompt: "login", maxAgeSeconds: 60, appState: { back: "/" }, extraParameters: { ui_locales: "de" } });
  return null;
}

const stop: () => void = auth.onAuthStateChange(async (event: AuthEvent) => {
  if (event.state.status === "signedIn") event.state.session.claims["name"];
  if (event.state.status === "signedOut") {
    const reason: "signed_out" | "expired" | "revoked" | undefined = event.state.reason;
    stop();
    void reason;
  }
});

export async function token(): Promise<string> {
  const throwing = createClient({ issuer: "", clientId: "", redirectUri: "", errors: "throw" });
  try {
    return (await throwing.getAccessToken()).token;
  } catch (error) {
    if (isAuthError(error, "session_expired")) {
      const code: "session_expired" = error.code;
      return code;
    }
    throw error;
  }
}

export function verified(bearer: string): Verified | undefined {
  const verifier = createVerifier({
    issuer: "https://id.example",
    audience: ["https://api.example"],
    algorithms: ["HS256"],
    secret: new Uint8Array(32),
    type: "at+jwt",
    clockToleranceSeconds: 5,
    requireExpiration: true,
    development: false,
  });
  const result = verifier.verifySync(bearer);
  // @ts-expect-error: there is no data before `ok` was looked at
  void result.data;
  return result.ok ? result.data : undefined;
}

// @ts-expect-error: the issuer is required
createClient({ clientId: "spa", redirectUri: "https://app.example/" });
// @ts-expect-error: codes are a closed set
isAuthError(null, "no_such_code");
// @ts-expect-error: algorithms are a closed set
createVerifier({ issuer: "", audience: "", algorithms: ["none"] });
// @ts-expect-error: memory is not to be freed by hand
void auth.free;

const several = createVerifier({
  issuers: [
    { issuer: "https://id.example", audience: "https://api.example", algorithms: ["ES256"] },
    { issuer: "https://old.example", audience: "https://api.example", algorithms: ["HS256"], secrets: ["a", new Uint8Array(32)] },
  ],
  cookie: "session",
  allowedOrigins: ["https://app.example"],
});

export async function caller(request: Request): Promise<Response | string> {
  const required = await several.verifyRequest(request, { scopes: ["read"], credentials: ["bearer", "cookie"] });
  if (!required.ok) {
    const status: number | undefined = required.error.denial?.status;
    void status;
    return several.challenge(required.error, request);
  }
  const identity: Identity = required.data;
  const optional = await several.verifyRequest(request, { credential: "optional" });
  // @ts-expect-error: there may be nobody
  if (optional.ok) void optional.data.subject;
  const expires: number | null = identity.expiresAt;
  return optional.ok ? (optional.data?.subject ?? String(expires)) : optional.error.code;
}

export async function thrown(request: Request): Promise<string | null> {
  const throwing = createVerifier({ issuer: "", audience: "", algorithms: ["ES256"], errors: "throw" });
  const at: string | undefined = (await throwing.verify("")).header.kid ?? undefined;
  return (await throwing.verifyRequest(request)).subject ?? at ?? null;
}

interface Env {
  name: string;
}

export const handler: (request: Request, env: Env) => Promise<Response> = several.protect(
  (_request, auth, env: Env) => new Response(auth.subject ?? env.name),
  { roles: ["admin"], claims: [{ claim: "/org/plan", oneOf: ["pro", "team"] }] },
);
export const greeting = several.protect((_request, auth) => new Response(auth?.subject ?? "stranger"), { credential: "optional" });
// @ts-expect-error: there may be nobody
several.protect((_request, auth) => new Response(auth.subject), { credential: "optional" });
// @ts-expect-error: requirements are a closed set
several.protect(() => new Response(), { scope: ["read"] });
// @ts-expect-error: an issuer stands beside the options or among issuers, not both
createVerifier({ issuer: "", audience: "", algorithms: ["ES256"], issuers: [] });
// @ts-expect-error: kinds are a closed set
several.verifyRequest(new Request(""), { credentials: ["basic"] });

export async function asked(request: Request, requirements: Requirements): Promise<string | null> {
  const outcome = await several.verifyRequest(request, requirements);
  // @ts-expect-error: these requirements may let nobody in particular through
  if (outcome.ok) void outcome.data.subject;
  return outcome.ok ? (outcome.data?.subject ?? null) : outcome.error.code;
}

createVerifier(presets.supabase({ url: "https://project.supabase.co", secret: "s" }));
createVerifier({ ...presets.cloudflareAccess({ team: "team", audience: "tag" }), header: "cf-access-jwt-assertion" });
createVerifier({ issuers: [presets.convex({ url: "https://c.convex.site" }), presets.auth0({ domain: "d", audience: "a" })] });
// @ts-expect-error: Clerk's tokens have no audience, so their parties must be named
presets.clerk({ url: "https://clerk.example" });

const api: Api = createApi({ url: "https://auth.example", client: auth });
const throwingApi: Api<"throw"> = createApi({ url: "https://auth.example", token: async () => "sk_1", errors: "throw" });
const shown: Promise<CreateApiTokenResult> = throwingApi.tokens.create({ name: "n", scopes: ["skills:read", { resource: "data", actions: ["*"] }] });
void api.tokens.list().then((result) => (result.ok ? result.data : result.error.code));
// @ts-expect-error a member that nobody knows
void api.tokens.create({ name: "n", scopes: [], expires_in: 5 });
// @ts-expect-error what cannot be left out
void api.agents.createSession({ agentId: "a" });
void shown;
