"use client";

export { AuthProvider } from "./provider.js";
export { useAuth, useSession } from "./hooks.js";
export { useAccessToken } from "./access-token.js";
export { createProxiedClient } from "./proxied.js";
export { AuthError, isAuthError } from "../shared/errors.js";
