/** What the tarball holds, and whether every door of package.json leads somewhere. */
import assert from "node:assert/strict";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { atEnd } from "../support/at-end.mjs";
import { install } from "./installed.mjs";

const CONDITIONS = ["workerd", "edge-light", "deno", "bun", "node", "browser", "default"];

describe("the packed package", () => {
  const end = atEnd();
  let root;
  let files;
  let manifest;
  before(async () => {
    ({ root, files } = await install(end));
    manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  });

  test("holds what is used and nothing else", () => {
    const entries = ["inline.cjs", "inline.js", "node.cjs", "node.js", "workerd.js", "wasm-base64.cjs", "wasm-base64.js"];
    const types = ["glue.d.cts", "glue.d.ts", "index.d.cts", "index.d.ts"];
    const built = [...entries, ...types].flatMap((file) => [`dist/client/${file}`, `dist/verify/${file}`]);
    const expected = ["README.md", "package.json", "dist/client/client.wasm", "dist/verify/verifier.wasm", ...built];
    for (const file of ["index.cjs", "index.d.cts", "index.d.ts", "index.js"]) built.push(`dist/react/${file}`);
    const licenses = files.filter((file) => file.startsWith("LICENSE"));
    assert.deepEqual(files, [...expected, ...licenses].sort());
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
    for (const door of [".", "./verify"]) assert.deepEqual(Object.keys(manifest.exports[door]), CONDITIONS);
  });

  test("has a file behind every door, types first, in the right module system", async () => {
    for (const [door, target] of Object.entries(manifest.exports)) {
      for (const { path, conditions } of leaves(target)) {
        assert.ok((await stat(join(root, path))).size > 0, `${door}: ${path}`);
        if (conditions.includes("require")) assert.match(path, /\.c[jt]s$|\.d\.cts$/, `${door}: ${path}`);
        else assert.doesNotMatch(path, /\.cts$|\.cjs$/, `${door}: ${path}`);
      }
      for (const branch of withTypes(target)) assert.equal(Object.keys(branch)[0], "types", door);
    }
  });

  test("has bundles that name no module but their own wasm and Node's", async () => {
    for (const file of files.filter((path) => /\/(node|inline|workerd)\.c?js$/.test(path))) {
      const text = await readFile(join(root, file), "utf8");
      const named = [...text.matchAll(/(?:\bfrom|\brequire\(|\bimport)\s*["']([^"']+)["']/g)].map(([, name]) => name);
      for (const name of named) {
        assert.match(name, /^node:(fs|path|url)$|^\.\/(client|verifier)\.wasm$|^\.\/wasm-base64\.c?js$/, file);
      }
      assert.doesNotMatch(text, /new URL\(["'`][^"'`]*wasm/, `${file}: bundlers would emit the wasm twice`);
    }
  });
});

function* leaves(target, conditions = []) {
  if (typeof target === "string") return yield { path: target, conditions };
  for (const [condition, inner] of Object.entries(target)) yield* leaves(inner, [...conditions, condition]);
}

function* withTypes(target) {
  if (typeof target === "string") return;
  if ("types" in target) yield target;
  for (const inner of Object.values(target)) yield* withTypes(inner);
}
