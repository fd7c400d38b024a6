/** The page of the tests: what the hooks show, and buttons for what they do. */
import { StrictMode } from "react";
import { createRoot, hydrateRoot } from "react-dom/client";
import { createClient } from "edgeward";
import { AuthProvider, createProxiedClient, useAccessToken, useAuth, useSession } from "edgeward/react";

export function Shown() {
  const { status, session } = useSession();
  const { signIn, signOut, error } = useAuth();
  const { status: tokenStatus, token, refresh } = useAccessToken();
  globalThis.seen?.push(status);
  return (
    <>
      <p id="session">{`${status} ${session?.subject ?? "nobody"}`}</p>
      <p id="token">{`${tokenStatus} ${token ?? "none"}`}</p>
      <p id="error">{error ? error.code : "none"}</p>
      <button onClick={() => signIn()}>Sign in</button>
      <button onClick={() => signOut({ endSession: false })}>Sign out</button>
      <button onClick={() => refresh()}>Refresh</button>
    </>
  );
}

/** Shows the page in StrictMode, whose effects run twice. */
export function start({ options, proxied, given = {}, hydrate }) {
  globalThis.seen = [];
  globalThis.callbacks = [];
  const client = proxied ? createProxiedClient(proxied) : createClient(options);
  const root = document.getElementById("root");
  const tree = (
    <StrictMode>
      <AuthProvider client={client} {...given} onCallback={(result) => globalThis.callbacks.push(result.kind)}>
        <Shown />
      </AuthProvider>
    </StrictMode>
  );
  if (hydrate) hydrateRoot(root, tree, { onRecoverableError: (error) => globalThis.callbacks.push(error.message) });
  else createRoot(root).render(tree);
  globalThis.client = client;
}

globalThis.start = start;
