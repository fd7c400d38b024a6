/**
 * Which engine verifies faster: the crates as WebAssembly, or WebCrypto?
 *
 * Prints one table: microseconds for one verification, median of rounds, both engines through the
 * same exports, in Node and in workerd. Time is taken outside of the Worker, whose clock stands
 * still during the work; the cost of an empty request is subtracted.
 *
 * `cargo xtask bench engines` builds the vectors' wasm and runs this. `--rounds N`, `--ms N`
 * (how long one round of one engine may take).
 */
import { readFile } from "node:fs/promises";
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";

import * as glue from "../tests/vectors/dist/glue.js";
import { startWorker } from "../tests/vectors/miniflare.mjs";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "7" }, ms: { type: "string", default: "150" } } });
const ROUNDS = Number(values.rounds);
const ROUND_MS = Number(values.ms);
const ENGINES = ["crates", "webcrypto"];

glue.initSync({ module: await readFile(new URL("../tests/vectors/dist/vectors.wasm", import.meta.url)) });
const worker = await startWorker();
try {
  const rows = [];
  for (const alg of glue.Bench.algorithms()) {
    rows.push({ alg, node: await compare(inNode(alg)), workerd: await compare(inWorkerd(alg)) });
  }
  print(rows);
} finally {
  await worker.dispose();
}

/** @returns {(engine: string, times: number) => Promise<number>} milliseconds */
function inNode(alg) {
  return async (engine, times) => {
    const token = new glue.Bench(alg);
    try {
      const start = performance.now();
      await token[engine](times);
      return performance.now() - start;
    } finally {
      token.free();
    }
  };
}

function inWorkerd(alg) {
  return async (engine, times) => {
    const start = performance.now();
    const response = await worker.dispatchFetch(`http://vectors/bench?alg=${alg}&engine=${engine}&times=${times}`);
    const answer = await response.json();
    if (!answer.ok) throw new Error(answer.reason);
    return performance.now() - start;
  };
}

/** Rounds of the two engines alternate, so that a busy moment of the machine hits both. */
async function compare(measure) {
  const plans = {};
  for (const engine of ENGINES) plans[engine] = await plan(measure, engine);
  const samples = { crates: [], webcrypto: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const engine of ENGINES) {
      const { times, missing } = plans[engine];
      if (missing) continue;
      const empty = await measure(engine, 0);
      samples[engine].push((1000 * ((await measure(engine, times)) - empty)) / times);
    }
  }
  return Object.fromEntries(ENGINES.map((engine) => [engine, median(samples[engine])]));
}

/** Warms up, and finds how many verifications fill a round. */
async function plan(measure, engine) {
  try {
    await measure(engine, 20);
    const each = (await measure(engine, 50)) / 50;
    return { times: Math.max(20, Math.min(20_000, Math.round(ROUND_MS / Math.max(each, 0.001)))) };
  } catch (error) {
    if (!String(error.message).includes("algorithm_unsupported")) throw error;
    return { missing: true };
  }
}

function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted.length === 0 ? undefined : sorted[Math.floor(sorted.length / 2)];
}

function print(rows) {
  console.log(`µs for one verification, median of ${ROUNDS} rounds; Node ${process.versions.node} and workerd`);
  const cells = (cells) => console.log(cells.map((cell, i) => (i ? String(cell).padStart(10) : cell.padEnd(8))).join(" "));
  cells(["", "Node", "", "", "workerd", "", ""]);
  cells(["alg", "crates", "WebCrypto", "ratio", "crates", "WebCrypto", "ratio"]);
  for (const { alg, node, workerd } of rows) cells([alg, ...figures(node), ...figures(workerd)]);
  console.log("ratio: crates / WebCrypto; above 1, WebCrypto is faster");
}

function figures({ crates, webcrypto }) {
  const shown = (number) => (number === undefined ? "—" : number.toFixed(1));
  return [shown(crates), shown(webcrypto), webcrypto === undefined ? "—" : (crates / webcrypto).toFixed(2)];
}
