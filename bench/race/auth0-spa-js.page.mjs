import { Auth0Client } from "@auth0/auth0-spa-js";

const ENTRY = /^@@auth0spajs@@::auth0::default::/;
let auth;

export async function init({ issuer, clientId }) {
  auth = new Auth0Client({ domain: issuer, clientId, useRefreshTokens: true, cacheLocation: "localstorage", authorizationParams: { scope: "openid profile email" } });
}

export const token = (force) => auth.getTokenSilently({ cacheMode: force ? "off" : "on" });

export function storedRefreshToken() {
  const key = Object.keys(localStorage).find((name) => ENTRY.test(name));
  return key ? (JSON.parse(localStorage.getItem(key)).body.refresh_token ?? null) : null;
}

export const signOut = () => auth.logout({ openUrl: false });
