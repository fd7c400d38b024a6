"use client";

import { AuthProvider, createProxiedClient } from "edgeward/react";

const client = createProxiedClient();

/** What the server has found out is there from the first rendering on. */
export function Providers({ session, children }) {
  return (
    <AuthProvider client={client} session={session}>
      {children}
    </AuthProvider>
  );
}
