/** From the start of workerd to the first good answer. */
import { CONTENDERS } from "./contenders.mjs";
import { median, table } from "./figures.mjs";
import { startIssuers } from "./issuers.mjs";
import { Load } from "./load.mjs";
import { cpuMillis } from "./process.mjs";

const NAMES = ["edgeward", "jose", "hono", "no verification"];

export async function cold({ starts }) {
  const { issuers, requests, close } = await startIssuers({ issuers: 1, keys: 1 });
  try {
    const request = requests(1);
    const all = Object.fromEntries(NAMES.map((name) => [name, []]));
    for (let round = 0; round <= starts; round += 1) {
      for (const name of NAMES) {
        const first = await once(name, issuers, request);
        // The first round reads files that the others find in memory.
        if (round > 0) all[name].push(first);
      }
    }
    const figures = Object.fromEntries(Object.entries(all).map(([name, rounds]) => [name, medians(rounds)]));
    const rows = Object.entries(figures).map(([name, { startMillis, firstMillis, cpu }]) => [name, startMillis.toFixed(0), firstMillis.toFixed(1), cpu.toFixed(0)]);
    table(["cold", "ready, ms", "first answer, ms", "CPU till then, ms"], rows);
    return figures;
  } finally {
    await close();
  }
}

async function once(name, issuers, request) {
  const begun = performance.now();
  const worker = await CONTENDERS[name](issuers);
  try {
    const startMillis = performance.now() - begun;
    const { millis: firstMillis } = await new Load(worker.url, 1).count(request, 1);
    const cpu = cpuMillis(worker.pid);
    return { startMillis, firstMillis, cpu };
  } finally {
    await worker.close();
  }
}

function medians(rounds) {
  return Object.fromEntries(["startMillis", "firstMillis", "cpu"].map((name) => [name, median(rounds.map((round) => round[name]))]));
}
