/** The whole trip, as a person makes it: sign in at a real provider, call the API through the gateway. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { AUDIENCE, GRANTED_SCOPE } from "../../examples/spa/provider.mjs";
import { accessToken, call, openPage, signIn, startExample } from "../support/example.mjs";
import { atEnd } from "../support/at-end.mjs";
import { bearer, send } from "../support/http.mjs";
import { payloadOf } from "../support/tokens.mjs";

describe("a person who signed in", () => {
  const end = atEnd();
  let example;
  let page;
  before(async () => {
    example = await startExample(end);
    page = await openPage(example);
    await signIn(page, "ada");
  });

  test("is shown who they are, and nothing of the sign-in stays in the address bar", async () => {
    assert.equal(await page.locator("#who").textContent(), "Signed in as Ada");
    assert.match(await page.locator("#you").textContent(), /ada@people\.example/);
    assert.equal(page.url(), example.page.url);
  });

  test("calls the API, and sees the verified claims that it received", async () => {
    const { status, claims } = await call(page, "Call the API");
    assert.equal(status, 200);
    assert.deepEqual([claims.sub, claims.iss, claims.aud], ["ada", example.provider.issuer, AUDIENCE]);
    assert.equal(claims.scope, GRANTED_SCOPE);
    const { headers, path } = example.origin.received.at(-1);
    assert.equal(path, "/todos");
    assert.equal(headers["x-edgeward-subject"], "ada");
    assert.deepEqual(claims, payloadOf(headers.authorization.slice("Bearer ".length)));
  });

  for (const [button, status, code, error] of [
    ["Expired token", 401, "token_expired", "invalid_token"],
    ["Tampered token", 401, "token_signature_invalid", "invalid_token"],
    ["Wrong audience", 401, "token_audience_invalid", "invalid_token"],
    ["Missing scope", 403, "insufficient_scope", "insufficient_scope"],
  ]) {
    test(`is told why it does not work: ${button}`, async () => {
      const heard = example.origin.received.filter(({ method }) => method !== "OPTIONS").length;
      const answer = await call(page, button);
      assert.deepEqual([answer.status, answer.facts.Code], [status, code]);
      assert.match(answer.facts["WWW-Authenticate"], new RegExp(`^Bearer realm="edgeward", error="${error}"`));
      assert.match(answer.facts.Message, /\.$/);
      assert.equal(answer.claims, undefined);
      assert.equal(example.origin.received.filter(({ method }) => method !== "OPTIONS").length, heard);
    });
  }

  test("is told that a call without a token lacks one, without an error", async () => {
    const { status, facts } = await call(page, "No token");
    assert.deepEqual([status, facts.Code], [401, "token_missing"]);
    assert.equal(facts["WWW-Authenticate"], 'Bearer realm="edgeward"');
  });

  test("cannot call as somebody else by writing the gateway's headers", async () => {
    const headers = [bearer(await accessToken(page)), ["X-Edgeward-Subject", "root"], ["x-edgeward-scope", "todos:admin"]];
    const { status, json } = await send(`${example.gateway.url}/todos`, { headers });
    assert.equal(status, 200);
    assert.equal(json.headers["x-edgeward-subject"], "ada");
    assert.equal(json.headers["x-edgeward-scope"], GRANTED_SCOPE);
  });

  test("has the browser send the token to the allowed API alone", async () => {
    const outcome = await page.evaluate(async (elsewhere) => {
      const { createClient } = await import("edgeward");
      const { issuer, clientId, scope, audience, api } = await (await fetch("config.json")).json();
      const redirectUri = `${location.origin}/`;
      const client = createClient({ issuer, clientId, redirectUri, scope, resource: audience, apiOrigins: [api] });
      return client.fetch(elsewhere).then(() => "sent", ({ code }) => code);
    }, example.origin.url);
    assert.equal(outcome, "origin_not_allowed");
  });
});
