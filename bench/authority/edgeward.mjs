/** The authority and a gateway in workerd, with somebody signed in, an API token, agents and an access token. */
import { startAuthority } from "../../tests/support/authority.mjs";
import { goodClaims, sign } from "../../tests/support/tokens.mjs";
import { startEdge } from "../../tests/support/worker.mjs";

/** @param {{ after(done: () => unknown): void }} end */
export async function startOurs(end) {
  const plain = await startAuthority(end);
  const cached = await startAuthority(end, { settings: { sessions: { cookie_cache: { strategy: "compact", max_age: 300 } } } });
  const token = await user(plain);
  const post = (operation, more) => ({ url: `${plain.url}/api/auth/${operation}`, method: "POST", headers: { authorization: `Bearer ${token}` }, ...more });
  const agents = await Promise.all(Array.from({ length: 64 }, () => agentOf(plain, token)));
  return {
    plain: { url: plain.url, cookie: await signedIn(plain, token) },
    cached: { url: cached.url, cookie: await signedIn(cached, await user(cached)) },
    apiToken: post("listApiTokens"),
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

async function agentOf(authority, token) {
  const { json } = await authority.call("createSession", { agentId: "agent", ttl: 3600 }, { token });
  return json.token;
}

async function accessToken(end) {
  const gateway = await startEdge(end, { config: { log: "none" } });
  const bearer = await sign(gateway.key, goodClaims(gateway.provider.issuer));
  return { url: `${gateway.url}/todos`, headers: { authorization: `Bearer ${bearer}` } };
}
