import { UserManager, WebStorageStateStore } from "oidc-client-ts";

let manager;
let key;

export async function init({ issuer, clientId }) {
  key = `oidc.user:${issuer}:${clientId}`;
  manager = new UserManager({
    authority: issuer,
    client_id: clientId,
    redirect_uri: `${location.origin}/`,
    scope: "openid profile email offline_access",
    userStore: new WebStorageStateStore({ store: localStorage }),
    automaticSilentRenew: false,
  });
  await manager.metadataService.getMetadata();
}

export async function token(force) {
  const user = await manager.getUser();
  if (!user) throw Object.assign(new Error("signed out"), { code: "no session" });
  if (!force && !user.expired) return user.access_token;
  return (await manager.signinSilent()).access_token;
}

export const storedRefreshToken = () => JSON.parse(localStorage.getItem(key) ?? "{}").refresh_token ?? null;
export const signOut = () => manager.removeUser();
