// Type-checked, never run: what a consumer may write, and what must not compile.
import { type AuthEvent, type Client, type Session, createClient, isAuthError } from "edgeward";
import { type Verified, createVerifier } from "edgeward/verify";

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
    const reason: "signed_out" | "expired" | undefined = event.state.reason;
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
