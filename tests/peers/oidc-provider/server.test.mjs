/** `edgeward/server` against a provider that is not ours. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { exportJWK, generateKeyPair } from "jose";
import { createServerClient } from "edgeward/server";
import { atEnd } from "../../support/at-end.mjs";
import { makeKey } from "../../support/tokens.mjs";
import { Browser } from "../../server/browser.mjs";
import { AFTER_LOGOUT, REDIRECT } from "./clients.mjs";
import { Person } from "./person.mjs";
import { startProvider } from "./provider.mjs";

const { origin: ORIGIN, pathname: CALLBACK } = new URL(REDIRECT);
const DOCUMENT = "https://app.example/oauth-client";
const FORM = { "content-type": "application/x-www-form-urlencoded" };

function memory() {
  const texts = new Map();
  return { get: (key) => texts.get(key), set: (key, text) => void texts.set(key, text), remove: (key) => void texts.delete(key) };
}

describe("a server and oidc-provider", () => {
  const end = atEnd();
  let provider;
  let document;
  before(async () => {
    provider = await startProvider(end, { documentAt: async (url) => (url.startsWith(DOCUMENT) ? document(url) : undefined) });
  });

  /** A site with these options, and somebody at it. */
  function open(options) {
    const server = createServerClient({
      issuer: provider.issuer, redirectUri: REDIRECT, postLogoutRedirectUri: AFTER_LOGOUT, idTokenAlgorithms: ["ES256"],
      scope: "openid offline_access", cookies: { secret: "0123456789abcdef0123456789abcdef" }, errors: "throw", ...options,
    });
    const handle = async (request) => {
      if (new URL(request.url).pathname === CALLBACK) return server.callback(request);
      const auth = await server.open(request);
      if (request.url.endsWith("/sign-in")) return auth.signIn({ returnTo: "/there", prompt: "consent" });
      if (request.url.endsWith("/sign-out")) return auth.signOut();
      const token = auth.session && (await auth.getAccessToken(request.url.endsWith("/forced") ? { forceRefresh: true } : {}));
      return auth.applyTo(Response.json({ subject: auth.session?.subject ?? null, tokenType: token?.tokenType }));
    };
    return { server, browser: new Browser(ORIGIN, handle), person: new Person() };
  }

  async function signIn({ browser, person }) {
    const leaving = await browser.go("/sign-in");
    const { left, posted, page, status } = await person.visit(leaving.headers.get("location"));
    assert.ok(left, `the provider kept the person: ${status} ${page}`);
    const { pathname, search } = new URL(left);
    // A page of the provider posts it: on this machine all ports are one site.
    const body = posted && { method: "POST", body: new URLSearchParams(posted).toString(), headers: { ...FORM, origin: provider.issuer, "sec-fetch-site": "same-site", "sec-fetch-mode": "navigate" } };
    const back = await browser.go(pathname + search, body);
    assert.deepEqual([back.status, back.headers.get("location")], [303, "/there"]);
    return { left, posted };
  }
  const told = async (browser, path = "/") => (await browser.go(path)).json();

  test("signs in by a form that the provider's page posts", async () => {
    const site = open({ clientId: "app-ES256", responseMode: "form_post" });
    const { posted } = await signIn(site);
    assert.deepEqual(Object.keys(posted).sort(), ["code", "iss", "state"]);
    assert.equal((await told(site.browser)).subject, "ada");
  });

  for (const responseMode of ["jwt", "query.jwt", "form_post.jwt"]) {
    test(`signs in by an answer that the provider signs (${responseMode})`, async () => {
      const site = open({ clientId: "app-ES256", responseMode });
      const { left, posted } = await signIn(site);
      const answer = posted ?? Object.fromEntries(new URL(left).searchParams);
      assert.deepEqual(Object.keys(answer), ["response"]);
      assert.equal((await told(site.browser)).subject, "ada");
    });
  }

  test("uses tokens that are bound to its key, with a nonce that the provider demands", async () => {
    const { privateKey } = await generateKeyPair("ES256", { extractable: true });
    const site = open({ clientId: "bound", tokenBinding: "dpop", dpopKey: await exportJWK(privateKey) });
    await signIn(site);
    assert.deepEqual(await told(site.browser), { subject: "ada", tokenType: "DPoP" });
    assert.deepEqual(await told(site.browser, "/forced"), { subject: "ada", tokenType: "DPoP" });
    assert.throws(() => open({ clientId: "bound", tokenBinding: "dpop" }), { code: "config_invalid", at: "dpopKey" });
  });

  test("hears by the back channel that the user has signed out elsewhere", async () => {
    const site = open({ clientId: "app-told", store: memory(), backChannelLogout: true });
    await signIn(site);
    const before = provider.logoutTokens.length;
    await site.person.visit(`${provider.issuer}/session/end`);
    assert.equal(provider.logoutTokens.length, before + 1);
    assert.equal((await told(site.browser)).subject, "ada", "nobody has told it yet");
    const body = new URLSearchParams({ logout_token: provider.logoutTokens.at(-1) }).toString();
    const answer = await site.server.backChannelLogout(new Request(`${ORIGIN}/logout`, { method: "POST", headers: FORM, body }));
    assert.equal(answer.status, 200, await answer.text());
    assert.equal((await told(site.browser)).subject, null);
  });

  for (const [what, more] of [
    ["publicly", async () => ({})],
    ["with its key", async () => {
      const { privateKey, kid } = await makeKey("ES256", "own");
      return { privateKey: { ...(await exportJWK(privateKey)), alg: "ES256", kid } };
    }],
  ]) {
    test(`is known by the document at its own address, ${what}`, async () => {
      const described = { client_name: "app", application_type: "native", id_token_signed_response_alg: "ES256" };
      const site = open({ clientId: `${DOCUMENT}?${encodeURIComponent(what)}`, clientMetadata: described, ...(await more()) });
      document = (url) => site.server.clientMetadata(new Request(url));
      await signIn(site);
      assert.equal((await told(site.browser)).subject, "ada");
    });
  }

  test("gives its document at its own address only, and no secret in it", async () => {
    const { privateKey } = await makeKey("ES256", "own");
    const jwk = { ...(await exportJWK(privateKey)), alg: "ES256", kid: "own" };
    const { server } = open({ clientId: DOCUMENT, privateKey: jwk });
    assert.equal((await server.clientMetadata(new Request("https://app.example/elsewhere"))).status, 404);
    const written = await (await server.clientMetadata(new Request(DOCUMENT))).json();
    assert.deepEqual([written.client_id, written.token_endpoint_auth_method, written.redirect_uris], [DOCUMENT, "private_key_jwt", [REDIRECT]]);
    assert.deepEqual(Object.keys(written.jwks.keys[0]).sort(), ["alg", "crv", "kid", "kty", "use", "x", "y"]);
    const wrong = open({ clientId: DOCUMENT, clientMetadata: { client_secret: "s" } });
    await assert.rejects(wrong.server.clientMetadata(new Request(DOCUMENT)), { code: "client_metadata_invalid", at: "client_secret" });
  });
});
