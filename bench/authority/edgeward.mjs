/** The authority and a gateway in workerd, with somebody signed in, an API token, agents and an access token. */
import { startAuthority } from "../../tests/support/authority.mjs";
import { goodClaims, sign } from "../../tests/support/tokens.mjs";
import { startEdge } from "../../tests/support/worker.mjs";
import { exchanged } from "./exchange.mjs";

const REDIRECT = "https://app.example/callback";
const CLIENT = { client_id: "own", first_party: true, redirect_uris: [REDIRECT], grant_types: ["authorization_code", "refresh_token"] };

/**
 * @param {{ after(done: () => unknown): void }} end
 * @param {number} atOnce how many requests are sent at a time: each refreshes what is its own
 */
export async function startOurs(end, atOnce) {
  const plain = await startAuthority(end, { settings: { oauth: { clients: [CLIENT] } }, onLog: () => {} });
  const cached = await startAuthority(end, { settings: { sessions: { cookie_cache: { strategy: "compact", max_age: 300 } } } });
  const token = await user(plain);
  const post = (operation, more) => ({ url: `${plain.url}/api/auth/${operation}`, method: "POST", headers: { authorization: `Bearer ${token}` }, ...more });
  const agents = await Promise.all(Array.from({ length: atOnce }, () => agentOf(plain, token)));
  const cookie = await signedIn(plain, token);
  return {
    plain: { url: plain.url, cookie, refresh: await granted(plain, cookie, atOnce) },
    cached: { url: cached.url, cookie: await signedIn(cached, await user(cached)) },
    apiToken: { url: `${plain.url}/api/auth/verifyApiToken`, method: "POST", body: JSON.stringify({ token }) },
    agentSession: post("validateSession", { headers: {}, body: JSON.stringify({ token: await agentOf(plain, token) }) }),
    agentRefresh: post("refreshSession", {
      headers: {},
      body: (lane) => JSON.stringify({ token: agents[lane], ttl: 3600 }),
      took: (lane, answer) => (agents[lane] = JSON.parse(answer).token),
    }),
    accessToken: await accessToken(end),
  };
}

async function user(authority) {
  await authority.user("ada", { email: "ada@example.com", email_verified: 1, name: "Ada" });
  return authority.apiToken("ada");
}

/** Begins a session as a server would, and has the cookies of the first look at it. */
async function signedIn(authority, token) {
  const { json } = await authority.call("createWebSession", { userId: "ada" }, { token });
  const value = encodeURIComponent(await signed(json.sessionId, authority.secret));
  const first = `better-auth.session_token=${value}`;
  const answer = await fetch(`${authority.url}/api/auth/get-session`, { headers: { cookie: first } });
  if ((await answer.text()) === "null") throw new Error("the session is not known");
  return [first, ...answer.headers.getSetCookie().map((line) => line.split(";")[0])].join("; ");
}

/** A cookie's value: the token and its HMAC, as Better Auth signs it. */
async function signed(token, secret) {
  const key = await crypto.subtle.importKey("raw", Buffer.from(secret), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return `${token}.${Buffer.from(await crypto.subtle.sign("HMAC", key, Buffer.from(token))).toString("base64")}`;
}

/** Refresh tokens of as many grants. */
async function granted({ url }, cookie, count) {
  const at = { authorize: `${url}/oauth/authorize`, token: `${url}/oauth/token`, client: CLIENT.client_id, redirect: REDIRECT, cookie };
  const all = await Promise.all(Array.from({ length: count }, () => exchanged(at)));
  return { endpoint: at.token, client: at.client, tokens: all.map((tokens) => tokens.refresh_token) };
}

async function agentOf(authority, token) {
  const { json } = await authority.call("createSession", { agentId: "agent", ttl: 3600 }, { token });
  return json.token;
}

async function accessToken(end) {
  const gateway = await startEdge(end, { config: { log: "none" } });
  const bearer = await sign(gateway.key, goodClaims(gateway.provider.issuer));
  return { url: `${gateway.url}/todos`, headers: { authorization: `Bearer ${bearer}` } };
}
