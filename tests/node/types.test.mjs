/** The type declarations under the strictest settings, for `import` and for `require`. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import { install } from "./installed.mjs";

const TSC = fileURLToPath(new URL("../../node_modules/.bin/tsc", import.meta.url));
const STRICT = ["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess", "--target", "es2022"];
const LIBRARIES = ["--lib", "es2022,dom", "--types", ""];

for (const [name, module] of [
  ["Node", ["--module", "nodenext"]],
  ["a bundler", ["--module", "esnext", "--moduleResolution", "bundler"]],
]) {
  test(`the declarations are strict and complete for ${name}`, async (t) => {
    const { project } = await install(t);
    const files = name === "Node" ? ["strict.ts", "required.cts"] : ["strict.ts"];
    const printed = await output(TSC, [...STRICT, ...LIBRARIES, ...module, ...files], project);
    assert.equal(printed, "");
  });
}

function output(program, args, cwd) {
  return new Promise((resolve) => {
    execFile(program, args, { cwd }, (error, stdout, stderr) => resolve(error ? stdout + stderr || String(error) : stdout));
  });
}
