/** Answers of a provider, or of somebody in between, that must not sign anybody in. */
import assert from "node:assert/strict";
import { before, beforeEach, describe, test } from "node:test";
import { atEnd } from "../support/at-end.mjs";
import { handleCallback, session, startHarness } from "../support/scripted-sign-in.mjs";
import { makeKey, now, tamper } from "../support/tokens.mjs";

const end = atEnd();
let harness;
before(async () => {
  harness = await startHarness(end);
});

/** Signs in at a provider that lies, and expects no session. */
async function attempt(lies, clientOptions) {
  harness.behave(lies);
  const exchanged = harness.exchanges.length;
  const page = await harness.goAndReturn(await harness.open("", clientOptions), {}, clientOptions);
  const result = await handleCallback(page);
  assert.equal(await session(page), null);
  assert.deepEqual((await page.evaluate(() => events)).filter(([type]) => type === "signed_in"), []);
  await page.close();
  return { result, code: result.code, exchanged: harness.exchanges.length > exchanged };
}

describe("a callback is refused before the code is redeemed", () => {
  beforeEach(() => harness.behave());

  test("when it names another issuer", async () => {
    const { code, exchanged } = await attempt({ callback: (back) => ({ ...back, iss: "https://evil.example" }) });
    assert.deepEqual([code, exchanged], ["callback_issuer_mismatch", false]);
  });

  test("when it names no issuer though the provider says that it always does", async () => {
    const { code, exchanged } = await attempt({ callback: (back) => ({ ...back, iss: undefined }) });
    assert.deepEqual([code, exchanged], ["callback_issuer_mismatch", false]);
  });

  test("when its state is not one of this browser's", async () => {
    const { result, exchanged } = await attempt({ callback: (back) => ({ ...back, state: `${back.state}x` }) });
    assert.deepEqual([result.data?.kind, exchanged], ["none", false]);
  });

  test("when it has no state", async () => {
    const { result, exchanged } = await attempt({ callback: (back) => ({ ...back, state: undefined }) });
    assert.deepEqual([result.data?.kind, exchanged], ["none", false]);
  });

  test("when it carries an error", async () => {
    const { code, exchanged } = await attempt({
      callback: ({ state, iss }) => ({ state, iss, error: "access_denied", error_description: "no" }),
    });
    assert.deepEqual([code, exchanged], ["access_denied", false]);
  });

  test("when it carries an error that names another issuer", async () => {
    const { code } = await attempt({
      callback: ({ state }) => ({ state, iss: "https://evil.example", error: "access_denied" }),
    });
    assert.equal(code, "callback_issuer_mismatch");
  });
});

describe("an ID token is refused", () => {
  const REFUSED = {
    "with another nonce": [{ claims: (claims) => ({ ...claims, nonce: "other" }) }, "token_nonce_mismatch"],
    "without a nonce": [{ claims: (claims) => ({ ...claims, nonce: undefined }) }, "token_nonce_mismatch"],
    "of another issuer": [{ claims: (claims) => ({ ...claims, iss: "https://evil.example" }) }, "token_issuer_invalid"],
    "for another client": [{ claims: (claims) => ({ ...claims, aud: "other" }) }, "token_audience_invalid"],
    "for several clients, issued to another": [
      { claims: (claims) => ({ ...claims, aud: ["harness", "other"], azp: "other" }) }, "token_authorized_party_invalid",
    ],
    "that has expired": [{ claims: (claims) => ({ ...claims, exp: now() - 120 }) }, "token_expired"],
    "without exp": [{ claims: (claims) => ({ ...claims, exp: undefined }) }, "token_claim_missing"],
    "without sub": [{ claims: (claims) => ({ ...claims, sub: undefined }) }, "token_claim_missing"],
    "for another access token": [
      { claims: (claims) => ({ ...claims, at_hash: "AAAAAAAAAAAAAAAAAAAAAA" }) }, "token_hash_mismatch",
    ],
    "that was tampered with": [{ idToken: (token) => tamper(token, { sub: "root" }) }, "token_signature_invalid"],
    "that is not there": [{ idToken: () => undefined }, "response_invalid"],
  };

  for (const [name, [lies, expected]] of Object.entries(REFUSED)) {
    test(name, async () => {
      const { code, exchanged } = await attempt(lies);
      assert.equal(code, expected);
      assert.ok(exchanged);
    });
  }

  test("signed by a stranger under a known kid", async () => {
    const { code } = await attempt({ key: await makeKey("ES256", "key-1") });
    assert.equal(code, "token_signature_invalid");
  });

  test("signed with an algorithm that the client does not accept", async () => {
    const { code } = await attempt({}, { idTokenAlgorithms: ["RS256"] });
    assert.equal(code, "token_alg_not_allowed");
  });
});

describe("the token endpoint's answer is refused", () => {
  const ANSWERS = {
    "an OAuth error": [{ status: 400, body: { error: "invalid_grant" } }, "invalid_grant"],
    "an error page": [{ status: 500, headers: { "content-type": "text/html" }, body: "<h1>500</h1>" }, "server_unavailable"],
    "a token of another type": [{ body: { access_token: "a", token_type: "mac" } }, "response_invalid"],
    "no JSON": [{ body: "access_token=a" }, "response_invalid"],
    "a redirect": [{ status: 307, headers: { location: "/elsewhere" }, body: "" }, "redirect_refused"],
  };

  for (const [name, [tokenAnswer, expected]] of Object.entries(ANSWERS)) {
    test(name, async () => {
      assert.equal((await attempt({ tokenAnswer })).code, expected);
      assert.equal(harness.provider.count("/elsewhere"), 0);
    });
  }
});

describe("a sign-in is not begun", () => {
  test("when the provider's metadata names another issuer", async (t) => {
    const other = await startHarness(t);
    other.provider.onDiscovery({ body: other.provider.metadata({ issuer: "https://evil.example" }) });
    const page = await other.open();
    const result = await page.evaluate(async () => plain(await client.signIn()));
    assert.deepEqual(result, { ok: false, code: "discovery_issuer_mismatch" });
    assert.equal(page.url(), other.site.url);
  });

  test("when the page's policy forbids WebAssembly, and the error says which directive helps", async (t) => {
    const page = await harness.browser.newPage();
    t.after(() => page.close());
    await page.route(harness.site.url, async (route) => {
      const response = await route.fetch();
      const policy = response.headers()["content-security-policy"].replace("'wasm-unsafe-eval'", "");
      await route.fulfill({ response, headers: { ...response.headers(), "content-security-policy": policy } });
    });
    await page.goto(harness.site.url);
    await harness.boot(page);
    const error = await page.evaluate(async () => {
      const { error } = await client.signIn();
      return { code: error.code, message: error.message };
    });
    assert.equal(error.code, "runtime_wasm_blocked");
    assert.match(error.message, /wasm-unsafe-eval/);
  });
});
