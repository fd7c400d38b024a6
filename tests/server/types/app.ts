// Compiled, never run.
import { createServerClient, isAuthError, type ServerAuth, type SessionStore } from "edgeward/server";

const values = new Map<string, string>();
const store: SessionStore = { get: (key) => values.get(key), set: async (key, value) => values.set(key, value), remove: (key) => values.delete(key) };
const server = createServerClient({ issuer: "https://id.example", clientId: "web", redirectUri: "https://app.example/callback", cookies: { secret: ["a", "b"], maxAge: null }, store });
const thrower = createServerClient({ issuer: "https://id.example", clientId: "web", redirectUri: "https://app.example/callback", cookies: { secret: "a" }, errors: "throw", privateKey: { key: "-----BEGIN PRIVATE KEY-----", alg: "ES256" } });

export async function handle(request: Request): Promise<Response> {
  const auth: ServerAuth = await server.open(request);
  if (!auth.session) return auth.signIn({ returnTo: "/" });
  const token = await auth.getAccessToken({ minValiditySeconds: 60 });
  if (!token.ok) return new Response(token.error.code, { status: isAuthError(token.error, "network_failed") ? 503 : 401 });
  const plain: string = (await (await thrower.open(request)).getAccessToken()).token;
  const subject: string | null = auth.session.subject;
  const session = await server.read({ cookie: "a=b" });
  return auth.applyTo(new Response(`${subject} ${plain} ${token.data.token} ${session?.subject} ${auth.failure?.code}`));
}
