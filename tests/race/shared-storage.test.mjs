/**
 * What tabs build on. Chromium's tabs are processes, each with its own copy of localStorage, and a Web Lock passes
 * from one to the next sooner than a write does: what is read under the lock may be old, and a refresh token would
 * be used twice. A transaction of IndexedDB is never late, with a lock or without.
 */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { atEnd } from "../support/at-end.mjs";
import { startTabs } from "./race.mjs";
import { startSite } from "./site.mjs";

const TABS = 6;
const COUNTER = new URL("./clients/counter.page.mjs", import.meta.url);

describe("six tabs that count together", () => {
  const end = atEnd();
  let openTabs;
  before(async () => {
    openTabs = await startTabs(end);
  });

  async function count(storage, how, ...given) {
    const site = await startSite(end, COUNTER);
    const pages = await openTabs(TABS);
    const everywhere = (work, argument) => Promise.all(pages.map((page) => page.evaluate(work, argument)));
    await Promise.all(pages.map((page) => page.goto(site)));
    await Promise.all(pages.map((page) => page.waitForFunction(() => globalThis.client !== undefined)));
    await everywhere((kind) => globalThis.client.open(kind), storage);
    await everywhere(([name, given]) => globalThis.client[name](...given), [how, given]);
    return Math.max(...(await everywhere(() => globalThis.client.read())));
  }

  for (const locked of [true, false]) {
    test(`lose nothing by swaps in IndexedDB, ${locked ? "with" : "without"} a lock`, async () => {
      assert.equal(await count("indexeddb", "count", 50, locked), TABS * 50);
    });
  }

  test("lose nothing by swaps in localStorage, which wait until a write has spread", async (t) => {
    const reached = await count("local", "count", 20, true);
    t.diagnostic(`localStorage: ${reached} of ${TABS * 20}`);
    assert.equal(reached, TABS * 20);
  });

  test("lose writes in localStorage under a Web Lock alone, or not: nobody promises", async (t) => {
    const reached = await count("local", "countBare", 50);
    t.diagnostic(`localStorage, bare: ${reached} of ${TABS * 50}`);
    assert.ok(reached <= TABS * 50);
  });
});
