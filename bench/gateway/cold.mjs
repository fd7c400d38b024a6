/**
 * From the start of workerd to the first good answer.
 *
 * Where the issuer is matters as much as the code: a Worker asks it for its keys before it can answer, unless another isolate
 * of the same place has left them in the place's cache (the Cache API, which the Worker here uses and the peers do not).
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CONTENDERS } from "./contenders.mjs";
import { median, table } from "./figures.mjs";
import { startIssuers } from "./issuers.mjs";
import { Load } from "./load.mjs";
import { cpuMillis } from "./process.mjs";

const NAMES = ["edgeward", "jose", "hono", "no verification"];
/** What a new connection and one request take where a round trip takes 10 ms: one for TCP, one for TLS, one for the answer. */
const AWAY = 30;
const SITUATIONS = {
  "issuer on the same machine": { millis: 0 },
  [`issuer ${AWAY} ms away`]: { millis: AWAY },
  [`issuer ${AWAY} ms away, an isolate was there before`]: { millis: AWAY, hasCache: true },
};
/** Time for what is done behind the first answer: keys are put into the cache. */
const AFTERWARDS = 500;

export async function cold({ starts }) {
  const figures = {};
  for (const [situation, settings] of Object.entries(SITUATIONS)) {
    figures[situation] = await measured(starts, settings);
    const row = ([name, { startMillis, firstMillis, cpu }]) => [name, startMillis.toFixed(0), firstMillis.toFixed(1), cpu.toFixed(0)];
    table([`cold, ${situation}`, "ready, ms", "first answer, ms", "CPU till then, ms"], Object.entries(figures[situation]).map(row));
  }
  return figures;
}

async function measured(starts, { millis, hasCache }) {
  const { issuers, requests, close } = await startIssuers({ issuers: 1, keys: 1, millis });
  const folder = hasCache && (await mkdtemp(join(tmpdir(), "edgeward-cold-")));
  const stateDir = (name) => folder && join(folder, name.replaceAll(" ", "-"));
  try {
    const request = requests(1);
    const all = Object.fromEntries(NAMES.map((name) => [name, []]));
    for (let round = 0; round <= starts; round += 1) {
      for (const name of NAMES) {
        const first = await once(name, issuers, request, stateDir(name));
        // The first round reads files that the others find in memory, and fills the cache.
        if (round > 0) all[name].push(first);
      }
    }
    return Object.fromEntries(Object.entries(all).map(([name, rounds]) => [name, medians(rounds)]));
  } finally {
    await close();
    if (folder) await rm(folder, { recursive: true });
  }
}

async function once(name, issuers, request, stateDir) {
  const begun = performance.now();
  const worker = await CONTENDERS[name](issuers, stateDir);
  try {
    const startMillis = performance.now() - begun;
    const { millis: firstMillis } = await new Load(worker.url, 1).count(request, 1);
    const cpu = cpuMillis(worker.pid);
    if (stateDir) await sleep(AFTERWARDS);
    return { startMillis, firstMillis, cpu };
  } finally {
    await worker.close();
  }
}

function medians(rounds) {
  return Object.fromEntries(["startMillis", "firstMillis", "cpu"].map((name) => [name, median(rounds.map((round) => round[name]))]));
}
