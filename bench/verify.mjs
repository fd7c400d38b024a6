/**
 * What does it cost to verify a token, here and with other libraries?
 *
 * One table per algorithm: microseconds from the token's text to its claims, median of rounds, all
 * contenders interleaved in one process, so that a busy moment of the machine hits them alike. `raw`
 * ones verify a signature and nothing else. The tokens are of some 700 bytes; those of a round are all
 * different, and more than any cache holds, but for the contenders that are called cached, which
 * are given one and the same string.
 *
 * `cargo xtask bench verify` builds the package and runs this, in Node 24 where it is installed.
 * `--rounds N`, `--ms N` (a contender's share of a round), `--alg ES256`, `--only edgeward`, `--spread`
 * (a line with every round's median), `--json` (the last line is the ratios that are promised). Libraries that are not installed are left out:
 *   npm install --no-save fast-jwt@6.3.6 jsonwebtoken@9.0.3 aws-jwt-verify@5.2.1
 */
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { contenders } from "./verify/peers.mjs";
import { ALGORITHMS, makeKey, makeTokens } from "./verify/tokens.mjs";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "21" },
    ms: { type: "string", default: "25" },
    alg: { type: "string", multiple: true, default: ALGORITHMS },
    only: { type: "string" },
    spread: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});
const ROUNDS = Number(values.rounds);
const ROUND_MS = Number(values.ms);
/**
 * V8 compiles a function of WebAssembly for good once it has run for long: all of ours after some 10,000 tokens, a third of
 * a second. Until then a token takes almost twice the time, and a measure that begins before is of the one and of the other.
 */
const WARM_UP_MS = 1_000;
/** More than the 4,096 that a verifier here remembers. */
const TOKENS = 5_000;
/** Whom a ratio is about: our synchronous verify against this one. */
const AGAINST = { HS256: "jose", RS256: "jose", ES256: "node:crypto raw", EdDSA: "node:crypto raw" };

const { all, missing } = await contenders();
const ratios = {}, cached = {}, spread = {};
console.log(`Node ${process.versions.node}; µs from token to claims, median of ${ROUNDS} rounds`);
if (missing.length) console.log(`not installed: ${missing.join(", ")}`);
for (const alg of values.alg) {
  const medians = await compare(alg);
  print(alg, medians);
  ratios[alg] = round(medians[AGAINST[alg]] / medians["edgeward sync"]);
  cached[alg] = round(medians["fast-jwt cached"] / medians["edgeward cached"]);
}
if (values.spread) console.log(JSON.stringify({ rounds: spread }));
if (values.json) console.log(JSON.stringify({ ratios, cached }));

async function compare(alg) {
  const key = makeKey(alg);
  const tokens = makeTokens(key, TOKENS);
  const parts = tokens.map(partsOf);
  const runs = [];
  for (const [name, make] of Object.entries(all)) {
    if (values.only && !name.includes(values.only)) continue;
    const verify = await make(key);
    if (verify) runs.push({ name, verify, at: 0, inputs: verify.raw ? parts : tokens, samples: [] });
  }
  for (const run of runs) await fill(run, WARM_UP_MS);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const run of runs) run.samples.push(await fill(run, ROUND_MS));
  }
  spread[alg] = Object.fromEntries(runs.map(({ name, samples }) => [name, samples.map(round)]));
  return Object.fromEntries(runs.map(({ name, samples }) => [name, median(samples)]));
}

/** Verifies until the time is over, in batches, so that reading the clock costs nothing. */
async function fill(run, ms) {
  const { verify, inputs } = run;
  const begun = performance.now();
  let done = 0;
  do {
    for (let i = 0; i < 32; i += 1) {
      const outcome = verify(inputs[verify.repeats ? 0 : run.at]);
      if (outcome instanceof Promise) await outcome;
      run.at = (run.at + 1) % inputs.length;
    }
    done += 32;
  } while (performance.now() - begun < ms);
  return (1000 * (performance.now() - begun)) / done;
}

function partsOf(token) {
  const dot = token.lastIndexOf(".");
  return { input: Buffer.from(token.slice(0, dot)), signature: Buffer.from(token.slice(dot + 1), "base64url") };
}

function print(alg, medians) {
  const own = medians["edgeward sync"];
  console.log(`\n${alg.padEnd(20)} ${"µs".padStart(9)}   against edgeward sync`);
  for (const [name, each] of Object.entries(medians)) {
    console.log(`${name.padEnd(20)} ${each.toFixed(each < 1 ? 3 : 1).padStart(9)} ${(each / own).toFixed(2).padStart(9)}×`);
  }
}

function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

function round(number) {
  return Number.isFinite(number) ? Math.round(number * 100) / 100 : null;
}
