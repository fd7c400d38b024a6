const KEY = "naive";
let options;

export function init(given) {
  options = given;
}

export async function token() {
  const stored = localStorage.getItem(KEY);
  if (!stored) throw new Error("signed out");
  const { refresh_token } = JSON.parse(stored);
  const body = new URLSearchParams({ grant_type: "refresh_token", client_id: options.clientId, refresh_token });
  const response = await fetch(`${options.issuer}/token`, { method: "POST", body });
  if (!response.ok) {
    localStorage.removeItem(KEY);
    throw new Error("refused");
  }
  const tokens = await response.json();
  localStorage.setItem(KEY, JSON.stringify(tokens));
  return tokens.access_token;
}

export function storedRefreshToken() {
  return JSON.parse(localStorage.getItem(KEY) ?? "{}").refresh_token ?? null;
}

export function signOut() {
  localStorage.removeItem(KEY);
}
