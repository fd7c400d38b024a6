/** What a workerd holds in memory before and after many requests. */
import { CONTENDERS } from "./contenders.mjs";
import { table } from "./figures.mjs";
import { startIssuers } from "./issuers.mjs";
import { Load } from "./load.mjs";
import { residentBytes } from "./process.mjs";

const NAMES = ["edgeward", "jose", "hono, keys given", "no verification"];
/** Enough for the first garbage to have been collected. */
const FIRST = 2_000;

export async function memory({ requests: count, tokens, atOnce }) {
  const { issuers, requests, close } = await startIssuers({ issuers: 1, keys: 1 });
  try {
    const all = requests(tokens);
    const figures = {};
    for (const name of NAMES) figures[name] = await grown(name, issuers, all, { count, atOnce });
    const shown = (bytes) => (bytes / 1e6).toFixed(0);
    const rows = Object.entries(figures).map(([name, { before, first, after }]) => [name, shown(before), shown(first), shown(after)]);
    table(["memory, MB", "at the start", `after ${FIRST}`, `after ${count}`], rows);
    return figures;
  } finally {
    await close();
  }
}

async function grown(name, issuers, requests, { count, atOnce }) {
  const worker = await CONTENDERS[name](issuers);
  const load = new Load(worker.url, atOnce);
  try {
    const before = residentBytes(worker.pid);
    await load.count(requests, FIRST);
    const first = residentBytes(worker.pid);
    await load.count(requests, count - FIRST);
    return { before, first, after: residentBytes(worker.pid) };
  } finally {
    await worker.close();
  }
}
