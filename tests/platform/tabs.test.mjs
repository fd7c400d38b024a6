/** Storage, locks and the channel over real tabs and workers. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { atEnd } from "../support/at-end.mjs";
import { inWorker, startSite } from "./site.mjs";

const TABS = 6;
const EACH = 20;

describe("in tabs", { timeout: 300_000 }, () => {
  const end = atEnd();
  let site;
  before(async () => (site = await startSite(end)));

  const tabs = (options, count = TABS) => Promise.all(Array.from({ length: count }, () => site.open(options)));
  const closeAll = (pages) => Promise.all(pages.map((page) => page.close()));
  /** Empties what tests before have left. */
  async function emptied() {
    const page = await site.open();
    await page.evaluate(async () => {
      localStorage.clear();
      await new Promise((resolve, reject) => {
        const request = indexedDB.deleteDatabase("edgeward");
        request.onsuccess = resolve;
        request.onerror = request.onblocked = reject;
      });
    });
    await page.close();
  }

  for (const storage of ["local", "indexeddb", "session", "memory", "auto"]) {
    test(`${storage} reads, swaps, lists, removes, and keeps as long as it says`, async () => {
      await emptied();
      const page = await site.open({ storage });
      const answers = await page.evaluate(async () => [
        await session("read"),
        await session("swap", { expected: "x", next: "1" }),
        await session("swap", { expected: null, next: "1" }),
        await session("swap", { expected: null, next: "2" }),
        await session("swap", { expected: "1", next: "2 é😀" }),
        await perform("swap", { area: "transactions", key: "t:1", expected: null, next: "a" }),
        await perform("swap", { area: "transactions", key: "t:2", expected: null, next: "b" }),
        await perform("swap", { area: "transactions", key: "u:1", expected: null, next: "c" }),
        (await perform("keys", { area: "transactions", prefix: "t:" })).sort(),
        await perform("swap", { area: "transactions", key: "t:1", expected: "a", next: null }),
        await perform("keys", { area: "transactions", prefix: "t:" }),
        await session("read"),
      ]);
      const done = { done: true };
      assert.deepEqual(answers, [
        null, { done: false, current: null }, done, { done: false, current: "1" }, done,
        done, done, done, ["t:1", "t:2"], done, ["t:2"], "2 é😀",
      ]);
      await page.reload();
      await page.waitForFunction(() => globalThis.start);
      const kept = await page.evaluate((storage) => (start({ storage }), Promise.all([session("read"), perform("keys", { area: "transactions", prefix: "t:" })])), storage);
      // A sign-in by redirect leaves the page, so that it is never in memory only.
      assert.deepEqual(kept, [storage === "memory" ? null : "2 é😀", ["t:2"]]);
      const other = await site.open({ storage });
      const shared = ["local", "indexeddb", "auto"].includes(storage);
      assert.equal(await other.evaluate(() => session("read")), shared ? "2 é😀" : null);
      assert.deepEqual(await page.evaluate(() => told.filter((notice) => notice === "storage_unavailable")), []);
      await closeAll([page, other]);
    });
  }

  for (const storage of ["local", "indexeddb"]) {
    test(`${TABS} tabs lose no change that compares and swaps, in ${storage}`, async () => {
      await emptied();
      const pages = await tabs({ storage });
      await pages[0].evaluate(() => session("swap", { expected: null, next: "0" }));
      await Promise.all(pages.map((page) => page.waitForFunction(async () => (await session("read")) === "0")));
      await Promise.all(pages.map((page) => page.evaluate((each) => count(each), EACH)));
      assert.equal(await pages[0].evaluate(() => session("read")), String(TABS * EACH));
      const warned = await Promise.all(pages.map((page) => page.evaluate(() => told.includes("storage_unavailable"))));
      assert.deepEqual(warned, pages.map(() => false));
      await closeAll(pages);
    });
  }

  test("tabs, workers and a service worker lose no change in IndexedDB", async () => {
    await emptied();
    const pages = await tabs({ storage: "indexeddb" }, 2);
    await pages[0].evaluate(() => session("swap", { expected: null, next: "0" }));
    const script = "start({ storage: 'auto' }); await count(argument); return told";
    const [, , ...workers] = await Promise.all([
      ...pages.map((page) => page.evaluate((each) => count(each), EACH)),
      inWorker(pages[0], "dedicated", script, EACH),
      inWorker(pages[1], "dedicated", script, EACH),
      inWorker(pages[0], "service", script, EACH),
    ]);
    assert.equal(await pages[0].evaluate(() => session("read")), String(5 * EACH));
    assert.deepEqual(workers, [[], [], []]);
    await closeAll(pages);
  });

  for (const kind of ["dedicated", "service"]) {
    test(`a ${kind} worker has no page and no web storage, and works in memory when it is told to use them`, async () => {
      const page = await site.open();
      const script = `
        start({ storage: "local" });
        return [
          await session("swap", { expected: null, next: "1" }), await session("read"), await perform("location"),
          await perform("navigate", { url: "/" }), await perform("rewrite", { url: "/" }), await perform("popup", { url: "/", name: "s", deadline: 10 }), told,
        ];`;
      const refused = { failed: "runtime_unsupported" };
      assert.deepEqual(await inWorker(page, kind, script), [{ done: true }, "1", null, refused, refused, { failed: "popup_blocked" }, ["storage_unavailable"]]);
      await page.close();
    });
  }

  test("one tab at a time holds a lock", async () => {
    await emptied();
    const pages = await tabs({ storage: "indexeddb" });
    await pages[0].evaluate(() => session("swap", { expected: null, next: "0" }));
    const alone = await Promise.all(pages.map((page) => page.evaluate(async () => {
      let alone = true;
      for (let times = 0; times < 5; times++) {
        await perform("lock", { name: "refresh", deadline: 10_000 });
        const known = await session("read");
        await new Promise((resolve) => setTimeout(resolve, 2));
        alone &&= (await session("swap", { expected: known, next: String(Number(known) + 1) })).done;
        await perform("unlock", { name: "refresh" });
      }
      return alone;
    })));
    assert.deepEqual(alone, pages.map(() => true));
    await closeAll(pages);
  });

  test("a lock that another tab holds is not to be had in time, and is had when that tab is closed", async () => {
    const [holder, other] = await tabs({}, 2);
    assert.equal(await holder.evaluate(() => perform("lock", { name: "orphan", deadline: 1_000 })), true);
    assert.equal(await other.evaluate(() => perform("lock", { name: "orphan", deadline: 50 })), false);
    const waiting = other.evaluate(() => perform("lock", { name: "orphan", deadline: 10_000 }));
    await holder.close();
    assert.equal(await waiting, true);
    await other.close();
  });

  test("a lock that was given up in the queue, or cancelled when it was had, is nobody's", async () => {
    const [holder, other] = await tabs({}, 2);
    await holder.evaluate(() => perform("lock", { name: "given-up", deadline: 1_000 }));
    await other.evaluate(() => perform("lock", { name: "given-up", deadline: 20 }));
    await holder.evaluate(async () => {
      await perform("unlock", { name: "given-up" });
      const controller = new AbortController();
      await perform("lock", { name: "given-up", deadline: 1_000 }, controller.signal);
      controller.abort();
    });
    assert.equal(await other.evaluate(() => perform("lock", { name: "given-up", deadline: 5_000 })), true);
    assert.deepEqual(await other.evaluate(async () => (await navigator.locks.query()).pending), []);
    await closeAll([holder, other]);
  });

  test("a page without locks of the browser has locks of its own", async () => {
    const page = await site.open();
    const answers = await page.evaluate(async () => {
      Object.defineProperty(navigator, "locks", { value: undefined });
      start({});
      const lock = (deadline) => perform("lock", { name: "alone", deadline });
      const answers = [await lock(100)];
      const own = platform;
      start({});
      answers.push(await lock(20));
      own.dispose();
      answers.push(await lock(100));
      return answers;
    });
    assert.deepEqual(answers, [true, false, true]);
    await page.close();
  });

  test("an announcement reaches the other tabs and workers, never the teller, and nobody of another name", async () => {
    const [teller, other, stranger] = await Promise.all([site.open({ name: "a" }), site.open({ name: "a" }), site.open({ name: "b" })]);
    const worker = inWorker(other, "dedicated", "start({ name: 'a' }); await until(() => told.length); return told");
    // The worker listens some time later; so it is told until it has heard.
    let heard;
    worker.then((told) => (heard = told));
    do await teller.evaluate(() => perform("announce", { text: "1" }));
    while (!heard);
    assert.ok(heard.every((notice) => notice === "storage"));
    await other.waitForFunction(() => told.includes("storage"));
    assert.deepEqual(await teller.evaluate(() => told), []);
    assert.deepEqual(await stranger.evaluate(() => told), []);
    await closeAll([teller, other, stranger]);
  });

  test("an announcement goes by storage events where there is no channel", async () => {
    const pages = await Promise.all([site.open(), site.open()]);
    for (const page of pages) {
      await page.evaluate(() => {
        platform.dispose();
        delete globalThis.BroadcastChannel;
        start({ name: "a" });
      });
    }
    await pages[0].evaluate(() => perform("announce", { text: "1" }));
    await pages[1].waitForFunction(() => told.length);
    assert.deepEqual(await pages[1].evaluate(() => told), ["storage"]);
    assert.deepEqual(await pages[0].evaluate(() => [told, Object.keys(localStorage).filter((key) => key === "a")]), [[], []]);
    await closeAll(pages);
  });

  test("what another tab writes to localStorage is heard of, also without an announcement", async () => {
    const pages = await tabs({ storage: "local" }, 2);
    await pages[1].evaluate(() => session("read"));
    await pages[0].evaluate(async () => session("swap", { expected: await session("read"), next: "new" }));
    await pages[1].waitForFunction(() => told.includes("storage"));
    assert.deepEqual(await pages[0].evaluate(() => told), []);
    await pages[1].evaluate(() => (platform.dispose(), told.splice(0)));
    await pages[0].evaluate(async () => session("swap", { expected: "new", next: "newer" }));
    await pages[1].waitForFunction(() => localStorage.getItem("s") === "newer");
    assert.deepEqual(await pages[1].evaluate(() => told), []);
    await closeAll(pages);
  });
});
