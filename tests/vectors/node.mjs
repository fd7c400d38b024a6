/** `node node.mjs GLUE WASM`: every vector on all engines of a build, in the Node that runs this; prints what was wrong. */
import { readFile } from "node:fs/promises";
import { runSet, summary } from "./runner.mjs";

const [name, wasm] = process.argv.slice(2);
const glue = await import(new URL(`dist/${name}`, import.meta.url));
glue.initSync({ module: await readFile(new URL(`dist/${wasm}`, import.meta.url)) });
const outcomes = [];
for (const set of glue.sets()) outcomes.push(await runSet(glue, set));
process.stdout.write(JSON.stringify(summary(`Node ${process.versions.node}`, outcomes)));
