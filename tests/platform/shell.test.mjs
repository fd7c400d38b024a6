/** The shell around the core: who is told what, and what ends with it. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { clientFactory } from "../../pkg/src/client/index.js";

const OPTIONS = { issuer: "https://id.example", clientId: "app" };
const SIGNED_OUT = { status: "signedOut" };

/** A core that reads once when it is started, and counts how many there are. */
function countingCores() {
  const counts = { made: 0, freed: 0 };
  class Core {
    #start;
    constructor() {
      counts.made += 1;
    }
    handle(input) {
      const { type, call, method } = JSON.parse(input);
      if (type === "answer") return JSON.stringify({ settled: [{ call: this.#start, ok: SIGNED_OUT }] });
      if (type !== "call") return "{}";
      if (method !== "start") return JSON.stringify({ settled: [{ call, ok: null }] });
      this.#start = call;
      return JSON.stringify({ effects: [{ effect: 1, kind: "read", area: "session", key: "s" }] });
    }
    free() {
      counts.freed += 1;
    }
  }
  const glue = { Core, initSync() {} };
  return { counts, createClient: clientFactory(glue, { now: () => new Uint8Array() }) };
}

/** An adapter whose first read is answered by hand; the others never are. */
function storeByHand() {
  const store = { set() {}, remove() {} };
  store.asked = new Promise((asked) => {
    store.get = () => new Promise((resolve) => asked((store.resolve = resolve)));
  });
  return store;
}

/** Everything that can happen by itself has happened. */
const calm = async () => {
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
};

describe("listeners", () => {
  test("are told the state first, and then that storage failed before it was known", async () => {
    const { createClient } = countingCores();
    const storage = { get: () => Promise.reject(new Error("full")), set() {}, remove() {} };
    const client = createClient({ ...OPTIONS, storage });
    const told = [];
    client.onAuthStateChange((event) => void told.push(event));
    await client.ready();
    await calm();
    assert.deepEqual(told, [{ type: "initial", state: SIGNED_OUT }, { type: "storage_unavailable", state: SIGNED_OUT }]);
    assert.equal(told[1].state, client.state);
    client.dispose();
  });
});

describe("a client that is disposed of", () => {
  test("before its core has started makes nothing and tells nothing", async () => {
    const { counts, createClient } = countingCores();
    const client = createClient({ ...OPTIONS, storage: "memory" });
    const told = [];
    client.onAuthStateChange((event) => void told.push(event));
    client.dispose();
    await assert.rejects(client.getSession(), { code: "aborted" });
    assert.equal((await client.signInPopup()).error.code, "aborted");
    await calm();
    assert.deepEqual([counts.made, told, client.state], [0, [], { status: "loading" }]);
  });

  test("while its core starts lets that go at once", async () => {
    const { counts, createClient } = countingCores();
    const storage = storeByHand();
    const client = createClient({ ...OPTIONS, storage });
    const told = [];
    client.onAuthStateChange((event) => void told.push(event));
    const session = client.getSession();
    await storage.asked;
    client.dispose();
    assert.deepEqual(counts, { made: 1, freed: 1 });
    await assert.rejects(session, { code: "aborted" });
    storage.resolve(null);
    await calm();
    await assert.rejects(client.ready(), { code: "aborted" });
    assert.deepEqual([counts, told], [{ made: 1, freed: 1 }, []]);
  });
});
