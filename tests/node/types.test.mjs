/** The type declarations under the strictest settings, for `import` and for `require`. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import { install } from "./installed.mjs";

const TSC = fileURLToPath(new URL("../../node_modules/.bin/tsc", import.meta.url));
const MODULES = fileURLToPath(new URL("../../node_modules", import.meta.url));
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

for (const [framework, packages, types] of [
  ["Hono", ["hono"], ""],
  ["Express", ["@types"], "node"],
]) {
  test(`the middleware fits the types of ${framework}, and its identity is typed behind it`, async (t) => {
    const { project } = await install(t);
    for (const name of packages) await symlink(join(MODULES, name), join(project, "node_modules", name));
    // Their own declarations are not ours to check.
    const settings = [...STRICT, "--lib", "es2022,dom", "--types", types, "--skipLibCheck", "--esModuleInterop", "--module", "nodenext"];
    assert.equal(await output(TSC, [...settings, `${framework.toLowerCase()}.ts`], project), "");
  });
}

function output(program, args, cwd) {
  return new Promise((resolve) => {
    execFile(program, args, { cwd }, (error, stdout, stderr) => resolve(error ? stdout + stderr || String(error) : stdout));
  });
}
