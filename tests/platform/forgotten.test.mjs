/** Clients that nobody disposes of: what they began ends when nobody can reach them any more. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { clientFactory } from "../../pkg/src/client/index.js";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc");
const MANY = 20;
const DEADLINE = 2_000;

/** A core that begins a timer of a day and a call that ends at once, and counts how often it is let go. */
function countingCores() {
  const counts = { made: 0, freed: 0 };
  class Core {
    constructor() {
      counts.made += 1;
    }
    handle(input) {
      const { type, call } = JSON.parse(input);
      if (type !== "call") return "{}";
      const effects = [{ effect: call, kind: "sleep", millis: 86_400_000 }];
      return JSON.stringify({ effects, settled: [{ call, ok: { status: "signedOut" } }] });
    }
    free() {
      counts.freed += 1;
    }
  }
  const glue = { Core, initSync() {} };
  return { counts, createClient: clientFactory(glue, { now: () => new Uint8Array() }) };
}

/** Collects until a condition holds; false: it does not come to hold. */
async function collected(holds) {
  for (const until = Date.now() + DEADLINE; Date.now() < until; ) {
    // What was looked at stays until the turn ends.
    await new Promise(setImmediate);
    collect();
    await new Promise(setImmediate);
    if (holds()) return true;
  }
  return false;
}

describe("a client that is forgotten", () => {
  const options = { issuer: "https://id.example", clientId: "app", storage: "memory" };

  /** Makes clients, uses each, and keeps only weak hold of them. */
  async function make(createClient, use = () => {}) {
    const references = [];
    for (let i = 0; i < MANY; i++) {
      const client = createClient(options);
      await client.getSession();
      use(client, i);
      references.push(new WeakRef(client));
    }
    return references;
  }
  const gone = (references) => references.filter((reference) => !reference.deref()).length;

  test("is collected with its timers and its channel, and its core is let go", async () => {
    const { counts, createClient } = countingCores();
    const references = await make(createClient);
    // The last one may still be in a register.
    assert.ok(await collected(() => gone(references) >= MANY - 1), `${gone(references)} of ${MANY}`);
    assert.ok(await collected(() => counts.freed >= MANY - 1), `${counts.freed} cores of ${counts.made}`);
  });

  test("is not forgotten while somebody listens to it, and is when nobody does", async () => {
    const { createClient } = countingCores();
    const ends = [];
    const references = await make(createClient, (client) => ends.push(client.onAuthStateChange(() => {})));
    assert.equal(await collected(() => gone(references) > 0).then((some) => some && gone(references)), false);
    for (const end of ends.splice(0)) end();
    assert.ok(await collected(() => gone(references) >= MANY - 1), `${gone(references)} of ${MANY}`);
  });

  test("is not forgotten while a function of it is kept", async () => {
    const { createClient } = countingCores();
    const kept = [];
    const references = await make(createClient, (client, i) => kept.push(i % 2 ? client.fetch : client.asTokenFetcher()));
    assert.equal(await collected(() => gone(references) > 0), false);
    assert.equal(gone(references), 0);
    assert.equal(kept.length, MANY);
  });
});
