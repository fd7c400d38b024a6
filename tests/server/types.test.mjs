/** The declarations under the strictest settings. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { test } from "node:test";

const TSC = fileURLToPath(new URL("../../node_modules/.bin/tsc", import.meta.url));
const APP = fileURLToPath(new URL("types/app.ts", import.meta.url));
const STRICT = ["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess"];
const LIBRARIES = ["--target", "es2022", "--lib", "es2022,dom", "--types", ""];

for (const [name, module] of [
  ["Node", ["--module", "nodenext"]],
  ["a bundler", ["--module", "esnext", "--moduleResolution", "bundler"]],
]) {
  test(`an application's types fit for ${name}`, () => {
    const { stdout, status } = spawnSync(TSC, [...STRICT, ...LIBRARIES, ...module, APP], { encoding: "utf8" });
    assert.deepEqual([stdout, status], ["", 0]);
  });
}
