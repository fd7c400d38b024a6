/** Bundles a Worker as wrangler does: the `workerd` condition, and wasm files as modules of their own. */
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { build } from "esbuild";

/**
 * Bundles a Worker.
 *
 * @param {string} entry
 * @returns {Promise<object[]>} modules as miniflare takes them
 */
export async function bundle(entry) {
  const wasm = new Set();
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: "esm",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*"],
    plugins: [wasmModules(wasm)],
  });
  const compiled = [...wasm].map(async (path) => ({
    type: "CompiledWasm",
    path: basename(path),
    contents: await readFile(path),
  }));
  return [{ type: "ESModule", path: "worker.js", contents: outputFiles[0].text }, ...(await Promise.all(compiled))];
}

function wasmModules(found) {
  return {
    name: "wasm-modules",
    setup(build) {
      build.onResolve({ filter: /\.wasm$/ }, ({ path, resolveDir }) => {
        found.add(new URL(path, `file://${resolveDir}/`).pathname);
        return { path: `./${basename(path)}`, external: true };
      });
    },
  };
}
