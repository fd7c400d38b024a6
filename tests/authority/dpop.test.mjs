/** Access tokens that are bound to a key (RFC 9449), at the authority's own API, with `oauth4webapi`. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import * as oauth from "oauth4webapi";
import { atEnd } from "../support/at-end.mjs";
import { REDIRECT, agree, signIn, startProvider } from "../support/provider.mjs";

/** The one option that is relaxed: http, which is on loopback. */
const HTTP = { [oauth.allowInsecureRequests]: true };
const own = { client_id: "own" };

describe("an access token that is bound to a key", () => {
  const end = atEnd();
  let authority;
  let as;
  let cookie;
  before(async () => {
    authority = await startProvider(end);
    const issuer = new URL(authority.url);
    as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, HTTP));
    cookie = await signIn(authority);
  });

  /** A client with a key of its own, and a token for the authority's API that is bound to it. */
  async function bound() {
    const keys = await oauth.generateKeyPair("ES256");
    const DPoP = oauth.DPoP(own, keys);
    const verifier = oauth.generateRandomCodeVerifier();
    const state = oauth.generateRandomState();
    const url = new URL(as.authorization_endpoint);
    url.search = new URLSearchParams({
      client_id: "own",
      redirect_uri: REDIRECT,
      response_type: "code",
      scope: "openid",
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
      state,
    });
    const parameters = oauth.validateAuthResponse(as, own, await agree(authority, url, cookie), state);
    const redeem = () =>
      oauth.authorizationCodeGrantRequest(as, own, oauth.None(), parameters, REDIRECT, verifier, { DPoP, ...HTTP });
    const tokens = await retried(redeem, (answer) => oauth.processAuthorizationCodeResponse(as, own, answer));
    assert.equal(tokens.token_type, "dpop");
    return { token: tokens.access_token, DPoP, keys };
  }

  /** Calls an operation, in either protocol. */
  function call({ token, DPoP }, path, body, headers = {}) {
    const url = new URL(path, authority.url);
    const all = new Headers({ "content-type": "application/json", ...headers });
    return oauth.protectedResourceRequest(token, "POST", url, all, JSON.stringify(body), { DPoP, ...HTTP });
  }

  const WAYS = [
    ["plain JSON", "/api/auth/listApiTokens", {}],
    ["a query", "/api/query", { path: "auth:listApiTokens", args: [{}] }],
    ["a mutation", "/api/mutation", { path: "auth:createApiToken", args: [{ name: "ci", scopes: ["skills:read"] }] }],
  ];

  for (const [name, path, body] of WAYS) {
    test(`is taken with its proof for ${name}`, async () => {
      const holder = await bound();
      const answer = await retried(() => call(holder, path, body), async (answer) => answer);
      assert.equal(answer.status, 200);
      const told = await answer.json();
      assert.ok(told.tokens ?? (told.status === "success" && told.value), JSON.stringify(told));
    });

    test(`is refused as a Bearer credential for ${name}`, async () => {
      const { token } = await bound();
      const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
      const answer = await fetch(new URL(path, authority.url), { method: "POST", headers, body: JSON.stringify(body) });
      assert.equal(answer.status, 401);
      assert.equal(answer.headers.get("www-authenticate"), 'DPoP error="invalid_token"');
      assert.equal((await answer.json()).error, "token_proof_missing");
    });
  }

  test("is asked for a nonce first, for what anybody may call as well", async () => {
    const { token, keys } = await bound();
    for (const operation of ["listApiTokens", "getSession"]) {
      const forgetful = { token, DPoP: oauth.DPoP(own, keys) };
      const answer = await send(token, await proofOf(forgetful, `/api/auth/${operation}`), operation);
      assert.deepEqual(
        [answer.status, answer.headers.get("www-authenticate"), (await answer.json()).error],
        [401, 'DPoP error="use_dpop_nonce"', "dpop_nonce_required"],
      );
      assert.ok(answer.headers.get("dpop-nonce"));
    }
  });

  test("is refused with a proof of another key, of another token, or for another address", async () => {
    const [holder, other] = [await bound(), await bound()];
    // The first request learns the nonce.
    for (const one of [holder, other]) await retried(() => call(one, "/api/auth/listApiTokens", {}), async (answer) => answer);
    const codes = async (answer) => {
      const refused = await answer.catch((error) => error.response);
      return [refused.status, refused.headers.get("www-authenticate"), (await refused.json()).error];
    };
    const invalid = 'DPoP error="invalid_dpop_proof"';
    const anothers = await codes(call({ token: holder.token, DPoP: other.DPoP }, "/api/auth/listApiTokens", {}));
    assert.deepEqual(anothers.slice(0, 2), [401, invalid], anothers[2]);
    const proof = await proofOf(holder, "/api/auth/listAgentSessions");
    const elsewhere = await codes(send(holder.token, proof));
    assert.deepEqual(elsewhere.slice(0, 2), [401, invalid], elsewhere[2]);
    const none = await codes(send(holder.token));
    assert.deepEqual(none, [401, 'DPoP error="invalid_token"', "token_proof_missing"]);
  });

  test("is refused with a proof that was used before", async () => {
    const holder = await bound();
    await retried(() => call(holder, "/api/auth/listApiTokens", {}), async (answer) => answer);
    const proof = await proofOf(holder, "/api/auth/listApiTokens");
    assert.equal((await send(holder.token, proof)).status, 200);
    const again = await send(holder.token, proof);
    assert.deepEqual(
      [again.status, again.headers.get("www-authenticate"), (await again.json()).error],
      [401, 'DPoP error="invalid_dpop_proof"', "dpop_proof_replayed"],
    );
  });

  test("and one that is not bound is no DPoP credential", async () => {
    const { DPoP } = await bound();
    const token = await authority.apiToken("ada");
    const answer = await call({ token, DPoP }, "/api/auth/listApiTokens", {}).catch((error) => error.response);
    assert.equal(answer.status, 401);
  });

  test("a page of another origin may send a proof, and reads the nonce", async () => {
    const page = "https://app.example";
    const headers = { origin: page, "access-control-request-method": "POST", "access-control-request-headers": "dpop" };
    const before = await fetch(`${authority.url}/api/query`, { method: "OPTIONS", headers });
    assert.ok(before.headers.get("access-control-allow-headers").split(", ").includes("dpop"));
    const holder = await bound();
    const answer = await retried(
      () => call(holder, "/api/query", { path: "auth:listApiTokens", args: [{}] }, { origin: page }),
      async (answer) => answer,
    );
    assert.ok(answer.headers.get("dpop-nonce"));
    assert.match(answer.headers.get("access-control-expose-headers"), /\bdpop-nonce\b/);
  });

  /** The proof that a client would send to an address with its token. */
  async function proofOf(holder, path) {
    let proof;
    const options = {
      DPoP: holder.DPoP,
      ...HTTP,
      [oauth.customFetch]: (_, { headers }) => {
        proof = new Headers(headers).get("dpop");
        return new Response("{}");
      },
    };
    await oauth.protectedResourceRequest(holder.token, "POST", new URL(path, authority.url), new Headers(), "{}", options);
    return proof;
  }

  function send(token, proof, operation = "listApiTokens") {
    const headers = { authorization: `DPoP ${token}`, "content-type": "application/json", ...(proof && { dpop: proof }) };
    return fetch(`${authority.url}/api/auth/${operation}`, { method: "POST", headers, body: "{}" });
  }
});

/** Asks once more where the server wants a nonce that it has just told. */
async function retried(ask, process) {
  try {
    return await process(await ask());
  } catch (error) {
    if (!oauth.isDPoPNonceError(error)) throw error;
    return process(await ask());
  }
}
