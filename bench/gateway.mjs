/**
 * What does a gateway cost? The Worker here beside a Worker with `jose` and one with hono's `jwk` middleware, in workerd,
 * in front of the same origin, for ES256.
 *
 * Requests are sent to each in turn, in short rounds, so that a busy moment of the machine hits all; what is printed are
 * medians. CPU is that of the whole workerd, HTTP and the origin's Worker included: a Worker that verifies nothing shows how
 * much of it that is. `cold` is a workerd that has just been started and its first request, with the issuer near and far.
 *
 * `cargo xtask bench gateway` builds the Worker and runs this. `--quick`, `--rounds N`, `--ms N` (a contender's share of a
 * round), `--at-once N`, `--part warm` (`cold`, `memory`, `growth`), `--json` (the last line holds all figures), `--plot FILE`.
 */
import { parseArgs } from "node:util";
import { cold } from "./gateway/cold.mjs";
import { growth } from "./gateway/growth.mjs";
import { memory } from "./gateway/memory.mjs";
import { warm } from "./gateway/warm.mjs";
import { machine } from "./gateway/figures.mjs";

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    rounds: { type: "string" },
    ms: { type: "string" },
    "at-once": { type: "string", default: "8" },
    part: { type: "string", multiple: true, default: ["warm", "cold", "memory", "growth"] },
    json: { type: "boolean", default: false },
    plot: { type: "string" },
  },
});
// Until it is warm V8 has not compiled for good what it runs; see `bench/verify.mjs`.
const size = values.quick
  ? { rounds: 15, ms: 120, starts: 5, tokens: 10_000, requests: 10_000, warmUp: 6_000 }
  : { rounds: 60, ms: 150, starts: 15, tokens: 100_000, requests: 100_000, warmUp: 15_000 };
const settings = {
  ...size,
  ...(values.rounds && { rounds: Number(values.rounds) }),
  ...(values.ms && { ms: Number(values.ms) }),
  atOnce: Number(values["at-once"]),
};
const PARTS = { warm, cold, memory, growth };

const figures = {};
console.log(`${machine()}; ${settings.atOnce} requests at once, medians of ${settings.rounds} rounds of ${settings.ms} ms`);
for (const part of values.part) {
  if (!PARTS[part]) throw new Error(`there is no part ${part}; known are: ${Object.keys(PARTS).join(", ")}`);
  figures[part] = await PARTS[part](settings);
}
if (values.plot && figures.growth) {
  const { draw } = await import("./gateway/plot.mjs");
  await draw(values.plot, figures.growth, `${machine()}, ${new Date().toISOString().slice(0, 10)}, cargo xtask bench gateway`);
}
if (values.json) console.log(JSON.stringify(figures));
