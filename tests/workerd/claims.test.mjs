/** Times, audience, issuer and the limits of a token. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { atEnd } from "../support/at-end.mjs";
import { startEdge } from "../support/worker.mjs";
import { AUDIENCE, now, sign } from "../support/tokens.mjs";

describe("the claims of a token", () => {
  const end = atEnd();
  let edge;
  before(async () => {
    edge = await startEdge(end);
  });

  const refused = async (claims, status, code) => {
    const answer = await edge.call(await edge.token(claims));
    assert.deepEqual([answer.status, answer.json.error], [status, code]);
  };
  const accepted = async (claims) => {
    const answer = await edge.call(await edge.token(claims));
    assert.equal(answer.status, 200, answer.text);
  };

  test("an expired token is refused", () => refused({ exp: now() - 61 }, 401, "token_expired"));
  test("a clock that is half a minute off is tolerated", () => accepted({ exp: now() - 30, nbf: now() + 30 }));
  test("a token without exp is refused", () => refused({ exp: undefined }, 401, "token_claim_missing"));
  test("a token that is not valid yet is refused", () => refused({ nbf: now() + 120 }, 401, "token_not_yet_valid"));
  test("a token from the future is refused", () => refused({ iat: now() + 120 }, 401, "token_not_yet_valid"));

  for (const exp of [null, "9999999999", [9_999_999_999], {}, true]) {
    test(`exp ${JSON.stringify(exp)} is no date`, () => refused({ exp }, 401, "token_claim_invalid"));
  }

  test("the audience of another API is refused", () =>
    refused({ aud: "https://billing.example" }, 401, "token_audience_invalid"));
  test("an audience that only contains ours is refused", () =>
    refused({ aud: `${AUDIENCE}.evil.example` }, 401, "token_audience_invalid"));
  test("our audience among others is accepted", () => accepted({ aud: ["https://billing.example", AUDIENCE] }));
  test("an empty list of audiences is refused", () => refused({ aud: [] }, 401, "token_audience_invalid"));

  test("a token without audience is refused", async () => {
    const answer = await edge.call(await edge.token({ aud: undefined }));
    assert.equal(answer.status, 401);
    assert.match(answer.json.error, /^token_(audience_invalid|claim_missing)$/);
  });

  test("an unknown issuer is refused, and nobody is asked for its keys", async () => {
    const asked = edge.provider.discoveries;
    await refused({ iss: "https://evil.example" }, 401, "token_issuer_invalid");
    await refused({ iss: `${edge.provider.issuer}/` }, 401, "token_issuer_invalid");
    await refused({ iss: [edge.provider.issuer] }, 401, "token_issuer_invalid");
    await refused({ iss: undefined }, 401, "token_issuer_invalid");
    assert.equal(edge.provider.discoveries, asked);
  });

  test("a token that is bound to a key is refused without its proof", () =>
    refused({ cnf: { jkt: "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" } }, 401, "token_proof_missing"));

  test("a token of 16 KiB passes, and one above is refused", async () => {
    const size = async (length) => (await edge.token({ padding: "x".repeat(length) })).length;
    const spare = 16 * 1024 - (await size(0));
    const fits = await edge.token({ padding: "x".repeat(Math.floor((spare * 3) / 4) - 4) });
    assert.ok(fits.length <= 16 * 1024 && fits.length > 16 * 1024 - 16, `${fits.length}`);
    assert.equal((await edge.call(fits)).status, 200);
    const over = await edge.token({ padding: "x".repeat(Math.ceil((spare * 3) / 4) + 4) });
    const answer = await edge.call(over);
    assert.deepEqual([answer.status, answer.json.error], [401, "token_too_large"]);
  });

  test("claims deeper than 32 are refused", async () => {
    const claims = JSON.stringify({ iss: edge.provider.issuer, aud: AUDIENCE, exp: now() + 60 });
    const nested = (depth) => `${claims.slice(0, -1)},"deep":${"[".repeat(depth)}${"]".repeat(depth)}}`;
    assert.equal((await edge.call(await sign(edge.key, nested(31)))).status, 200);
    assert.equal((await edge.call(await sign(edge.key, nested(40)))).json.error, "token_malformed");
  });

  test("a claim that comes twice is refused", async () => {
    const { issuer } = edge.provider;
    const claims = `{"iss":"${issuer}","aud":"${AUDIENCE}","exp":${now() + 60},"sub":"ada","sub":"root"}`;
    assert.equal((await edge.call(await sign(edge.key, claims))).json.error, "token_malformed");
  });

  for (const [name, change] of [
    ["padding", (token) => `${token}=`],
    ["a fourth part", (token) => `${token}.x`],
    ["a missing part", (token) => token.slice(0, token.lastIndexOf("."))],
    ["stray bits at the end", strayBits],
  ]) {
    test(`a token with ${name} is malformed`, async () => {
      const answer = await edge.call(change(await edge.token()));
      assert.equal(answer.json.error, "token_malformed");
    });
  }
});

/** 64 bytes take 86 characters, the last of which has four bits that must be zero. */
function strayBits(token) {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return token.slice(0, -1) + alphabet[alphabet.indexOf(token.at(-1)) + 1];
}
