import { createClient } from "edgeward";

let auth;

export function init({ issuer, clientId, ...more }) {
  auth = createClient({
    issuer,
    clientId,
    redirectUri: `${location.origin}/`,
    scope: "openid offline_access",
    storage: "local",
    errors: "throw",
    ...more,
  });
  return auth.ready();
}

export const signIn = () => auth.signIn();
export const handleCallback = () => auth.handleCallback();
export const signOut = () => auth.signOut({ endSession: false });

export async function token(force) {
  return (await auth.getAccessToken({ forceRefresh: force })).token;
}

/** The provider's refresh tokens have a form of their own; what the record around them looks like is not asked. */
export function storedRefreshToken() {
  for (const key of Object.keys(localStorage)) {
    const found = /rt-[\w-]{22}/.exec(localStorage.getItem(key));
    if (found) return found[0];
  }
  return null;
}
