/** Every vector on all engines in Node: as everybody gets them, and with lanes where a Node has some. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { access } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const PROGRAM = fileURLToPath(new URL("../vectors/node.mjs", import.meta.url));
const NODE24 = fileURLToPath(new URL("../../node_modules/node24/bin/node", import.meta.url));
/** The outcomes of every set, in bytes. */
const MOST = 64 * 1024 * 1024;

for (const [build, program, ...files] of [
  ["small", process.execPath, "glue.js", "vectors.wasm"],
  ["with lanes", NODE24, "server-glue.js", "server.wasm"],
]) {
  test(`${build}: the engines answer every vector as its file says, and alike`, async (t) => {
    if (!(await access(program).then(() => true, () => false))) return t.skip(`${program} is not installed`);
    const { stdout } = await promisify(execFile)(program, [PROGRAM, ...files], { maxBuffer: MOST });
    const { wrong, table } = JSON.parse(stdout);
    console.log(table);
    assert.deepEqual(wrong, []);
  });
}
