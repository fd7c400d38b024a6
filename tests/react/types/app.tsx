// Compiled, never run.
import { createClient } from "edgeward";
import { AuthProvider, createProxiedClient, useAccessToken, useAuth, useSession, type ProxiedClient } from "edgeward/react";
const plain = createClient({ issuer: "https://id.example", clientId: "a", redirectUri: "https://a.example/" });
const thrower = createClient({ issuer: "https://id.example", clientId: "a", redirectUri: "https://a.example/", errors: "throw" });
const proxied = createProxiedClient({ url: "/x" });
const strict = createProxiedClient({ errors: "throw" });
export function App() {
  const { status, session, signIn, signOut, error } = useAuth();
  const other = useAuth<ProxiedClient>();
  const s = useSession();
  const t = useAccessToken();
  if (t.status === "failed") console.log(t.error.code);
  if (t.status === "ready") { const x: string = t.token; console.log(x); }
  if (s.status === "signedIn") { const who: string | null = s.session.subject; console.log(who); }
  const none: string | undefined = error?.code;
  return <button onClick={async () => { const r = await signIn({ appState: 1 }); if (!r.ok) console.log(r.error.code, none, status, session?.subject); await signOut(); await other.signIn({ returnTo: "/" }); }} />;
}
export const trees = [<AuthProvider client={plain} session={null} token="">x</AuthProvider>, <AuthProvider client={thrower}><App /></AuthProvider>, <AuthProvider client={proxied}><App /></AuthProvider>, <AuthProvider client={strict}><App /></AuthProvider>];
export const token: Promise<{ token: string }> = strict.getAccessToken();
