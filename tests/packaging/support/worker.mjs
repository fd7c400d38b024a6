/** Workers as they are published. */
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { build } from "esbuild";

/** Bundles as wrangler does: the `workerd` condition, and wasm files as modules of their own. */
export async function bundle(entry) {
  // Several doors have one core, by different ways to it.
  const wasm = new Set();
  const wasmModules = {
    name: "wasm-modules",
    setup(build) {
      build.onResolve({ filter: /\.wasm$/ }, ({ path, resolveDir }) => {
        wasm.add(join(resolveDir, path));
        return { path: `./${basename(path)}`, external: true };
      });
    },
  };
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: "esm",
    conditions: ["workerd", "worker", "browser"],
    plugins: [wasmModules],
  });
  const compiled = [...wasm].map(async (path) => ({ type: "CompiledWasm", path: basename(path), contents: await readFile(path) }));
  return [{ type: "ESModule", path: "worker.js", contents: outputFiles[0].text }, ...(await Promise.all(compiled))];
}
