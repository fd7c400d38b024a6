/** Our own client with our own authorization server: bound to a key, pushed, renewed, on a device, exchanged, signed out. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { AFTER_LOGOUT, REDIRECT } from "../peers/oidc-provider/clients.mjs";
import { whole } from "../peers/oidc-provider/edgeward.mjs";
import { atEnd } from "../support/at-end.mjs";
import { agree, decideDevice, signIn, startProvider } from "../support/provider.mjs";

const grants = [
  "authorization_code",
  "refresh_token",
  "urn:ietf:params:oauth:grant-type:device_code",
  "urn:ietf:params:oauth:grant-type:token-exchange",
];
const client = {
  redirect_uris: [REDIRECT],
  post_logout_redirect_uris: [AFTER_LOGOUT],
  grant_types: grants,
  first_party: true,
};

/** The next token, before the old one is over: the clocks of a client and of a server that checks proofs agree. */
async function renew({ auth }) {
  const { token, tokenType } = await auth.getAccessToken({ forceRefresh: true });
  return { accessToken: token, tokenType };
}

describe("edgeward and its own authority", () => {
  const end = atEnd();
  let authority;
  let cookie;
  before(async () => {
    const bound = { dpop_bound_access_tokens: true, require_pushed_authorization_requests: true };
    const clients = [
      { client_id: "page", ...client },
      { client_id: "bound", ...client, ...bound },
    ];
    authority = await startProvider(end, { more: { clients } });
    cookie = await signIn(authority);
  });

  async function signedIn(options) {
    const connected = await whole.connect({ issuer: authority.url, ...options });
    const { url, finish } = await connected.begin({ scope: "openid email offline_access" });
    const callback = await agree(authority, url, cookie);
    return { connected, session: await finish(callback.href) };
  }

  test("a page signs in, renews, asks who it is, gives back and signs out", async () => {
    const { connected, session } = await signedIn({ clientId: "page" });
    assert.equal(session.claims.email, "ada@example.com");
    const renewed = await renew(connected);
    assert.notEqual(renewed.accessToken, session.accessToken);
    assert.equal((await connected.userinfo()).email, "ada@example.com");
    const away = new URL(await connected.logoutAddress());
    const answer = await fetch(away, { headers: { cookie }, redirect: "manual" });
    assert.ok(answer.headers.get("location").startsWith(AFTER_LOGOUT));
    cookie = await signIn(authority);
  });

  test("tokens are bound to a key, whose nonces are learnt, and requests are pushed", async () => {
    const { connected, session } = await signedIn({ clientId: "bound", dpop: true, par: true });
    assert.equal(session.tokenType, "DPoP");
    const renewed = await renew(connected);
    assert.equal(renewed.tokenType, "DPoP");
    assert.equal((await connected.userinfo()).email, "ada@example.com");
    const stolen = await fetch(`${authority.url}/oauth/userinfo`, {
      headers: { authorization: `Bearer ${renewed.accessToken}` },
    });
    assert.equal(stolen.status, 401);
  });

  test("a device waits until it is confirmed", async () => {
    const connected = await whole.connect({ issuer: authority.url, clientId: "page" });
    const device = await connected.device({ scope: "openid email" });
    const waiting = device.wait();
    await decideDevice(authority, cookie, device.userCode, "allow");
    assert.equal((await waiting).claims.sub, "ada");
  });

  test("an API token is exchanged for what Convex takes", async () => {
    const connected = await whole.connect({ issuer: authority.url, clientId: "page" });
    const subjectToken = await authority.apiToken("ada", ["skills:read"]);
    const { accessToken } = await connected.exchange({ subjectToken, audience: "convex", scope: "skills:read" });
    const claims = JSON.parse(Buffer.from(accessToken.split(".")[1], "base64url"));
    assert.deepEqual([claims.aud, claims.sub, claims.scope], ["convex", "ada", "skills:read"]);
  });
});
