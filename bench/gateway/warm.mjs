/** Requests per second and CPU per request of Workers that have been at work for a while. */
import { CONTENDERS } from "./contenders.mjs";
import { median, table } from "./figures.mjs";
import { startIssuers } from "./issuers.mjs";
import { Load } from "./load.mjs";
import { cpuMillis } from "./process.mjs";

const NAMES = ["edgeward", "edgeward, no kernels", "jose", "jose, meagre", "hono, keys given", "no verification"];
/** The peers that count. */
const PEERS = ["jose", "hono, keys given"];
/** So many that each comes once. */
export const UNSEEN = 100_000;
const SITUATIONS = { "one token": 1, "1000 tokens in turn": 1_000, "tokens that were never seen": UNSEEN };

export async function warm(settings) {
  const { issuers, requests, close } = await startIssuers({ issuers: 1, keys: 1 });
  try {
    const all = requests(UNSEEN);
    const figures = {};
    for (const [situation, count] of Object.entries(SITUATIONS)) {
      const measured = await inTurn(NAMES, issuers, all.slice(0, count), { ...settings, once: count === UNSEEN });
      print(situation, measured);
      figures[situation] = { ...measured, ratios: ratios(measured) };
    }
    return figures;
  } finally {
    await close();
  }
}

/**
 * Rounds of each contender in turn, once all are warm. `faster` and `lighter` say how many times as many requests the first
 * one answers in the same round, and how many times as much CPU the other one takes for each: a busy moment of the machine
 * hits both.
 *
 * @returns {Promise<Record<string, { perSecond: number, cpuMicros: number, faster: number, lighter: number }>>}
 * @throws if each request should have come `once`, and there were too few
 */
export async function inTurn(names, issuers, requests, { rounds, ms, atOnce, warmUp, once = false }) {
  const running = [];
  try {
    for (const name of names) {
      const worker = await CONTENDERS[name](issuers);
      running.push({ ...worker, name, load: new Load(worker.url, atOnce), rounds: [] });
    }
    for (const { load } of running) await load.count(requests, warmUp);
    for (let round = 0; round < rounds; round += 1) {
      // Nobody always comes first.
      const from = round % running.length;
      for (const each of [...running.slice(from), ...running.slice(0, from)]) each.rounds.push(await measured(each, requests, ms));
    }
    if (once && running.some(({ load }) => load.sent > requests.length)) {
      throw new Error(`more than ${requests.length} requests were sent, so tokens came twice: take less of --rounds or --ms`);
    }
    const [own] = running;
    return Object.fromEntries(running.map(({ name, rounds }) => [name, medians(own.rounds, rounds)]));
  } finally {
    await Promise.all(running.map(({ close }) => close()));
  }
}

async function measured({ pid, load }, requests, ms) {
  const cpu = cpuMillis(pid);
  const { sent, millis } = await load.during(requests, ms);
  return { perSecond: (1000 * sent) / millis, cpuMicros: (1000 * (cpuMillis(pid) - cpu)) / sent };
}

function medians(own, rounds) {
  const of = (figure) => median(rounds.map(figure));
  return {
    perSecond: of(({ perSecond }) => perSecond),
    cpuMicros: of(({ cpuMicros }) => cpuMicros),
    faster: of(({ perSecond }, at) => own[at].perSecond / perSecond),
    lighter: of(({ cpuMicros }, at) => cpuMicros / own[at].cpuMicros),
  };
}

/** Against the better of the peers: more requests a second, and less CPU for each. */
function ratios(figures) {
  const least = (name) => Math.min(...PEERS.map((peer) => figures[peer][name]));
  return { perSecond: round(least("faster")), cpu: round(least("lighter")) };
}

function print(title, figures) {
  const bare = figures["no verification"].cpuMicros;
  const rows = Object.entries(figures).map(([name, { perSecond, cpuMicros, faster, lighter }]) => {
    return [name, perSecond.toFixed(0), cpuMicros.toFixed(0), (cpuMicros - bare).toFixed(0), `${faster.toFixed(2)}×`, `${lighter.toFixed(2)}×`];
  });
  table([`warm, ${title}`, "req/s", "CPU µs", "less bare", "edgeward's req/s", "CPU against edgeward"], rows);
}

function round(number) {
  return Math.round(number * 100) / 100;
}
