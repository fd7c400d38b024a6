/** What a server remembers of requests that it has answered: nothing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { LIFETIME, makeSite, signIn, startIssuer, whoami } from "./site.mjs";

/** Sees the core's memory, which the package shows to nobody. */
function watchMemory(t) {
  const { Instance } = WebAssembly;
  const seen = { bytes: () => seen.memory.buffer.byteLength };
  WebAssembly.Instance = function (...args) {
    const instance = new Instance(...args);
    seen.memory = instance.exports.memory;
    return instance;
  };
  t.after(() => (WebAssembly.Instance = Instance));
  return seen;
}

test("thousands of requests leave the core's memory as it was", async (t) => {
  const seen = watchMemory(t);
  const issuer = await startIssuer(t);
  const site = makeSite(issuer);
  const browser = site.browser();
  await signIn(issuer, browser);
  const answer = async (count) => {
    for (let at = 0; at < count; at++) {
      // Every tenth one refreshes.
      if (at % 10 === 0) site.pass(LIFETIME);
      assert.equal(await whoami(browser), "ada");
    }
  };
  await answer(200);
  const before = seen.bytes();
  await answer(2_000);
  assert.equal(seen.bytes(), before);
});
