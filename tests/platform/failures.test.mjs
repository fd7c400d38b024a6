/** Storage that fails in a real page: full, forbidden, wedged, lost, deleted. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { atEnd } from "../support/at-end.mjs";
import { startSite } from "./site.mjs";

describe("a page", { timeout: 300_000 }, () => {
  const end = atEnd();
  let site;
  before(async () => (site = await startSite(end)));

  for (const storage of ["local", "session", "indexeddb", "auto"]) {
    test(`without an origin works in memory in place of ${storage}, with locks and keys of its own`, async () => {
      const page = await site.open({ storage }, "/sandboxed");
      const answers = await page.evaluate(async () => {
        const swapped = [await session("swap", { expected: null, next: "1" }), await session("read"), await perform("swap", { area: "transactions", key: "t:1", expected: null, next: "a" }), await perform("keys", { area: "transactions", prefix: "t:" })];
        const locked = [await perform("lock", { name: "l", deadline: 1_000 }), await perform("lock", { name: "l", deadline: 20 })];
        const { kept } = await perform("makeKey", { name: "dpop", algorithm: { name: "ECDSA", namedCurve: "P-256" } });
        return [swapped, locked, kept, await perform("announce", { text: "1" }), told];
      });
      // Not a secure context by itself everywhere, but loopback is one.
      assert.deepEqual(answers, [[{ done: true }, "1", { done: true }, ["t:1"]], [true, false], false, null, ["storage_unavailable"]]);
      await page.close();
    });
  }

  test("whose storage is full works in memory, says so, and comes back when there is room", async () => {
    const page = await site.open({ storage: "local" });
    const answers = await page.evaluate(async () => {
      await session("swap", { expected: await session("read"), next: "old" });
      for (let size = 2 ** 22; size >= 1; size /= 2) {
        try {
          for (let index = 0; ; index++) localStorage.setItem(`full:${size}:${index}`, "x".repeat(size));
        } catch {
          // Full as far as this size goes.
        }
      }
      const answers = [await session("swap", { expected: "old", next: "new".repeat(1_000) }), (await session("read")).length, told.splice(0)];
      Object.keys(localStorage).filter((key) => key.startsWith("full:")).forEach((key) => localStorage.removeItem(key));
      const { now } = performance;
      performance.now = () => now.call(performance) + 6_000;
      return [...answers, (await session("read")).length, localStorage.getItem("s").length, told];
    });
    assert.deepEqual(answers, [{ done: true }, 3_000, ["storage_unavailable"], 3_000, 3_000, ["storage"]]);
    await page.close();
  });

  describe("with a database that fails", () => {
    /** Replaces a member of `indexedDB` for a while. */
    const stub = (page, body) => page.evaluate((body) => {
      const open = IDBFactory.prototype.open;
      globalThis.heal = () => (IDBFactory.prototype.open = open);
      IDBFactory.prototype.open = new Function("open", `return function (...call) { ${body} }`)(open);
    }, body);

    for (const [what, body, least] of [
      ["never answers, as Safari's does", "return {}", 1_400],
      ["throws", "throw new DOMException('', 'SecurityError')", 0],
      ["fails, as in private windows", "const request = {}; setTimeout(() => request.onerror()); return request", 0],
    ]) {
      test(`works in memory when it ${what}, says so, and comes back when it works`, async () => {
        const page = await site.open();
        await stub(page, body);
        const [answers, first, others, told] = await page.evaluate(async () => {
          start({ storage: "indexeddb" });
          const begun = performance.now();
          const answers = [await session("read")];
          const given = performance.now();
          answers.push(await session("swap", { expected: null, next: "1" }), await session("read"));
          return [answers, given - begun, performance.now() - given, told.splice(0)];
        });
        assert.deepEqual(answers, [null, { done: true }, "1"]);
        assert.ok(first >= least, `${first} ms`);
        assert.ok(others < 1_400, `${others} ms`);
        assert.deepEqual(told, ["storage_unavailable"]);
        const healed = await page.evaluate(async () => {
          heal();
          const { now } = performance;
          performance.now = () => now.call(performance) + 6_000;
          return [await session("read"), told.splice(0)];
        });
        assert.deepEqual(healed, ["1", ["storage"]]);
        const other = await site.open({ storage: "indexeddb" });
        assert.equal(await other.evaluate(() => session("read")), "1");
        assert.deepEqual(await other.evaluate(() => session("swap", { expected: "1", next: null })), { done: true });
        await Promise.all([page.close(), other.close()]);
      });
    }

    test("is waited for when it is the page that is slow", async () => {
      const page = await site.open();
      const told = await page.evaluate(async () => {
        const busy = () => {
          for (const end = performance.now() + 2_500; performance.now() < end; );
        };
        start({ storage: "indexeddb" });
        const reading = session("read");
        busy();
        await reading;
        const writing = session("swap", { expected: await session("read"), next: "slow" });
        busy();
        await writing;
        return told;
      });
      assert.deepEqual(told, []);
      await page.close();
    });

    test("keeps keys in memory, and says so", async () => {
      const page = await site.open();
      await stub(page, "throw new DOMException('', 'InvalidStateError')");
      const [made, again, signature] = await page.evaluate(async () => {
        start({});
        const algorithm = { name: "ECDSA", namedCurve: "P-256" };
        return [await perform("makeKey", { name: "dpop", algorithm }), await perform("publicKey", { name: "dpop" }), await perform("sign", { name: "dpop", algorithm: { name: "ECDSA", hash: "SHA-256" }, data: "a" })];
      });
      assert.equal(made.kept, false);
      assert.deepEqual(again, made);
      assert.match(signature, /^[\w-]{86}$/);
      await page.close();
    });

    test("does not say of a key that it is gone when nobody knows", async () => {
      const page = await site.open();
      const answers = await page.evaluate(async () => {
        const algorithm = { name: "ECDSA", namedCurve: "P-256" };
        const { x } = await perform("makeKey", { name: "known", algorithm });
        const { transaction } = IDBDatabase.prototype;
        IDBDatabase.prototype.transaction = () => { throw new DOMException("", "UnknownError"); };
        const broken = [await perform("publicKey", { name: "known" }), await perform("sign", { name: "known", algorithm: { name: "ECDSA", hash: "SHA-256" }, data: "" })];
        IDBDatabase.prototype.transaction = transaction;
        return [...broken, (await perform("publicKey", { name: "known" })).x === x];
      });
      assert.deepEqual(answers, [{ failed: "storage_unavailable" }, { failed: "storage_unavailable" }, true]);
      await page.close();
    });

    test("gives way to who deletes it, and goes on with a new one", async () => {
      const [page, other] = await Promise.all([site.open({ storage: "indexeddb" }), site.open()]);
      await page.evaluate(() => session("swap", { expected: null, next: "1" }));
      const deleted = await other.evaluate(() => new Promise((resolve) => {
        const request = indexedDB.deleteDatabase("edgeward");
        request.onsuccess = () => resolve("deleted");
        request.onblocked = () => resolve("blocked");
      }));
      assert.equal(deleted, "deleted");
      assert.deepEqual(await page.evaluate(async () => [await session("read"), await session("swap", { expected: null, next: "2" }), told]), [null, { done: true }, []]);
      await Promise.all([page.close(), other.close()]);
    });

    test("goes on when its connection is lost in between", async () => {
      const page = await site.open({ storage: "indexeddb" });
      const answers = await page.evaluate(async () => {
        const { transaction } = IDBDatabase.prototype;
        await session("read");
        let lost = 1;
        IDBDatabase.prototype.transaction = function (...call) {
          if (lost-- > 0) throw new DOMException("Connection to Indexed Database server lost. Refresh the page to try again", "UnknownError");
          return transaction.apply(this, call);
        };
        const known = await session("read");
        return [await session("swap", { expected: known, next: "3" }), await session("read"), told];
      });
      assert.deepEqual(answers, [{ done: true }, "3", []]);
      await page.close();
    });
  });
});
