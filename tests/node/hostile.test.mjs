/** Every token of the corpus through `edgeward/verify`, and where the corpus comes from. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createVerifier } from "../../pkg/dist/verify/node.js";
import { SECRET, SETTINGS, TOKENS, isRight, table } from "../hostile/corpus.mjs";
import { corpus } from "../hostile/generate/corpus.mjs";

test("the corpus is what its script writes", () => {
  assert.equal(corpus(), readFileSync(new URL("../hostile/corpus.json", import.meta.url), "utf8"));
});

for (const call of ["verify", "verifySync"]) {
  test(`${call} answers every token as the corpus says, and asks nobody`, async (t) => {
    const fetched = t.mock.method(globalThis, "fetch", () => Promise.reject(new Error("nothing is to be fetched")));
    const verifiers = Object.fromEntries(
      Object.entries(SETTINGS).map(([name, setting]) => [name, createVerifier(options(setting))]),
    );
    const answers = [];
    const wrong = [];
    for (const entry of TOKENS) {
      const result = await verifiers[entry.setting][call](entry.token);
      const code = result.ok ? null : result.error.code;
      const right = isRight(entry, code);
      answers.push([entry, right]);
      if (!right) wrong.push(`${entry.class}/${entry.name}: ${code ?? "accepted"}, not ${entry.codes.join(" or ") || "accepted"}`);
    }
    console.log(table(`Node, ${call}`, answers));
    assert.deepEqual(wrong, []);
    assert.equal(fetched.mock.callCount(), 0);
  });
}

function options({ issuer, audience, algorithms, keys, secret, type, maxAge, expires }) {
  return {
    issuer,
    audience,
    algorithms,
    ...(secret ? { secret: SECRET } : { jwks: { keys } }),
    ...(type && { type }),
    ...(maxAge && { maxTokenAgeSeconds: maxAge }),
    ...(expires !== undefined && { requireExpiration: expires }),
  };
}
