/** Providers by name: what their requests and answers have of their own, with a stand-in for each at its own addresses. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { decodeProtectedHeader, jwtVerify } from "jose";
import { goodClaims, makeKey, sign } from "../support/tokens.mjs";
import { ORIGIN, SECRET, makeSite } from "./site.mjs";
import { posting } from "./form-post.mjs";

const CONFIDENTIAL = { issuer: undefined, clientId: "web", clientSecret: "s3cret" };

/** A network of its own: by address, what a request is answered with. */
function network(answers) {
  const asked = [];
  const fetch = async (url, init) => {
    const request = new Request(url, init);
    const form = new URLSearchParams(await request.clone().text());
    asked.push({ method: request.method, url: request.url, form, headers: request.headers });
    const answer = answers[request.url.split("?")[0]];
    if (!answer) return new Response("nobody is here", { status: 404 });
    const body = typeof answer === "function" ? await answer(asked.at(-1), request) : answer;
    return body instanceof Response ? body : Response.json(body);
  };
  const to = (address) => asked.filter(({ url }) => url.split("?")[0] === address);
  return { fetch, asked, to };
}

/** Begins a sign-in; gives its address at the provider. */
async function begin(browser) {
  const leaving = await browser.go("/sign-in?to=/there");
  return new URL(leaving.headers.get("location"));
}

const back = (address, more) => `/callback?${new URLSearchParams({ code: "c", state: address.searchParams.get("state"), ...more })}`;
const told = async (browser) => (await browser.go("/")).json();

describe("GitHub", () => {
  const TOKEN = "https://github.com/login/oauth/access_token";
  const good = {
    [TOKEN]: { access_token: "gho_1", token_type: "bearer", scope: "read:user,user:email" },
    "https://api.github.com/user": { id: 583231, login: "octocat", name: "Ada", email: "public@example.com", avatar_url: "https://a.example/1", repos_url: "https://api.github.com/x", plan: {}, iss: "https://evil.example" },
    "https://api.github.com/user/emails": [{ email: "eve@example.com", primary: true, verified: false }, { email: "ada@example.com", primary: false, verified: true }],
    "https://api.github.com/applications/web/grant": () => new Response(null, { status: 204 }),
  };

  test("has no ID token: who the user is comes from its profile, by an id that never changes", async () => {
    const { fetch, to } = network(good);
    const site = makeSite({}, { ...CONFIDENTIAL, provider: "github", scope: undefined, fetch });
    const browser = site.browser();
    const address = await begin(browser);
    assert.equal(address.origin + address.pathname, "https://github.com/login/oauth/authorize");
    assert.equal(address.searchParams.get("scope"), "read:user user:email");
    assert.equal((await browser.go(back(address))).headers.get("location"), "/there");
    const auth = await site.server.open(browser.request("/"));
    assert.equal(auth.session.subject, "583231");
    assert.deepEqual(auth.session.claims, { sub: "583231", id: 583231, login: "octocat", name: "Ada", avatar_url: "https://a.example/1", email: "ada@example.com", email_verified: true });
    assert.deepEqual(auth.session.scope, ["read:user", "user:email"]);
    assert.equal(to("https://api.github.com/user")[0].headers.get("authorization"), "Bearer gho_1");
    await browser.go("/sign-out");
    const [grant] = to("https://api.github.com/applications/web/grant");
    assert.equal(grant.method, "DELETE");
  });

  test("says with status 200 that something is wrong, and a code that is none is one", async () => {
    const { fetch } = network({ ...good, [TOKEN]: { error: "bad_verification_code", error_description: "The code passed is incorrect or expired." } });
    const browser = makeSite({}, { ...CONFIDENTIAL, provider: "github", scope: undefined, fetch }).browser();
    const failed = await browser.go(back(await begin(browser)));
    assert.equal(failed.headers.get("location"), "/?auth_error=invalid_grant");
  });

  test("that does not say who the user is signs nobody in", async () => {
    const { fetch, to } = network({ ...good, "https://api.github.com/user": { login: "octocat" } });
    const browser = makeSite({}, { ...CONFIDENTIAL, provider: "github", scope: undefined, fetch }).browser();
    const failed = await browser.go(back(await begin(browser)));
    assert.equal(failed.headers.get("location"), "/?auth_error=response_invalid");
    assert.equal(to("https://api.github.com/applications/web/grant").length, 1, "what was granted is given back");
  });
});

test("Slack names user and tokens inside of its answer, and wants commas", async () => {
  const { fetch, to } = network({
    "https://slack.com/api/oauth.v2.access": {
      ok: true, access_token: "xoxb-1", token_type: "bot", scope: "users:read,chat:write",
      team: { id: "T024BE7LD", name: "Engines" }, authed_user: { id: "U061F7AUR", access_token: "xoxp-1", token_type: "user", scope: "identify", expires_in: 43_200 },
    },
    "https://slack.com/api/auth.revoke": { ok: true },
  });
  const site = makeSite({}, { ...CONFIDENTIAL, provider: "slack", scope: "users:read chat:write", fetch });
  const browser = site.browser();
  const address = await begin(browser);
  assert.equal(address.searchParams.get("scope"), "users:read,chat:write");
  await browser.go(back(address));
  const auth = await site.server.open(browser.request("/"));
  assert.deepEqual(auth.session.claims, { sub: "U061F7AUR", workspace: "T024BE7LD" });
  const [own, user] = [await auth.getAccessToken(), await auth.getAccessToken({ resource: "authed_user" })];
  assert.deepEqual([own.data.token, own.data.scope, user.data.token], ["xoxb-1", ["users:read", "chat:write"], "xoxp-1"]);
  // What a refresh brings is the application's, and never passes for the user's.
  const exchanges = to("https://slack.com/api/oauth.v2.access").length;
  assert.equal((await auth.getAccessToken({ resource: "authed_user", forceRefresh: true })).data.token, "xoxp-1");
  site.pass(43_201);
  assert.equal((await auth.getAccessToken({ resource: "authed_user" })).error.code, "session_expired");
  assert.equal(to("https://slack.com/api/oauth.v2.access").length, exchanges);
  await browser.go("/sign-out");
  assert.equal(to("https://slack.com/api/auth.revoke")[0].headers.get("authorization"), "Bearer xoxb-1");
});

/** What an issuer publishes is remembered for the process. */
const key = await makeKey("RS256", "k");

/** An issuer that publishes its metadata and keys, and gives an ID token with these claims. */
async function publishing(issuer, { authorization, token, keys, discovery = issuer, clientId = "web" }, claims) {
  let nonce;
  const net = network({
    [`${discovery}/.well-known/openid-configuration`]: {
      issuer, authorization_endpoint: authorization, token_endpoint: token, jwks_uri: keys, response_types_supported: ["code"],
    },
    [keys]: { keys: [key.jwk] },
    [token]: async () => ({
      access_token: "at", token_type: "Bearer", expires_in: 300, refresh_token: "rt",
      id_token: await sign(key, goodClaims(issuer, { aud: clientId, nonce, scope: undefined, ...claims })),
    }),
  });
  return { ...net, remember: (address) => (nonce = address.searchParams.get("nonce")) };
}

describe("Google", () => {
  const GOOGLE = { authorization: "https://accounts.google.com/o/oauth2/v2/auth", token: "https://oauth2.googleapis.com/token", keys: "https://www.googleapis.com/oauth2/v3/certs" };

  for (const iss of ["https://accounts.google.com", "accounts.google.com"]) {
    test(`calls itself ${iss}, and gives a refresh token to who asks for it its way`, async () => {
      const google = await publishing("https://accounts.google.com", GOOGLE, { iss });
      const browser = makeSite({}, { ...CONFIDENTIAL, provider: "google", offlineAccess: true, scope: undefined, fetch: google.fetch }).browser();
      const address = await begin(browser);
      google.remember(address);
      assert.deepEqual(["access_type", "prompt", "scope"].map((name) => address.searchParams.get(name)), ["offline", "consent", "openid profile email"]);
      await browser.go(back(address));
      assert.equal((await told(browser)).subject, "ada");
    });
  }

  test("is nobody else", async () => {
    const google = await publishing("https://accounts.google.com", GOOGLE, { iss: "https://evil.example" });
    const browser = makeSite({}, { ...CONFIDENTIAL, provider: "google", scope: undefined, fetch: google.fetch }).browser();
    const address = await begin(browser);
    google.remember(address);
    assert.match((await browser.go(back(address))).headers.get("location"), /auth_error=token_issuer_invalid/);
  });
});

describe("Microsoft", () => {
  const tid = "72f988bf-86f1-41af-91ab-2d7cd011db47";
  const HOST = "https://login.microsoftonline.com";
  const ENDPOINTS = { authorization: `${HOST}/common/oauth2/v2.0/authorize`, token: `${HOST}/common/oauth2/v2.0/token`, keys: `${HOST}/common/discovery/v2.0/keys`, discovery: `${HOST}/common/v2.0` };

  for (const [what, claims, good] of [
    ["the tenant that it names", { iss: `${HOST}/${tid}/v2.0`, tid }, true],
    ["another tenant than it names", { iss: `${HOST}/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0`, tid }, false],
    ["no tenant", { iss: `${HOST}/{tenantid}/v2.0`, tid: "{tenantid}" }, false],
  ]) {
    test(`for all tenants: a token of ${what} is ${good ? "good" : "not"}`, async () => {
      const microsoft = await publishing(`${HOST}/{tenantid}/v2.0`, ENDPOINTS, claims);
      const browser = makeSite({}, { ...CONFIDENTIAL, provider: "microsoft", scope: undefined, fetch: microsoft.fetch }).browser();
      const address = await begin(browser);
      microsoft.remember(address);
      const answer = await browser.go(back(address));
      assert.match(answer.headers.get("location"), good ? /^\/there$/ : /auth_error=token_issuer_invalid/);
    });
  }

  test("for one tenant: a token of another is not good", async () => {
    const one = { ...ENDPOINTS, discovery: `${HOST}/${tid}/v2.0` };
    const other = await publishing(`${HOST}/${tid}/v2.0`, one, { iss: `${HOST}/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0`, tid: "9188040d-6c67-4c5b-b112-36a304b66dad" });
    const browser = makeSite({}, { ...CONFIDENTIAL, provider: "microsoft", tenant: tid, scope: undefined, fetch: other.fetch }).browser();
    const address = await begin(browser);
    other.remember(address);
    assert.match((await browser.go(back(address))).headers.get("location"), /auth_error=token_issuer_invalid/);
  });
});

describe("Apple", () => {
  const APPLE = "https://appleid.apple.com";
  const ENDPOINTS = { authorization: `${APPLE}/auth/authorize`, token: `${APPLE}/auth/token`, keys: `${APPLE}/auth/keys`, clientId: "com.example.web" };

  async function site() {
    const own = await makeKey("ES256", "KEY1");
    const apple = await publishing(APPLE, ENDPOINTS, { email: "ada@example.com" });
    const privateKey = { key: own.privateKey, alg: "ES256", kid: "KEY1" };
    const options = { issuer: undefined, clientId: "com.example.web", provider: "apple", appleTeam: "TEAM1", privateKey, scope: undefined, fetch: apple.fetch };
    return { apple, own, made: makeSite({}, options) };
  }

  test("posts its answer, with the name beside the code, and takes a secret that the key has signed", async () => {
    const { apple, own, made } = await site();
    const browser = made.browser();
    const address = await begin(browser);
    apple.remember(address);
    assert.deepEqual(["response_mode", "scope"].map((name) => address.searchParams.get(name)), ["form_post", "openid name email"]);
    const user = JSON.stringify({ name: { firstName: "Ada", lastName: "Lovelace" }, email: "eve@evil.example" });
    const answer = await posting(browser, "/callback", { code: "c", state: address.searchParams.get("state"), user }, { origin: APPLE });
    assert.equal(answer.headers.get("location"), "/there");
    const { session } = await made.server.open(browser.request("/"));
    assert.deepEqual([session.subject, session.claims.name, session.claims.email], ["ada", "Ada Lovelace", "ada@example.com"]);
    const secret = apple.to(`${APPLE}/auth/token`)[0].form.get("client_secret");
    const { payload } = await jwtVerify(secret, own.jwk, { audience: APPLE, issuer: "TEAM1", subject: "com.example.web" });
    assert.equal(decodeProtectedHeader(secret).kid, "KEY1");
    assert.ok(payload.exp - payload.iat <= 300);
  });
});

for (const [what, options, at] of [
  ["a name that nobody has", { provider: "gitlub", issuer: undefined }, "provider"],
  ["GitHub without a secret", { provider: "github", issuer: undefined }, "clientSecret"],
  ["GitHub at another issuer", { provider: "github", clientSecret: "s", issuer: "https://evil.example" }, "issuer"],
  ["GitHub for a tenant", { provider: "github", clientSecret: "s", issuer: undefined, tenant: "common" }, "tenant"],
  ["Microsoft for what is no tenant", { provider: "microsoft", issuer: undefined, tenant: "../evil" }, "tenant"],
  ["Apple without a key", { provider: "apple", issuer: undefined, appleTeam: "T" }, "clientKey"],
  ["a team where there is none", { issuer: "https://id.example", appleTeam: "T" }, "appleTeam"],
  ["a fragment as an answer", { issuer: "https://id.example", responseMode: "fragment" }, "responseMode"],
]) {
  test(`${what} is a wrong option, at ${at}`, async () => {
    const site = makeSite({}, { clientId: "web", cookies: { secret: SECRET }, ...options });
    const opening = async () => {
      await site.server.ready();
      await (await site.server.open(new Request(ORIGIN))).signIn();
    };
    await assert.rejects(opening(), { code: "config_invalid", at });
  });
}
