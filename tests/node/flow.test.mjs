/** The client's whole life against npm `oidc-provider`, without a browser. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { startOrigin } from "../../examples/spa/origin.mjs";
import { AUDIENCE, CLIENT_ID, GRANTED_SCOPE, startProvider } from "../../examples/spa/provider.mjs";
import { createClient, isAuthError } from "../../pkg/dist/client/node.js";
import { createVerifier } from "../../pkg/dist/verify/node.js";
import { atEnd } from "../support/at-end.mjs";
import { openPage, signInAt } from "./page.mjs";

const PAGE = "http://127.0.0.1:3000/";
const SCOPE = `openid profile email offline_access ${GRANTED_SCOPE}`;

describe("a client in front of a real provider", () => {
  const end = atEnd();
  let provider;
  let origin;
  let page;
  before(async () => {
    provider = await startProvider({ pages: [PAGE] });
    end.after(() => provider.close());
    origin = await startOrigin({ allowedOrigins: [] });
    end.after(() => origin.close());
    page = openPage(end, `${PAGE}?page=2#top`);
  });

  const settings = (changes = {}) => ({
    issuer: provider.issuer,
    clientId: CLIENT_ID,
    redirectUri: PAGE,
    scope: SCOPE,
    resource: AUDIENCE,
    apiOrigins: [origin.url],
    postLogoutRedirectUri: PAGE,
    ...changes,
  });

  /** A client, and what it tells. */
  function start(changes) {
    const client = createClient(settings(changes));
    const told = [];
    client.onAuthStateChange((event) => void told.push(event));
    return { client, told };
  }

  /** Goes to the provider and comes back; the callback stands in the address bar. */
  async function goAndReturn(client, options) {
    const result = await client.signIn(options);
    assert.equal(result.ok, true, result.error?.message);
    const callback = new URL(await signInAt(page.left.at(-1), "ada", PAGE));
    callback.searchParams.append("page", "2");
    page.location.href = `${callback.href}#top`;
  }

  test("signs in, calls, and survives the reload", async () => {
    const { client, told } = start();
    await goAndReturn(client, { appState: { n: 1 } });
    const result = await client.handleCallback();
    assert.equal(result.ok, true, result.error?.message);
    assert.deepEqual([result.data.kind, result.data.appState], ["signedIn", { n: 1 }]);
    const { session } = result.data;
    assert.deepEqual([session.subject, session.claims.name], ["ada", "Ada"]);
    assert.deepEqual(session.scope, GRANTED_SCOPE.split(" "), "what was granted, not what was asked for");
    assert.ok(Math.abs(session.expiresAt - Date.now() - 300_000) < 10_000);
    assert.equal(page.location.href, `${PAGE}?page=2#top`, "what is not ours stays");
    assert.deepEqual(page.state, { kept: true });
    assert.deepEqual(told.map(({ type }) => type), ["initial", "signed_in"]);

    const reloaded = start().client;
    assert.deepEqual(await reloaded.getSession(), session);
    assert.equal(reloaded.state.status, "signedIn");
    const access = await reloaded.getAccessToken();
    const verifier = createVerifier({
      issuer: provider.issuer,
      audience: AUDIENCE,
      algorithms: ["ES256"],
      type: "at+jwt",
      development: true,
    });
    assert.equal(verifier.verifySync(access.data.token).error.code, "keys_not_loaded");
    assert.equal((await verifier.verify(access.data.token)).data.subject, "ada");
    assert.equal(verifier.verifySync(access.data.token).data.subject, "ada");
  });

  test("sends the token to the allowed origin alone", async () => {
    const { client } = start();
    const answer = await client.fetch(`${origin.url}/todos`, { method: "POST", body: "x", headers: { "x-own": "1" } });
    assert.equal(answer.status, 200);
    const { headers } = origin.received.at(-1);
    assert.equal(headers["x-own"], "1");
    assert.equal(headers.authorization, `Bearer ${(await client.getAccessToken()).data.token}`);
    for (const elsewhere of [provider.issuer, "http://127.0.0.1:1", "https://api.example.evil.example"]) {
      await assert.rejects(client.fetch(elsewhere), (error) => isAuthError(error, "origin_not_allowed"));
    }
  });

  test("signs out here, at the token's issuer and on its page", async () => {
    const { client, told } = start();
    await client.ready();
    assert.equal((await client.signOut()).ok, true);
    assert.deepEqual(told.map(({ type }) => type), ["initial", "signed_out"]);
    assert.deepEqual(client.state, { status: "signedOut", reason: "signed_out" });
    assert.equal((await client.getAccessToken()).error.code, "session_missing");
    assert.equal(await client.getSession(), null);
    assert.doesNotMatch(page.sessionStorage.text, /eyJ/);
    const goodbye = new URL(page.left.at(-1));
    assert.equal(goodbye.origin, provider.issuer);
    assert.equal(goodbye.searchParams.get("post_logout_redirect_uri"), PAGE);
    assert.equal(goodbye.searchParams.get("client_id"), CLIENT_ID);
    assert.match(goodbye.searchParams.get("id_token_hint"), /^eyJ/);
  });

  test("throws what it would have answered, if asked to", async () => {
    const { client } = start({ errors: "throw" });
    await assert.rejects(client.getAccessToken(), (error) => isAuthError(error, "session_missing"));
    await assert.rejects(client.signIn({ extraParameters: { nonce: "x" } }), { code: "invalid_parameters", at: "extraParameters" });
    assert.deepEqual(await client.handleCallback(`${PAGE}?code=1&state=2`), { kind: "none" });
  });

  test("lets a sign-out beat the exchange that is under way, and revokes what comes", async () => {
    const { client, told } = start();
    await goAndReturn(client);
    const [callback] = await Promise.all([client.handleCallback(), client.signOut({ endSession: false })]);
    assert.equal(callback.error.code, "session_changed");
    assert.equal(client.state.status, "signedOut");
    assert.ok(!told.some(({ type }) => type === "signed_in"));
    assert.doesNotMatch(page.sessionStorage.text, /eyJ/);
  });

  test("lets listeners call it, throw and leave", async () => {
    const { client } = start();
    const seen = [];
    const reported = [];
    globalThis.reportError = (error) => reported.push(error.message);
    end.after(() => delete globalThis.reportError);
    client.onAuthStateChange(() => {
      throw new Error("a listener's own");
    });
    client.onAuthStateChange(async () => Promise.reject(new Error("a listener's promise")));
    const remove = client.onAuthStateChange(({ type }) => {
      seen.push(type);
      if (type === "signed_in") void client.signOut({ endSession: false }).then(remove);
    });
    await goAndReturn(client);
    assert.equal((await client.handleCallback()).data.kind, "signedIn");
    await client.ready();
    await new Promise(setImmediate);
    assert.deepEqual(seen, ["initial", "signed_in", "signed_out"]);
    assert.ok(reported.includes("a listener's own") && reported.includes("a listener's promise"));
  });
});

describe("a session that expires", () => {
  const end = atEnd();

  test("is refreshed by the monotonic clock, whatever the wall clock says", async () => {
    const provider = await startProvider({ pages: [PAGE], accessTokenSeconds: 30 });
    end.after(() => provider.close());
    const page = openPage(end, PAGE);
    const client = createClient({ issuer: provider.issuer, clientId: CLIENT_ID, redirectUri: PAGE, scope: SCOPE });
    end.after(() => client.dispose());
    assert.equal((await client.signIn()).ok, true);
    page.location.href = await signInAt(page.left[0], "ada", PAGE);
    assert.equal((await client.handleCallback()).data.kind, "signedIn");
    const token = async () => (await client.getAccessToken()).data.token;
    const first = await token();

    shift(end, Date, "now", -3_600_000);
    assert.equal(await token(), first, "a clock that was set is not time that passed");
    shift(end, performance, "now", 19_000);
    assert.equal(await token(), first);
    shift(end, performance, "now", 2_000);
    assert.notEqual(await token(), first);
    assert.equal(client.state.status, "signedIn");
  });
});

/** Moves a clock ahead. */
function shift(end, clock, name, millis) {
  const real = clock[name].bind(clock);
  clock[name] = () => real() + millis;
  end.after(() => (clock[name] = real));
}
