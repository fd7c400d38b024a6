/** The life of an issuer's keys in a process, on a clock that the test sets. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createVerifier } from "../../pkg/dist/verify/node.js";
import { startScriptedProvider } from "../support/scripted-provider.mjs";
import { AUDIENCE, forge, goodClaims, makeKey, sign } from "../support/tokens.mjs";

const DAY = 24 * 3600;
/** Far below the deadline of a fetch, which is 5 seconds. */
const AT_ONCE_MILLIS = 2_500;

/** A verifier beside its provider, and a clock that runs and can be set ahead or back. */
async function start(t, options = {}) {
  const key = await makeKey("ES256", "key-1");
  const provider = await startScriptedProvider([key.jwk]);
  t.after(() => provider.close());
  const real = Date.now.bind(Date);
  let ahead = 0;
  t.mock.method(Date, "now", () => real() + ahead);
  const { issuer } = provider;
  const verifier = createVerifier({
    issuer,
    audience: AUDIENCE,
    algorithms: ["ES256"],
    jwksUri: `${issuer}/jwks`,
    development: true,
    ...options,
  });
  const claims = { exp: Math.floor(real() / 1000) + 30 * DAY };
  const token = (by = key) => sign(by, goodClaims(issuer, claims));
  return { provider, verifier, key, token, pass: (seconds) => (ahead += seconds * 1000) };
}

async function eventually(holds) {
  const since = performance.now();
  while (!(await holds())) {
    assert.ok(performance.now() - since < 5_000, "it does not come true");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function verdict(verifier, token) {
  const { error } = await verifier.verify(token);
  return error?.code ?? "accepted";
}

const accepts = async (verifier, token) => assert.equal(await verdict(verifier, token), "accepted");

test("keys are renewed in the background, and a key that is gone stops verifying", async (t) => {
  const { provider, verifier, token, pass } = await start(t);
  const old = await token();
  for (let call = 0; call < 3; call++) await accepts(verifier, old);
  assert.equal(provider.keyFetches, 1);
  const next = await makeKey("ES256", "key-2");
  provider.keys = [next.jwk];
  pass(460);
  await accepts(verifier, old);
  await eventually(() => provider.keyFetches === 2);
  await eventually(async () => (await verdict(verifier, old)) === "token_key_not_found");
  await accepts(verifier, await token(next));
});

test("nobody waits for a renewal that does not come", async (t) => {
  const { provider, verifier, token, pass } = await start(t);
  const good = await token();
  await accepts(verifier, good);
  provider.onKeys({ hang: true });
  pass(700);
  const since = performance.now();
  for (let call = 0; call < 50; call++) await accepts(verifier, good);
  assert.ok(performance.now() - since < AT_ONCE_MILLIS);
  await eventually(() => provider.keyFetches === 2);
});

test("a document from long ago is not used while the issuer answers", async (t) => {
  const { provider, verifier, token, pass } = await start(t);
  const old = await token();
  await accepts(verifier, old);
  provider.keys = [(await makeKey("ES256", "key-2")).jwk];
  pass(2 * 3600);
  assert.equal(await verdict(verifier, old), "token_key_not_found");
});

test("an issuer that fails leaves its keys verifying for a day", async (t) => {
  const { provider, verifier, token, pass } = await start(t);
  const good = await token();
  await accepts(verifier, good);
  provider.onKeys({ status: 500 });
  for (let hour = 1; hour < 24; hour++) {
    pass(3600);
    await accepts(verifier, good);
  }
  pass(3600);
  assert.equal(await verdict(verifier, good), "jwks_unavailable");
  provider.onKeys(() => ({ body: { keys: provider.keys } }));
  pass(32);
  await accepts(verifier, good);
});

test("clocks that jump ahead and back leave good tokens verifying", async (t) => {
  const { verifier, token, pass } = await start(t);
  const good = await token();
  for (const seconds of [0, 5 * DAY, -4 * DAY, 3600, 10 * DAY, -11 * DAY, 0]) {
    pass(seconds);
    for (let call = 0; call < 5; call++) await accepts(verifier, good);
  }
});

test("100 first tokens cost one fetch, and 1,000 unknown keys one in 30 seconds", async (t) => {
  const { provider, verifier, token, pass } = await start(t);
  const good = await token();
  await Promise.all(Array.from({ length: 100 }, () => accepts(verifier, good)));
  assert.equal(provider.keyFetches, 1);
  const invented = (kid) => forge({ alg: "ES256", kid }, goodClaims(provider.issuer), () => Buffer.alloc(64, 1));
  const kids = await Promise.all(Array.from({ length: 1_000 }, (_, number) => invented(`invented-${number}`)));
  for (const expected of [2, 3]) {
    for (const kid of kids) assert.equal(await verdict(verifier, kid), "token_key_not_found");
    assert.equal(provider.keyFetches, expected);
    pass(32);
  }
  await accepts(verifier, good);
});
