/** Every vector on all engines in workerd: as everybody gets them, and with the lanes that the Worker has. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { startWorker } from "../vectors/miniflare.mjs";
import { summary } from "../vectors/runner.mjs";

for (const [build, ...files] of [["small"], ["with lanes", "server-glue.js", "server.wasm"]]) {
  test(`${build}: the engines answer every vector as its file says, and alike`, async (t) => {
    const worker = await startWorker(...files);
    t.after(() => worker.dispose());
    const ask = async (path) => (await worker.dispatchFetch(`http://vectors${path}`)).json();
    const outcomes = [];
    for (const set of await ask("/sets")) outcomes.push(await ask(`/run?set=${encodeURIComponent(set)}`));
    const { wrong, table } = summary("workerd", outcomes);
    console.log(table);
    assert.deepEqual(wrong, []);
  });
}
