/** The suite of the MCP project for clients, over the SDK's client with our provider. */
import { test } from "node:test";
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
/** The suite asks for a newer Node than the client. */
const NODE = at("../../../node_modules/node24/bin/node");
const SUITE = at("../../../node_modules/@modelcontextprotocol/conformance/dist/index.js");
const CLIENT = `"${process.execPath}" "${at("client.mjs")}"`;

/** Scenarios that the suite `auth` leaves out. */
const FURTHER = [
  "client-credentials-basic", "client-credentials-jwt", "resource-mismatch", "offline-access-scope",
  "offline-access-not-supported", "2025-03-26-oauth-metadata-backcompat", "2025-03-26-oauth-endpoint-fallback",
];
const SCENARIOS_OF_SUITE = 14;
const DEADLINE = 120_000;

test("the suite auth passes", async (t) => {
  const { status, output } = await run(t, ["--suite", "auth"]);
  assert.equal(status, 0, output);
  const rows = output.match(/^. auth\/\S+: \d+ passed, \d+ failed/gm) ?? [];
  assert.equal(rows.length, SCENARIOS_OF_SUITE, output);
  assert.match(output, /^Total: [1-9]\d{2} passed, 0 failed, 0 warnings$/m);
});

for (const scenario of FURTHER) {
  test(`the scenario auth/${scenario} passes`, async (t) => {
    const { status, output } = await run(t, ["--scenario", `auth/${scenario}`]);
    assert.equal(status, 0, output);
  });
}

/** The suite writes its results beside where it runs. */
async function run(t, args) {
  const folder = await mkdtemp(join(tmpdir(), "edgeward-conformance-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return new Promise((resolve) => {
    const command = [SUITE, "client", "--command", CLIENT, ...args];
    execFile(NODE, command, { cwd: folder, timeout: DEADLINE, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      resolve({ status: error ? (error.code ?? 1) : 0, output: stdout + stderr });
    });
  });
}
