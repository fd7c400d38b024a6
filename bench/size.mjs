/**
 * What does an application carry? Each package as one imports it to do a job, bundled by esbuild, minified, and compressed
 * as it is sent: what stands side by side does about the same job.
 *
 * All files that a bundle falls into are counted, WebAssembly included, and each is compressed by itself, as a server sends
 * it. What an application has anyway, React and the modules of Node, is not counted.
 *
 * `cargo xtask bench size` builds the package and runs this. `--job page` (`react`, `verify`, `server`), `--json`.
 */
import { parseArgs } from "node:util";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { JOBS } from "./size/imports.mjs";
import { version } from "./size/version.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const { values } = parseArgs({
  options: { job: { type: "string", multiple: true, default: Object.keys(JOBS) }, json: { type: "boolean", default: false } },
});

const figures = {};
for (const job of values.job) {
  const { what, platform, conditions, imports } = JOBS[job];
  const rows = await Promise.all(imports.map(async ([name, code]) => ({ name, ...(await measured(code, platform, conditions)) })));
  figures[job] = rows;
  const width = Math.max(...rows.map(({ name }) => titled(name).length));
  console.log(`\n${what.padEnd(width)} ${["files", "minified", "gzip", "brotli"].map((cell) => cell.padStart(9)).join("")}`);
  for (const { name, files, minified, gzip, brotli } of rows) {
    const cells = [files, ...[minified, gzip, brotli].map((bytes) => `${(bytes / 1000).toFixed(1)} KB`)];
    console.log(`${titled(name).padEnd(width)} ${cells.map((cell) => String(cell).padStart(9)).join("")}`);
  }
}
console.log("\n1 KB = 1000 bytes; gzip at level 9, brotli at quality 11");
if (values.json) console.log(JSON.stringify(figures));

async function measured(code, platform, conditions) {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: ROOT },
    bundle: true,
    minify: true,
    splitting: true,
    format: "esm",
    target: "es2022",
    platform,
    conditions,
    external: ["react", "react-dom", "react/jsx-runtime", "cloudflare:*", "node:*"],
    loader: { ".wasm": "copy" },
    legalComments: "none",
    define: { "process.env.NODE_ENV": '"production"' },
    outdir: "out",
    write: false,
    logLevel: "error",
  });
  const sum = (compress) => outputFiles.reduce((total, { contents }) => total + compress(contents).length, 0);
  return {
    files: outputFiles.length,
    minified: sum((bytes) => bytes),
    gzip: sum((bytes) => gzipSync(bytes, { level: 9 })),
    brotli: sum((bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } })),
  };
}

function titled(name) {
  return `${name} ${version(name.split(" ")[0])}`;
}
