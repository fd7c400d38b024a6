/** The Durable Object that keeps the list of revocations, asked as an isolate asks it. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import { startRevoking } from "../support/revocation.mjs";
import { now } from "../support/tokens.mjs";

const PAGE = 4096;
const MAX_ENTRIES = 32_768;

describe("the list of revocations", { timeout: 120_000 }, () => {
  async function start(t) {
    const edge = await startRevoking(t);
    const namespace = await edge.worker.miniflare.getDurableObjectNamespace("REVOCATION", "gateway");
    const stub = namespace.get(namespace.idFromName("revocations"));
    const post = async (path, question) => {
      const response = await stub.fetch(`https://edgeward.invalid${path}`, { method: "POST", body: JSON.stringify(question) });
      assert.equal(response.status, 200);
      return response.json();
    };
    return {
      edge,
      write: (entries, once = null) => post("/write", { entries, once }),
      changes: (since = 0, feed = "") => post("/changes", { feed, since }),
    };
  }

  const mark = (number) => createHash("sha256").update(String(number)).digest("base64url");
  const entry = (number, before = now(), expires = now() + 3600) => [mark(number), before, expires];
  const entries = (from, to, ...dates) => Array.from({ length: to - from }, (_, at) => entry(from + at, ...dates));

  test("tells what has changed, and what has not takes no number", async (t) => {
    const { write, changes } = await start(t);
    const [first, second] = [entry(1), entry(2)];
    assert.equal(await write([first, second]), "done");
    const all = await changes();
    assert.deepEqual([all.since, all.until, all.more, all.entries], [0, 2, false, [first, second]]);
    await write([first]);
    await write([[first[0], first[1] - 100, first[2] - 100]]);
    assert.deepEqual(await changes(2, all.feed), { ...all, since: 2, entries: [] });
    const later = [second[0], second[1] + 10, second[2]];
    await write([later]);
    assert.deepEqual(await changes(2, all.feed), { ...all, since: 2, until: 3, entries: [later] });
  });

  test("keeps the later cut-off and the later end, whichever comes first", async (t) => {
    const { write, changes } = await start(t);
    await write([entry(1, 2000, now() + 50)]);
    const expires = now() + 3600;
    await write([entry(1, 1000, expires)]);
    assert.deepEqual((await changes()).entries, [entry(1, 2000, expires)]);
  });

  test("answers in pages, and one that was heard of elsewhere from the beginning", async (t) => {
    const { write, changes } = await start(t);
    await write(entries(0, PAGE + 10));
    const first = await changes();
    assert.deepEqual([first.entries.length, first.until, first.more], [PAGE, PAGE, true]);
    const second = await changes(first.until, first.feed);
    assert.deepEqual([second.entries.length, second.until, second.more], [10, PAGE + 10, false]);
    const foreign = await changes(first.until, "another");
    assert.deepEqual([foreign.since, foreign.entries.length], [0, PAGE]);
  });

  test("what happens once happens once", async (t) => {
    const { write, changes } = await start(t);
    const once = { mark: mark("logout"), expires: now() + 60 };
    assert.equal(await write([entry(1)], once), "done");
    assert.equal(await write([entry(2)], once), "repeated");
    assert.equal((await changes()).entries.length, 1);
    assert.equal(await write([entry(3)], { mark: mark("other"), expires: now() - 1 }), "done");
    assert.equal(await write([entry(4)], { mark: mark("other"), expires: now() - 1 }), "done", "it is forgotten");
  });

  test("is never fuller than an isolate's memory of it, and makes room of what has expired", async (t) => {
    const { edge, write, changes } = await start(t);
    assert.equal(await write(entries(0, 8, 1000, now() - 1)), "done");
    for (let from = 8; from < MAX_ENTRIES; from += PAGE) {
      assert.equal(await write(entries(from, Math.min(from + PAGE, MAX_ENTRIES))), "done");
    }
    assert.equal(await write(entries(MAX_ENTRIES, MAX_ENTRIES + 8)), "done", "eight had expired");
    assert.equal(await write([entry("one more")]), "full");
    const order = await edge.revoke({ subject: "ada" });
    assert.deepEqual([order.status, order.json.error], [507, "revocation_list_full"]);
    // The whole of it reaches an isolate.
    assert.equal((await edge.call(await edge.token(), "/fail_closed")).status, 200);
    const { until } = await changes(MAX_ENTRIES, (await changes()).feed);
    assert.equal(until, MAX_ENTRIES + 8, "numbers do not fall when entries go");
  });
});
