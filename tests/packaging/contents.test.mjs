/** What the tarball holds, and whether every door of package.json leads where it should. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { promisify } from "node:util";
import { transform } from "esbuild";
import { atEnd } from "../support/at-end.mjs";
import { branches, reach, resolve, specifier, ways } from "./support/exports.mjs";
import { install, lend } from "./support/project.mjs";

const run = promisify(execFile);
/** The order in which they must match: the narrow before the wide. */
const CONDITIONS = ["workerd", "edge-light", "deno", "bun", "node", "browser", "default"];
const ALWAYS = /^(package\.json|(README|client|errors)\.md|LICENSE-\w+)$/;
const CODE = /\.c?js$/;
const BROWSERS = [["browser", "import"], ["browser", "require"], ["import"], ["deno"], ["workerd"], ["edge-light"]];
/** For programs, which have files and a terminal. */
const NODE_ONLY = ["./agent"];

describe("the packed package", () => {
  const end = atEnd();
  let project;
  let root;
  let files;
  let manifest;
  before(async () => {
    ({ project, root, files, manifest } = await install(end));
    await lend(project, "react");
  });

  const texts = (paths) => Promise.all(paths.map(async (path) => [path, await readFile(join(root, path), "utf8")]));
  const code = () => files.filter((path) => CODE.test(path));

  test("holds what a door leads to and nothing else", async () => {
    const { files: reached } = await reach(root, ways(manifest).map(({ path }) => path));
    assert.deepEqual(files.filter((path) => !ALWAYS.test(path)), [...reached].filter((path) => !ALWAYS.test(path)).sort());
    assert.equal(files.filter((path) => ALWAYS.test(path)).length, 6);
    for (const path of files.filter((path) => !ALWAYS.test(path))) {
      assert.ok(manifest.files.some((folder) => path.startsWith(`${folder}/`)), `${path} is in none of "files"`);
    }
  });

  test("has no dependency but an optional React, no install script and no side effect", () => {
    assert.deepEqual([manifest.peerDependencies, manifest.peerDependenciesMeta], [{ react: ">=18" }, { react: { optional: true } }]);
    for (const name of ["dependencies", "optionalDependencies", "scripts"]) {
      assert.equal(manifest[name], undefined, name);
    }
    assert.equal(manifest.sideEffects, false);
    assert.equal(manifest.type, "module");
  });

  test("names the conditions in the order in which they must match", () => {
    for (const [door, target] of Object.entries(manifest.exports)) {
      const named = Object.keys(target).filter((name) => CONDITIONS.includes(name));
      assert.deepEqual(named, CONDITIONS.filter((name) => named.includes(name)), door);
    }
    for (const door of [".", "./verify"]) assert.deepEqual(Object.keys(manifest.exports[door]), CONDITIONS);
  });

  test("has the fast core for whoever downloads nothing: Node, Bun and Deno", () => {
    const { deno, bun, node, browser } = manifest.exports["./verify"];
    assert.equal(deno.default, "./dist/verify/node.js");
    for (const servers of [bun, node]) {
      assert.deepEqual([servers.import.default, servers.require.default], ["./dist/verify/node.js", "./dist/verify/node.cjs"]);
    }
    assert.equal(browser.import.default, "./dist/verify/inline.js");
  });

  test("has types beside each code, first, and in the same module system", () => {
    for (const [door, target] of Object.entries(manifest.exports)) {
      for (const branch of branches(target)) {
        if (!CODE.test(branch.default ?? "")) continue;
        assert.equal(Object.keys(branch)[0], "types", door);
        assert.equal(branch.types.endsWith(".d.cts"), branch.default.endsWith(".cjs"), door);
      }
    }
    for (const { door, conditions, path } of ways(manifest)) {
      assert.equal(/\.(d\.cts|cjs)$/.test(path), conditions.includes("require"), `${door}: ${path}`);
      if (CODE.test(path)) assert.ok(resolve(manifest, door, ["types", ...conditions]).includes(".d."), door);
    }
  });

  test("names no module that is not there: its own files, Node's, React, and the wasm of Workers", async () => {
    const { names } = await reach(root, ways(manifest).map(({ path }) => path));
    for (const [path, named] of names) {
      const types = /\.d\.c?ts$/.test(path);
      const may = (name) => name.startsWith("node:") || (name === "react" && /^dist\/react\//.test(path)) || (types && name === "hono");
      assert.deepEqual(named.filter((name) => !may(name)), [], path);
    }
  });

  test("brings nothing of Node where there is no Node", async () => {
    for (const conditions of BROWSERS) {
      const doors = Object.keys(manifest.exports).filter((door) => !NODE_ONLY.includes(door));
      const { names } = await reach(root, doors.map((door) => resolve(manifest, door, conditions)).filter(Boolean));
      for (const [path, named] of names) {
        if (CODE.test(path)) assert.deepEqual(named.filter((name) => name.startsWith("node:")), [], `${conditions}: ${path}`);
      }
    }
  });

  test("leaves nothing for bundlers to follow, emit twice or miss", async () => {
    for (const [path, text] of await texts(code())) {
      assert.doesNotMatch(text, /\bnew URL\([^()]*import\.meta/, path);
      assert.doesNotMatch(text, /new URL\(["'`][^"'`]*wasm/, path);
      assert.doesNotMatch(text, /\bimport\.meta\b/, path);
      assert.doesNotMatch(text, /\beval\(|\bnew Function\(/, `${path}: policies forbid it`);
    }
  });

  test("carries the wasm, byte for byte, as text that means nothing to a bundler", async () => {
    const { bytesOf } = await import("../../pkg/src/shared/inline.js");
    for (const [folder, wasm] of [["client", "client.wasm"], ["oauth", "oauth.wasm"], ["verify", "verifier.wasm"]]) {
      const { default: text } = await import(join(root, `dist/${folder}/wasm-text.js`));
      assert.match(text[1], /^[ -~]+$/);
      assert.doesNotMatch(text[1], /["'`\\<$]/);
      assert.ok(Buffer.from(bytesOf(text)).equals(await readFile(join(root, "dist", folder, wasm))), folder);
    }
  });

  test("awaits nothing at its top level, which service workers and require forbid", async () => {
    for (const [path, text] of await texts(code())) {
      // What is no module cannot await at its top: esbuild refuses.
      await transform(text, { format: "iife", logLevel: "silent" }).catch((error) => assert.fail(`${path}: ${error.message}`));
    }
  });

  test("changes nothing by being imported, and lets the process end", async () => {
    const doors = Object.keys(manifest.exports).filter((door) => CODE.test(resolve(manifest, door, ["node", "import"]) ?? ""));
    const names = doors.map((door) => JSON.stringify(specifier(manifest, door)));
    const watch = (load) => `
      const before = Reflect.ownKeys(globalThis).length;
      for (const name of [${names}]) ${load};
      const handles = process.getActiveResourcesInfo().filter((name) => !/Pipe|TTY|Immediate|FSReq|CloseReq/.test(name));
      console.log(JSON.stringify([Reflect.ownKeys(globalThis).length - before, handles]));`;
    await writeFile(join(project, "all.mjs"), watch("await import(name)"));
    await writeFile(join(project, "all.cjs"), watch("require(name)"));
    for (const file of ["all.mjs", "all.cjs"]) {
      // With frozen intrinsics, whoever changes a prototype of the language throws.
      const { stdout } = await run(process.execPath, ["--frozen-intrinsics", "--no-warnings", file], { cwd: project, timeout: 20_000 });
      assert.deepEqual(JSON.parse(stdout), [0, []], file);
    }
  });

  test("gives the same names by import and by require, and under every condition", async () => {
    for (const [door, target] of Object.entries(manifest.exports)) {
      const paths = ways({ exports: { [door]: target } }).map(({ path }) => path).filter((path) => CODE.test(path) && !/workerd/.test(path));
      const named = await Promise.all([...new Set(paths)].map(async (path) => [path, await namesOf(project, join(root, path))]));
      for (const [path, names] of named) assert.deepEqual(names, named[0][1], `${door}: ${path}`);
    }
  });
});

async function namesOf(project, path) {
  const load = path.endsWith(".cjs") ? "Promise.resolve(require(process.argv[1]))" : "import(process.argv[1])";
  const print = `${load}.then((all) => console.log(JSON.stringify(Object.keys(all).sort())))`;
  const { stdout } = await run(process.execPath, ["-e", print, path], { cwd: project });
  return JSON.parse(stdout);
}
