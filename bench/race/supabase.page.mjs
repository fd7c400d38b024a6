import { AuthClient } from "@supabase/auth-js";

let auth;

export async function init({ issuer }) {
  // Its timer would begin the race before the start; asking by hand is what an application's request does.
  auth = new AuthClient({ url: `${issuer}/auth/v1`, storageKey: "race", autoRefreshToken: false, detectSessionInUrl: false, persistSession: true });
}

export async function token(force) {
  const { data, error } = force ? await auth.refreshSession() : await auth.getSession();
  if (error) throw error;
  if (!data.session) throw Object.assign(new Error("signed out"), { code: "no session" });
  return data.session.access_token;
}

export const storedRefreshToken = () => JSON.parse(localStorage.getItem("race") ?? "{}").refresh_token ?? null;
export const signOut = () => auth.signOut({ scope: "local" });
