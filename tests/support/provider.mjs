/** The authorization server in workerd: its clients, and somebody who signs in and agrees. */
import { createHash, createHmac, randomBytes } from "node:crypto";
import { startAuthority } from "./authority.mjs";

export const SECRET = "a-secret-of-the-server-that-nobody-guesses";
export const REDIRECT = "http://127.0.0.1/callback";
export const API = "https://api.example";
export const CONVEX = "https://happy-animal-1.convex.cloud";

const sha256 = (text) => createHash("sha256").update(text).digest("hex");

const DEVICE = "urn:ietf:params:oauth:grant-type:device_code";
const EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";

/** The clients that the tests are. `key` is the public JWK of the client that signs. */
export function settings({ key, spa, providers, more = {} } = {}) {
  const web = { redirect_uris: [REDIRECT], grant_types: ["authorization_code", "refresh_token"] };
  const clients = [
    { client_id: "own", first_party: true, ...web, grant_types: [...web.grant_types, DEVICE, EXCHANGE] },
    { client_id: "app", client_name: "Notes", client_uri: "https://notes.example", ...web },
    {
      client_id: "server",
      first_party: true,
      ...web,
      client_secret_sha256: sha256(SECRET),
      grant_types: [...web.grant_types, "client_credentials"],
      post_logout_redirect_uris: ["https://server.example/bye"],
    },
    { client_id: API, grant_types: [], client_secret_sha256: sha256(SECRET) },
    ...(key
      ? [
          {
            client_id: "signer",
            token_endpoint_auth_method: "private_key_jwt",
            jwks: { keys: [key] },
            ...web,
            first_party: true,
            require_pushed_authorization_requests: true,
            dpop_bound_access_tokens: true,
            grant_types: [...web.grant_types, "client_credentials"],
          },
        ]
      : []),
    ...(spa
      ? [
          {
            client_id: "spa",
            client_name: "A page",
            first_party: true,
            redirect_uris: [`${spa}/`],
            post_logout_redirect_uris: [`${spa}/`],
          },
        ]
      : []),
  ];
  return {
    ...(providers && { providers }),
    oauth: {
      clients,
      scopes: ["notes:read", "notes:write"],
      resources: [{ resource: API }, { resource: CONVEX, audience: "convex", format: "convex" }],
      registration: true,
      registration_scopes: ["notes:read"],
      ...more,
    },
  };
}

/** Starts one, with a user `ada`. */
export async function startProvider(test, options = {}) {
  const authority = await startAuthority(test, { settings: settings(options), ...options.authority });
  await authority.user("ada", { name: "Ada Lovelace", email: "ada@example.com", email_verified: 1 });
  return authority;
}

/** The value of the header `Cookie` of a new session, as signing in through a provider would begin it. */
export async function signIn(authority, user = "ada") {
  const { name, value } = await sessionCookie(authority, user);
  return `${name}=${value}`;
}

export async function sessionCookie(authority, user = "ada") {
  const token = randomBytes(16).toString("hex");
  const signature = createHmac("sha256", authority.secret).update(token).digest("base64");
  const now = Date.now();
  await authority.database
    .prepare(
      "INSERT INTO edgeward_sessions (id, hash, user_id, remembered, created_at, updated_at, last_used_at, expires_at) VALUES (?, ?, ?, 1, ?, ?, ?, ?)",
    )
    .bind(randomBytes(12).toString("hex"), sha256(token), user, now, now, now, now + 604_800_000)
    .run();
  return { name: "better-auth.session_token", value: encodeURIComponent(`${token}.${signature}`) };
}

/** Goes to an address of the authorization endpoint as a browser would, agrees if asked, and gives the callback. */
export async function agree(authority, url, cookie) {
  const first = await fetch(url, { headers: { cookie }, redirect: "manual" });
  if (first.status === 303) return new URL(first.headers.get("location"), authority.url);
  if (first.status !== 200) throw new Error(`${first.status}: ${await first.text()}`);
  const page = await first.text();
  const body = new URLSearchParams({ request: hidden(page, "request"), form: hidden(page, "form"), decision: "allow" });
  const second = await fetch(`${authority.url}/oauth/consent`, {
    method: "POST",
    body,
    headers: { cookie },
    redirect: "manual",
  });
  if (second.status !== 303) throw new Error(`${second.status}: ${await second.text()}`);
  return new URL(second.headers.get("location"));
}

/** A hidden field of a page. */
export function hidden(page, name) {
  const [, value] = page.match(new RegExp(`name="${name}" value="([^"]*)"`)) ?? [];
  if (value === undefined) throw new Error(`the page has no ${name}`);
  return value
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
}

/** Confirms a device, or denies it. */
export async function decideDevice(authority, cookie, code, decision) {
  const send = (pairs) =>
    fetch(`${authority.url}/device`, { method: "POST", body: new URLSearchParams(pairs), headers: { cookie } });
  const page = await (await send({ user_code: code })).text();
  const answer = await send({ user_code: hidden(page, "user_code"), form: hidden(page, "form"), decision });
  if (answer.status !== 200) throw new Error(`${answer.status}`);
}
