/**
 * `cargo xtask bench race [TABS] [CLIENT]`: tabs of one site whose token has ended ask for one at the same
 * moment, with npm's clients and with edgeward, in Chromium, against a provider that rotates refresh tokens
 * strictly and takes 150 ms. The harness is that of tests/race, and each client is used as its README shows.
 *
 * Each cell: tabs that got a token / tabs · token requests · what became of the family of
 * refresh tokens · what the storage holds. The faults last as the heading says; then one
 * tab makes it refresh once more, from a healthy server ("after").
 */
import { launchChromium } from "../tests/support/chromium.mjs";
import * as faults from "../tests/race/provider/faults.mjs";
import { GRACE, REPLAY, STRICT } from "../tests/race/provider/families.mjs";
import { prepare } from "../tests/race/race.mjs";

const CLIENTS = ["supabase", "oidc-client-ts", "auth0-spa-js", "edgeward"];
const TABS = Number(process.argv[2] ?? 6);

const SCENARIOS = [
  ["strict rotation", { policy: STRICT }],
  ["10 s of grace", { policy: GRACE }],
  ["10 s of replay", { policy: REPLAY }],
  ["503 throughout", { policy: STRICT, fault: faults.unavailable() }],
  ["reset throughout", { policy: STRICT, fault: faults.reset() }],
  ["one reply lost, replay", { policy: REPLAY, fault: faults.lost(), times: 1 }],
  ["portal page with 200, twice", { policy: STRICT, fault: faults.captivePortal(), times: 2 }],
];

const stops = [];
const end = { after: (stop) => stops.push(stop) };
const rows = [["", ...SCENARIOS.map(([name]) => name)]];
try {
  for (const name of CLIENTS.filter((known) => known.includes(process.argv[3] ?? ""))) rows.push(await row(name));
} finally {
  for (const stop of stops.reverse()) await stop();
}
console.log(`${TABS} tabs; tabs with a token/tabs · token requests · family · stored · longest wait\n`);
for (const cells of transpose(rows)) console.log(`| ${cells.join(" | ")} |`);

async function row(name) {
  const { default: client } = await import(`./race/${name}.mjs`);
  const cells = [client.name];
  for (const [, scenario] of SCENARIOS) {
    cells.push(await cell(client, scenario).catch((error) => `failed: ${error.message.split("\n")[0]}`));
    console.error(`${client.name}: ${cells.at(-1)}`);
  }
  return cells;
}

/** One race in a browser of its own, so that no client meets what another left. */
async function cell(client, { policy, fault, times }) {
  const browser = await launchChromium();
  const own = [() => browser.close()];
  try {
    const openTabs = async (count) => Promise.all(Array.from({ length: count }, () => browser.newPage()));
    const race = await prepare({ after: (stop) => own.unshift(stop) }, openTabs, client, { tabs: TABS, policy });
    if (fault) race.provider.fail(fault, times);
    const outcomes = await race.ask();
    const { ok, requests, alive, stored, longest } = await race.result(outcomes);
    const text = `${ok}/${TABS} · ${requests} · ${alive ? "alive" : "**revoked**"} · ${stored} · ${(longest / 1000).toFixed(1)} s`;
    return fault ? `${text} · after: ${await recovers(race)}` : text;
  } finally {
    for (const stop of own) await stop();
  }
}

/** Whether the session still serves once the server is well. */
async function recovers(race) {
  race.provider.heal();
  const [outcome] = await race.ask({ force: true, pages: race.pages.slice(0, 1) });
  return outcome.ok ? "ok" : `**${outcome.code}**`;
}

function transpose(table) {
  const lines = table[0].map((_, at) => table.map((cells) => cells[at]));
  const widths = lines[0].map((_, at) => Math.max(...lines.map((cells) => cells[at].length)));
  return lines.map((cells) => cells.map((cell, at) => cell.padEnd(widths[at])));
}
