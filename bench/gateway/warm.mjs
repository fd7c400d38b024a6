/** Requests per second and CPU per request of Workers that have been at work for a while. */
import { CONTENDERS } from "./contenders.mjs";
import { median, table } from "./figures.mjs";
import { startIssuers } from "./issuers.mjs";
import { Load } from "./load.mjs";
import { cpuMillis } from "./process.mjs";

const NAMES = ["edgeward", "edgeward, no kernels", "jose", "jose, meagre", "hono, keys given", "no verification"];
/** The peers that count, and whom they are held against. */
const PEERS = ["jose", "hono, keys given"];

export async function warm({ tokens, ...settings }) {
  const { issuers, requests, close } = await startIssuers({ issuers: 1, keys: 1 });
  try {
    const several = requests(tokens);
    const all = await inTurn(NAMES, issuers, several, settings);
    const one = await inTurn(NAMES, issuers, several.slice(0, 1), settings);
    print(`${tokens} different tokens`, all);
    print("one token", one);
    return { tokens, several: { ...all, ratios: ratios(all) }, one: { ...one, ratios: ratios(one) } };
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
 */
export async function inTurn(names, issuers, requests, { rounds, ms, atOnce, warmUp }) {
  const running = [];
  try {
    for (const name of names) {
      const worker = await CONTENDERS[name](issuers);
      running.push({ ...worker, load: new Load(worker.url, atOnce), rounds: [] });
    }
    for (const { load } of running) await load.count(requests, warmUp);
    for (let round = 0; round < rounds; round += 1) {
      for (const each of running) each.rounds.push(await measured(each, requests, ms));
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
