/** Tokens whose signature was verified before: nothing but time can tell. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { issuerConfig, startEdge } from "../support/worker.mjs";
import { bearer, send } from "../support/http.mjs";
import { makeKey, now, tamper } from "../support/tokens.mjs";

const SECRET = "the-scrapers-secret-of-these-tests";

describe("a token that was verified before", { timeout: 60_000 }, () => {
  async function start(t, changes = {}) {
    const issuers = (provider) => [issuerConfig(provider, changes)];
    const config = { metrics: { secret_binding: "SCRAPER" } };
    const edge = await startEdge(t, { issuers, config, bindings: { SCRAPER: SECRET } });
    const counts = async () => {
      const { text } = await send(`${edge.url}/metrics`, { headers: [bearer(SECRET)] });
      const count = (name) => Number(new RegExp(`^edgeward_token_cache_${name}_total\\{.*\\} (\\d+)$`, "m").exec(text)?.[1]);
      return [count("hits"), count("misses")];
    };
    return Object.assign(edge, { counts });
  }

  const isRefused = (answer, code) => assert.deepEqual([answer.status, answer.json?.error], [401, code], answer.text);

  test("is not verified again", async (t) => {
    const edge = await start(t);
    const token = await edge.token();
    for (let call = 0; call < 5; call++) assert.equal((await edge.call(token)).status, 200);
    assert.deepEqual(await edge.counts(), [4, 1]);
    await edge.call(await edge.token({ sub: "bob" }));
    assert.deepEqual(await edge.counts(), [4, 2], "another token is another one");
  });

  test("vouches for no other token", async (t) => {
    const edge = await start(t);
    const token = await edge.token();
    assert.equal((await edge.call(token)).status, 200);
    const [header, claims, signature] = token.split(".");
    const flipped = (signature[0] === "A" ? "B" : "A") + signature.slice(1);
    isRefused(await edge.call([header, claims, flipped].join(".")), "token_signature_invalid");
    isRefused(await edge.call(tamper(token, { sub: "root" })), "token_signature_invalid");
    isRefused(await edge.call(tamper(token, { sub: "root" })), "token_signature_invalid");
  });

  test("expires as any other", async (t) => {
    const edge = await start(t, { clock_tolerance_seconds: 0 });
    assert.equal((await edge.call(await edge.token())).status, 200, "the keys are there");
    const token = await edge.token({ exp: now() + 4 });
    for (let call = 0; call < 2; call++) assert.equal((await edge.call(token)).status, 200);
    const expired = async () => (await edge.call(token)).status === 401;
    while (!(await expired())) await new Promise((resolve) => setTimeout(resolve, 100));
    isRefused(await edge.call(token), "token_expired");
    assert.ok(now() >= JSON.parse(Buffer.from(token.split(".")[1], "base64url")).exp, "not before its time");
  });

  test("goes with the key that verified it", async (t) => {
    const edge = await start(t);
    const token = await edge.token();
    for (let call = 0; call < 2; call++) assert.equal((await edge.call(token)).status, 200);
    const next = await makeKey("ES256", "key-2");
    edge.provider.onKeys({ body: { keys: [next.jwk] } });
    assert.equal((await edge.call(await edge.token({}, {}, next))).status, 200);
    isRefused(await edge.call(token), "token_key_not_found");
  });

  test("that fails its claims is not kept", async (t) => {
    const edge = await start(t);
    const token = await edge.token({ aud: "https://other.example" });
    for (let call = 0; call < 3; call++) isRefused(await edge.call(token), "token_audience_invalid");
    assert.deepEqual(await edge.counts(), [0, 3]);
  });
});
