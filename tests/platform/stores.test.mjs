/** Storage: what is built in, and the guard that no adapter gets past. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Locks } from "../../pkg/src/platform/locks.js";
import { Guard } from "../../pkg/src/platform/stores/guard.js";
import { memoryStore } from "../../pkg/src/platform/stores/memory.js";
import { webStore } from "../../pkg/src/platform/stores/web.js";
import { Platform } from "../../pkg/src/platform/index.js";

/** A guard before an adapter, and what it told. */
function guarded(store) {
  const told = [];
  const guard = new Guard(store, new Locks(store), { failed: () => told.push("failed"), recovered: () => told.push("recovered") });
  return { guard, told };
}

/** An adapter over a map, as an application would write it. */
function simple(texts = new Map()) {
  return { texts, get: async (key) => texts.get(key), set: async (key, text) => void texts.set(key, text), remove: async (key) => void texts.delete(key) };
}

/** An adapter whose every method may be made to fail. */
function failing(store, state = { broken: true }) {
  const wrapped = Object.entries(store).filter(([, method]) => typeof method === "function").map(([name, method]) => [
    name,
    async (...call) => {
      if (state.broken === "hangs") return new Promise(() => {});
      if (state.broken) throw new DOMException("s3cret", "QuotaExceededError");
      return method.apply(store, call);
    },
  ]);
  return { ...Object.fromEntries(wrapped), state };
}

/** Lets six seconds pass, after which a store that failed is tried again. */
async function later(work) {
  const { now } = performance;
  performance.now = () => now.call(performance) + 6_000;
  try {
    return await work();
  } finally {
    delete performance.now;
  }
}

describe("the guard", () => {
  for (const [what, make] of [["with compareAndSwap", memoryStore], ["without", simple]]) {
    test(`swaps what is as expected, and gives what is there otherwise, ${what}`, async () => {
      const { guard, told } = guarded(make());
      assert.equal(await guard.get("a"), null);
      assert.deepEqual(await guard.swap("a", "x", "1"), { done: false, current: null });
      assert.deepEqual(await guard.swap("a", null, "1"), { done: true });
      assert.deepEqual(await guard.swap("a", null, "2"), { done: false, current: "1" });
      assert.deepEqual(await guard.swap("a", "1", "2"), { done: true });
      assert.deepEqual(await guard.keys("a"), ["a"]);
      assert.deepEqual(await guard.keys("b"), []);
      assert.deepEqual(await guard.swap("a", "2", null), { done: true });
      assert.equal(await guard.get("a"), null);
      assert.deepEqual(await guard.keys(""), []);
      assert.deepEqual(told, []);
    });
  }

  test("lets one of many win who compare before they write, with an adapter that cannot compare", async () => {
    const texts = new Map();
    const slow = simple(texts);
    slow.set = async (key, text) => {
      await new Promise((resolve) => setTimeout(resolve, 2));
      texts.set(key, text);
    };
    const results = await Promise.all(Array.from({ length: 10 }, (_, index) => guarded(slow).guard.swap("a", null, String(index))));
    assert.equal(results.filter(({ done }) => done).length, 1);
  });

  test("commits under the adapter's own lock where it has one, and not under the name of the refresh", async () => {
    const names = [];
    const store = { ...simple(), lock: async (name) => (names.push(name), () => names.push("released")) };
    await guarded(store).guard.swap("a:session", null, "1");
    assert.deepEqual(names, ["a:session:commit", "released"]);
  });

  test("commits without the lock that a wedged tab holds", async () => {
    const store = { ...simple(), lock: () => new Promise(() => {}) };
    assert.deepEqual(await guarded(store).guard.swap("a", null, "1"), { done: true });
    assert.equal(store.texts.get("a"), "1");
  });

  test("works in memory with a store that throws always, and says so once", async () => {
    const { guard, told } = guarded(failing(simple()));
    assert.equal(await guard.get("a"), null);
    assert.deepEqual(await guard.swap("a", null, "1"), { done: true });
    assert.deepEqual(await guard.swap("a", null, "2"), { done: false, current: "1" });
    assert.deepEqual(await guard.swap("a", "1", "2"), { done: true });
    assert.equal(await guard.get("a"), "2");
    assert.deepEqual(await guard.keys("a"), ["a"]);
    await later(() => guard.get("a"));
    assert.deepEqual(told, ["failed"]);
  });

  test("works in memory with a store that reads and does not write, as when it is full", async () => {
    const store = simple(new Map([["a", "1"]]));
    store.set = () => { throw new DOMException("", "QuotaExceededError"); };
    const { guard, told } = guarded(store);
    assert.equal(await guard.get("a"), "1");
    assert.deepEqual(await guard.swap("a", "1", "2"), { done: true });
    assert.equal(await guard.get("a"), "2", "the newer text counts");
    assert.equal(await later(() => guard.get("a")), "2");
    assert.deepEqual(told, ["failed"]);
  });

  test("waits two seconds for a store that hangs, once and not for each use", async () => {
    const { guard, told } = guarded(failing(simple(), { broken: "hangs" }));
    const begun = performance.now();
    assert.equal(await guard.get("a"), null);
    const given = performance.now();
    assert.ok(given - begun > 1_900, `${given - begun} ms`);
    assert.deepEqual(await guard.swap("a", null, "1"), { done: true });
    assert.equal(await guard.get("a"), "1");
    const took = performance.now() - given;
    assert.ok(took < 1_900, `${took} ms`);
    assert.deepEqual(told, ["failed"]);
  });

  test("keeps what it knew when a store fails later", async () => {
    const store = failing(simple(new Map([["a", "1"]])), { broken: false });
    const { guard } = guarded(store);
    assert.equal(await guard.get("a"), "1");
    store.state.broken = true;
    assert.equal(await guard.get("a"), "1");
  });

  test("gives a store that works again what it is owed, and says so", async () => {
    const texts = new Map([["a", "1"], ["gone", "x"]]);
    const store = failing(simple(texts), { broken: false });
    const { guard, told } = guarded(store);
    await guard.get("a");
    await guard.get("gone");
    store.state.broken = true;
    await guard.swap("a", "1", "2");
    await guard.swap("a", "2", "3");
    await guard.swap("gone", "x", null);
    store.state.broken = false;
    assert.equal(texts.get("a"), "1", "not before it has rested");
    await later(() => guard.get("a"));
    assert.deepEqual([...texts], [["a", "3"]]);
    assert.deepEqual(told, ["failed", "recovered"]);
    assert.deepEqual(await guard.swap("a", "3", "4"), { done: true });
    assert.equal(texts.get("a"), "4");
  });

  test("leaves what others wrote while the store failed here", async () => {
    const texts = new Map([["a", "1"]]);
    const store = failing(simple(texts), { broken: false });
    const { guard } = guarded(store);
    await guard.get("a");
    store.state.broken = true;
    await guard.swap("a", "1", "mine");
    texts.set("a", "theirs");
    store.state.broken = false;
    assert.equal(await later(() => guard.get("a")), "theirs");
    assert.equal(texts.get("a"), "theirs");
  });

  test("does not bring back what others removed, when a store that came back fails again", async () => {
    const texts = new Map();
    const store = failing(simple(texts));
    const { guard } = guarded(store);
    await guard.swap("a", null, "1");
    store.state.broken = false;
    assert.equal(await later(() => guard.get("a")), "1");
    texts.delete("a");
    store.state.broken = true;
    assert.equal(await guard.get("a"), "1");
    store.state.broken = false;
    assert.equal(await later(() => guard.get("a")), null);
    assert.equal(texts.has("a"), false);
  });

  test("knows its own text when a write came late", async () => {
    const texts = new Map();
    const store = simple(texts);
    let write;
    store.set = (key, text) => new Promise((resolve) => (write = () => resolve(texts.set(key, text))));
    const { guard } = guarded(store);
    await guard.swap("a", null, "1");
    await guard.swap("a", "1", "2");
    write();
    store.set = async (key, text) => void texts.set(key, text);
    await later(() => guard.get("a"));
    assert.equal(texts.get("a"), "2");
  });

  /** A store that answers when `late` is called, once `stall` was; a guard before it waits in vain. */
  function stalling(store, method) {
    const held = [];
    const stalled = { ...store };
    const stall = () => {
      stalled[method] = (...call) => {
        stalled[method] = store[method];
        return new Promise((come) => held.push(() => come(store[method](...call))));
      };
    };
    const late = () => {
      for (const come of held) come();
      return new Promise(setImmediate);
    };
    return { stalled, stall, late };
  }

  test("goes on in memory, whatever a store answers to a read when it is too late", async () => {
    const { stalled, stall, late } = stalling(simple(new Map([["a", "1"]])), "get");
    const { guard } = guarded(stalled);
    stall();
    assert.equal(await guard.get("a"), null);
    await guard.swap("a", null, "2");
    await late();
    assert.equal(await guard.get("a"), "2");
  });

  test("gives what was swapped last, not what a swap wrote that was done too late", async () => {
    const store = memoryStore();
    store.compareAndSwap("a", null, "1");
    const { stalled, stall, late } = stalling(store, "compareAndSwap");
    const { guard } = guarded(stalled);
    await guard.get("a");
    stall();
    await guard.swap("a", "1", "claim");
    await guard.swap("a", "claim", "2");
    await late();
    assert.equal(store.get("a"), "claim");
    assert.equal(await guard.get("a"), "2");
    assert.equal(await later(() => guard.get("a")), "2");
    assert.equal(store.get("a"), "2");
  });

  test("writes nothing any more when the read before it comes too late", async () => {
    const texts = new Map([["a", "1"]]);
    const { stalled, stall, late } = stalling(simple(texts), "get");
    const { guard } = guarded(stalled);
    await guard.get("a");
    stall();
    await guard.swap("a", "1", "claim");
    await late();
    assert.equal(texts.get("a"), "1");
  });

  test("owes what was swapped while it tries a store again", async () => {
    const texts = new Map([["a", "1"]]);
    const store = failing(simple(texts), { broken: false });
    const { guard, told } = guarded(store);
    await guard.get("a");
    store.state.broken = true;
    await guard.swap("a", "1", "2");
    store.state.broken = false;
    const { set } = store;
    let swapped;
    store.set = async (key, text) => {
      store.set = set;
      swapped = await guard.swap("a", "2", "3");
      return set(key, text);
    };
    assert.equal(await later(() => guard.get("a")), "3");
    assert.deepEqual(swapped, { done: true });
    assert.equal(texts.get("a"), "3");
    assert.deepEqual(told, ["failed", "recovered"]);
  });

  test("is not held up by others while it tries a store again", async () => {
    const store = failing(simple());
    const { guard } = guarded(store);
    await guard.swap("a", null, "1");
    store.state.broken = "hangs";
    await later(async () => {
      const begun = performance.now();
      const trying = guard.get("a");
      assert.equal(await guard.get("a"), "1");
      assert.ok(performance.now() - begun < 1_000);
      assert.equal(await trying, "1");
    });
  });
});

describe("web storage", () => {
  /** Runs with a `localStorage` of the test's making. */
  async function withStorage(descriptor, work) {
    const before = Object.getOwnPropertyDescriptor(globalThis, "localStorage");
    Object.defineProperty(globalThis, "localStorage", { configurable: true, ...descriptor });
    try {
      return await work();
    } finally {
      if (before) Object.defineProperty(globalThis, "localStorage", before);
      else delete globalThis.localStorage;
    }
  }
  const refuse = () => { throw new DOMException("The operation is insecure.", "SecurityError"); };
  /** Safari's private mode of old: reading works, writing does not. */
  const privateMode = { getItem: () => null, setItem: () => { throw new DOMException("", "QuotaExceededError"); }, removeItem() {} };

  for (const [what, descriptor] of Object.entries({
    "its very mention throws": { get: refuse },
    "it is not there": { value: undefined },
    "it is null, as in some web views": { value: null },
    "writing throws, as in Safari's private mode": { value: privateMode },
  })) {
    test(`works in memory where ${what}`, () =>
      withStorage(descriptor, async () => {
        const told = [];
        const platform = new Platform({ storage: "local" }, { onNotice() {}, onWarning: (event) => told.push(event) });
        const perform = (effect) => platform.perform({ area: "session", key: "a", ...effect }, new AbortController().signal);
        assert.equal(await perform({ kind: "read" }), null);
        assert.deepEqual(await perform({ kind: "swap", expected: null, next: "1" }), { done: true });
        assert.equal(await perform({ kind: "read" }), "1");
        assert.deepEqual(await perform({ kind: "keys", prefix: "" }), ["a"]);
        assert.deepEqual(await perform({ area: "transactions", kind: "swap", expected: "1", next: null }), { done: true });
        assert.deepEqual(told, [{ type: "storage_unavailable" }]);
        platform.dispose();
      }));
  }

  test("touches nothing until it is used", () => withStorage({ get: refuse }, () => webStore("local")));
});
