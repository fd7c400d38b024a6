/** The packed package in Node, by import and by require, in Bun and in Deno: verifies, signs in and refreshes. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { atEnd } from "../support/at-end.mjs";
import { answer, install, missing, program } from "./support/project.mjs";
import { EXCHANGES, GOOD, startProvider } from "./support/provider.mjs";

const DENO = ["run", "--no-lock", "--node-modules-dir=manual", "--allow-env=SETTINGS", "--allow-net=127.0.0.1"];

/** Each runtime: its program, and what it is called with before the app. */
const RUNTIMES = [
  [`Node ${process.versions.node}`, process.execPath],
  ["Node 22", "node22/bin/node"],
  ["Node 24", "node24/bin/node"],
  ["Bun", "bun"],
  ["Deno", "deno", DENO],
];

describe("the packed package", () => {
  const end = atEnd();
  let project;
  before(async () => {
    ({ project } = await install(end));
  });

  for (const [name, path, args = []] of RUNTIMES) {
    for (const [how, app] of [["imported", "node/app.mjs"], ["required", "node/app.cjs"]]) {
      // What Deno runs is imported.
      if (name === "Deno" && how === "required") continue;
      test(`in ${name}, ${how}, verifies, signs in and refreshes`, { skip: path !== process.execPath && missing(path) }, async (t) => {
        const { provider, settings } = await startProvider(t);
        const runtime = path === process.execPath ? path : program(path);
        assert.deepEqual(await answer(project, [runtime, ...args, app], settings), GOOD);
        assert.equal(provider.count("/token"), EXCHANGES);
      });
    }
  }
});
