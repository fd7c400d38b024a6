"use client";

import { useAccessToken, useAuth } from "edgeward/react";

/** A component in the browser: it knows the session, and gets access tokens through the server. */
export function Account() {
  const { session, signIn, signOut } = useAuth();
  const { status, refresh } = useAccessToken();
  if (!session) return <button onClick={() => signIn()}>Sign in</button>;
  return (
    <>
      <p id="client">In the browser: {session.subject}</p>
      <p id="token">Access token: {status}</p>
      <button onClick={() => refresh()}>Another token</button> <button onClick={() => signOut()}>Sign out</button>
    </>
  );
}
