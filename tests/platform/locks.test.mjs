/** Locks: by an adapter, by the browser, and in the process alone. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Locks } from "../../pkg/src/platform/locks.js";

const never = () => new AbortController().signal;
let made = 0;
const fresh = () => `lock-${made++}`;

/** Runs with a `navigator.locks` of the test's making. */
async function withBrowserLocks(request, work) {
  const before = Object.getOwnPropertyDescriptor(globalThis, "navigator");
  Object.defineProperty(globalThis, "navigator", { configurable: true, value: { locks: { request } } });
  try {
    return await work();
  } finally {
    if (before) Object.defineProperty(globalThis, "navigator", before);
    else delete globalThis.navigator;
  }
}

describe("a lock in the process", () => {
  test("is held until it is let go, by one after the other, whoever came first first", async () => {
    const [name, order] = [fresh(), []];
    const holders = Array.from({ length: 5 }, () => new Locks());
    await Promise.all(holders.map(async (locks, index) => {
      assert.equal(await locks.lock(name, 5_000, never()), true);
      order.push(index, "in");
      await new Promise((resolve) => setTimeout(resolve, 1));
      order.push("out");
      locks.unlock(name);
    }));
    assert.deepEqual(order, [0, "in", "out", 1, "in", "out", 2, "in", "out", 3, "in", "out", 4, "in", "out"]);
  });

  test("is not to be had in time while another holds it, and is not lost to who gave up", async () => {
    const [name, a, b, c] = [fresh(), new Locks(), new Locks(), new Locks()];
    await a.lock(name, 1_000, never());
    assert.equal(await b.lock(name, 20, never()), false);
    const waiting = c.lock(name, 5_000, never());
    a.unlock(name);
    assert.equal(await waiting, true);
    c.unlock(name);
  });

  test("is let go when it was had, but cancelled before anybody heard of it", async () => {
    const [name, a, b] = [fresh(), new Locks(), new Locks()];
    const controller = new AbortController();
    await a.lock(name, 1_000, controller.signal);
    controller.abort();
    assert.equal(await b.lock(name, 100, never()), true);
    b.unlock(name);
  });

  test("is given up when it is cancelled in the queue", async () => {
    const [name, a, b, c] = [fresh(), new Locks(), new Locks(), new Locks()];
    await a.lock(name, 1_000, never());
    const controller = new AbortController();
    const cancelled = b.lock(name, 5_000, controller.signal);
    const next = c.lock(name, 5_000, never());
    controller.abort();
    const begun = performance.now();
    assert.equal(await cancelled, false);
    assert.ok(performance.now() - begun < 4_000, "not at the deadline");
    a.unlock(name);
    assert.equal(await next, true);
    c.unlock(name);
  });

  test("is let go by dispose, and by an unlock that comes twice only once", async () => {
    const [name, a, b, c] = [fresh(), new Locks(), new Locks(), new Locks()];
    await a.lock(name, 1_000, never());
    a.dispose();
    assert.equal(await b.lock(name, 100, never()), true);
    a.unlock(name);
    assert.equal(await c.lock(name, 20, never()), false);
    b.dispose();
  });

  test("of another name is another lock", async () => {
    const [a, b] = [new Locks(), new Locks()];
    assert.equal(await a.lock(fresh(), 100, never()), true);
    assert.equal(await b.lock(fresh(), 100, never()), true);
  });
});

describe("a lock of an adapter", () => {
  test("is asked for before any other, as the adapter's method, with a signal that ends", async () => {
    const asked = [];
    const adapter = {
      async lock(name, { signal }) {
        asked.push([this === adapter, name, signal.aborted]);
        return () => asked.push("released");
      },
    };
    const locks = new Locks(adapter);
    await withBrowserLocks(() => assert.fail("the browser is asked"), () => locks.lock("a", 100, never()));
    locks.unlock("a");
    assert.deepEqual(asked, [[true, "a", false], "released"]);
  });

  test("that does not listen to its signal is not waited for, and is let go when it comes late", async () => {
    let give;
    let released = 0;
    const locks = new Locks({ lock: () => new Promise((resolve) => (give = resolve)) });
    assert.equal(await locks.lock("a", 20, never()), false);
    give(() => released++);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(released, 1);
  });

  test("that throws is replaced by one in the process, which excludes all the same", async () => {
    const name = fresh();
    const adapter = { lock: () => { throw new Error("read-only"); } };
    const [a, b] = [new Locks(adapter), new Locks(adapter)];
    assert.equal(await a.lock(name, 100, never()), true);
    assert.equal(await b.lock(name, 20, never()), false);
    a.unlock(name);
    assert.equal(await b.lock(name, 100, never()), true);
    b.unlock(name);
  });

  test("that is given up takes none in the process", async () => {
    const [name, controller, a, b] = [fresh(), new AbortController(), new Locks({ lock: () => new Promise(() => {}) }), new Locks()];
    const cancelled = a.lock(name, 5_000, controller.signal);
    controller.abort();
    assert.equal(await cancelled, false);
    assert.equal(await b.lock(name, 100, never()), true);
    b.unlock(name);
  });

  test("that is late by a hair is not replaced by one in the process", async () => {
    for (let times = 0; times < 20; times++) {
      assert.equal(await new Locks({ lock: () => new Promise(() => {}) }).lock(fresh(), 1, never()), false);
    }
  });
});

describe("a lock of the browser", () => {
  for (const [how, request] of [
    ["throws", () => { throw new DOMException("", "SecurityError"); }],
    ["rejects", async () => { throw new DOMException("", "InvalidStateError"); }],
  ]) {
    test(`that ${how} is replaced by one in the process`, async () => {
      await withBrowserLocks(request, async () => {
        const [name, a, b] = [fresh(), new Locks(), new Locks()];
        assert.equal(await a.lock(name, 100, never()), true);
        assert.equal(await b.lock(name, 20, never()), false);
        a.unlock(name);
        assert.equal(await b.lock(name, 100, never()), true);
        b.unlock(name);
      });
    });
  }

  test("is never stolen, and is held until it is let go", async () => {
    const requests = [];
    const request = (name, options, callback) => {
      const held = callback();
      requests.push({ name, options, held });
      return held;
    };
    await withBrowserLocks(request, async () => {
      const locks = new Locks();
      assert.equal(await locks.lock("a", 100, never()), true);
      const [{ name, options, held }] = requests;
      assert.equal(name, "a");
      assert.deepEqual(Object.keys(options), ["signal"]);
      let over = false;
      held.then(() => (over = true));
      await new Promise((resolve) => setImmediate(resolve));
      assert.equal(over, false);
      locks.unlock("a");
      await held;
    });
  });
});
