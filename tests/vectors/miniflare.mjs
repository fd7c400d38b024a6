/** The Worker of the vectors in workerd. */
import { readFile } from "node:fs/promises";
import { Miniflare } from "miniflare";

/**
 * @param {string} [glue] that of the build
 * @param {string} [wasm] the build: `vectors.wasm`, or `server.wasm` with the lanes that servers have
 * @returns {Promise<Miniflare>} to be disposed by the caller
 */
export async function startWorker(glue = "glue.js", wasm = "vectors.wasm") {
  const text = (path) => readFile(new URL(path, import.meta.url), "utf8");
  return new Miniflare({
    compatibilityDate: "2026-01-01",
    modules: [
      { type: "ESModule", path: "worker.mjs", contents: await text("worker.mjs") },
      { type: "ESModule", path: "runner.mjs", contents: await text("runner.mjs") },
      { type: "ESModule", path: "glue.js", contents: await text(`dist/${glue}`) },
      {
        type: "CompiledWasm",
        path: "vectors.wasm",
        contents: await readFile(new URL(`dist/${wasm}`, import.meta.url)),
      },
    ],
  });
}
