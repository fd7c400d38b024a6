/** Two issuers behind one gateway: neither may speak for the other. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { atEnd } from "../support/at-end.mjs";
import { issuerConfig, startEdge } from "../support/worker.mjs";
import { startScriptedProvider } from "../support/scripted-provider.mjs";
import { goodClaims, makeKey, sign } from "../support/tokens.mjs";

describe("two issuers that use the same kid", () => {
  const end = atEnd();
  let edge;
  let second;
  let theirKey;
  before(async () => {
    theirKey = await makeKey("ES256", "key-1");
    second = await startScriptedProvider([theirKey.jwk]);
    end.after(() => second.close());
    const issuers = (provider) => [
      issuerConfig(provider),
      issuerConfig(second, { audience: ["https://second.example"] }),
    ];
    edge = await startEdge(end, { issuers });
  });

  const theirToken = (changes) =>
    sign(theirKey, goodClaims(second.issuer, { aud: "https://second.example", ...changes }));

  test("each one's tokens are verified with its own keys", async () => {
    const [ours, theirs] = [await edge.call(await edge.token()), await edge.call(await theirToken())];
    assert.deepEqual([ours.status, theirs.status], [200, 200]);
    assert.equal(ours.json.headers["x-edgeward-issuer"], edge.provider.issuer);
    assert.equal(theirs.json.headers["x-edgeward-issuer"], second.issuer);
  });

  test("one's key does not sign for the other, in either direction", async () => {
    const forged = [
      await sign(theirKey, goodClaims(edge.provider.issuer)),
      await sign(edge.key, goodClaims(second.issuer, { aud: "https://second.example" })),
    ];
    for (const token of forged) assert.equal((await edge.call(token)).json.error, "token_signature_invalid");
  });

  test("one's audience is not the other's", async () => {
    const crossed = [await edge.token({ aud: "https://second.example" }), await theirToken({ aud: "https://api.example" })];
    for (const token of crossed) assert.equal((await edge.call(token)).json.error, "token_audience_invalid");
  });

  test("one that is down leaves the other working", async (t) => {
    const doomed = await startScriptedProvider([theirKey.jwk]);
    const issuers = (provider) => [issuerConfig(provider), issuerConfig(doomed)];
    const pair = await startEdge(t, { issuers });
    await doomed.close();
    const down = await pair.call(await sign(theirKey, goodClaims(doomed.issuer)));
    assert.equal(down.status, 503);
    assert.equal((await pair.call(await pair.token())).status, 200);
  });
});
