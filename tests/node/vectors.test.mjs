/** Every vector on both engines in Node. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import * as glue from "../vectors/dist/glue.js";
import { runSet, summary } from "../vectors/runner.mjs";

test("both engines answer every vector as its file says, and alike", async () => {
  glue.initSync({ module: await readFile(new URL("../vectors/dist/vectors.wasm", import.meta.url)) });
  const outcomes = [];
  for (const set of glue.sets()) outcomes.push(await runSet(glue, set));
  const { wrong, table } = summary(`Node ${process.versions.node}`, outcomes);
  console.log(table);
  assert.deepEqual(wrong, []);
});
