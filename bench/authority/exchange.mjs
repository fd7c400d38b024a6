/** The tokens of somebody who is signed in, by the code flow: what a refresh begins with. */
import { createHash, randomBytes } from "node:crypto";

/**
 * @param {{ authorize: string, token: string, client: string, redirect: string, cookie: string }} at a client that
 *   nobody is asked about, and whose sign-in the cookie has
 * @returns {Promise<{ refresh_token: string }>}
 */
export async function exchanged({ authorize, token, client, redirect, cookie }) {
  const verifier = randomBytes(32).toString("base64url");
  const asked = new URLSearchParams({
    client_id: client,
    redirect_uri: redirect,
    response_type: "code",
    scope: "openid offline_access",
    state: "state",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
  });
  const answer = await fetch(`${authorize}?${asked}`, { headers: { cookie }, redirect: "manual" });
  // One redirects, the other tells a page where to go.
  const to = answer.headers.get("location") ?? JSON.parse(await answer.text()).url;
  const code = new URL(to, authorize).searchParams.get("code");
  if (!code) throw new Error(`${authorize}: ${answer.status}, to ${to}`);
  return posted(token, { grant_type: "authorization_code", client_id: client, redirect_uri: redirect, code, code_verifier: verifier });
}

/**
 * Refreshes, each time with the token that came last.
 *
 * @param {{ endpoint: string, client: string, tokens: string[] }} from one token for each that is sent at once
 */
export function refreshing({ endpoint, client, tokens }) {
  return {
    url: endpoint,
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: (lane) => String(new URLSearchParams({ grant_type: "refresh_token", client_id: client, refresh_token: tokens[lane] })),
    took(lane, answer) {
      const { refresh_token: next } = JSON.parse(answer);
      if (!next || next === tokens[lane]) throw new Error(`${endpoint}: the refresh token was not rotated`);
      tokens[lane] = next;
    },
  };
}

async function posted(url, form) {
  const answer = await fetch(url, { method: "POST", body: new URLSearchParams(form) });
  const json = await answer.json();
  if (!json.refresh_token) throw new Error(`${url}: ${answer.status} ${JSON.stringify(json)}`);
  return json;
}
