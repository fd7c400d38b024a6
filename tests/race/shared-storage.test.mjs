/**
 * What tabs may build on. Chromium's tabs are processes, each with its own copy of localStorage, and a Web Lock
 * passes from one to the next sooner than a write does: what is read under the lock may be old. A transaction of
 * IndexedDB is never late, with a lock or without.
 */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { atEnd } from "../support/at-end.mjs";
import naive from "./clients/naive.mjs";
import { startTabs } from "./race.mjs";
import { startSite } from "./site.mjs";

const TABS = 6;
const TIMES = 50;

describe("six tabs that count together", () => {
  const end = atEnd();
  let openTabs;
  before(async () => {
    openTabs = await startTabs(end);
  });

  async function count(how) {
    const site = await startSite(end, naive.page);
    const pages = await openTabs(TABS);
    await Promise.all(pages.map((page) => page.goto(site)));
    await Promise.all(pages.map((page) => page.evaluate(how, TIMES)));
    return Math.max(...(await Promise.all(pages.map((page) => page.evaluate(how, 0)))));
  }

  test("lose nothing in transactions of IndexedDB, without a lock", async () => {
    assert.equal(await count(inTransactions), TABS * TIMES);
  });

  test("count at most so far in localStorage under a Web Lock", async (t) => {
    const reached = await count(underLock);
    t.diagnostic(`localStorage under a Web Lock: ${reached} of ${TABS * TIMES}`);
    assert.ok(reached <= TABS * TIMES);
  });
});

async function underLock(times) {
  const read = () => Number(localStorage.getItem("count"));
  for (let at = 0; at < times; at++) {
    await navigator.locks.request("count", async () => localStorage.setItem("count", String(read() + 1)));
  }
  return read();
}

async function inTransactions(times) {
  const opening = indexedDB.open("race", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("counts");
  const database = await new Promise((resolve) => {
    opening.onsuccess = () => resolve(opening.result);
  });
  const add = (step) =>
    new Promise((resolve, reject) => {
      const transaction = database.transaction("counts", "readwrite");
      const store = transaction.objectStore("counts");
      const reading = store.get("count");
      reading.onsuccess = () => store.put((reading.result ?? 0) + step, "count");
      transaction.oncomplete = () => resolve((reading.result ?? 0) + step);
      transaction.onabort = () => reject(transaction.error);
    });
  for (let at = 0; at < times; at++) await add(1);
  return add(0);
}
