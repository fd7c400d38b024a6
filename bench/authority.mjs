/**
 * What does the authority cost? Requests per second and milliseconds, in workerd over D1, beside `better-auth` on Node
 * with SQLite doing the same work in the same run. Both are asked in turn, in short rounds, so that a busy moment of the
 * machine hits both; what is printed is the median of the rounds.
 *
 * What stands between the Worker and its database here is miniflare: a D1 of its own making, several hops of HTTP away, and
 * the same for all. At Cloudflare that way is another one; the last row is a Worker that does nothing but go it once, and the
 * rows that need no database show what the Worker itself costs. What each operation asks of the store is counted in
 * `sdk/authority/src/oauth/tests/cost.rs`.
 *
 * `cargo xtask bench authority` builds the Worker and runs this. `--requests N` (of a round), `--rounds N`, `--at-once N`.
 */
import { fork } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { startBare } from "./authority/bare.mjs";
import { load } from "./authority/load.mjs";
import { startOurs } from "./authority/edgeward.mjs";
import { refreshing } from "./authority/exchange.mjs";

const { values } = parseArgs({
  options: {
    requests: { type: "string", default: "400" },
    rounds: { type: "string", default: "5" },
    "at-once": { type: "string", default: "8" },
  },
});
const [REQUESTS, ROUNDS, AT_ONCE] = [values.requests, values.rounds, values["at-once"]].map(Number);
const OWN_NODE = fileURLToPath(new URL("../node_modules/node22/bin/node", import.meta.url));

const folder = await mkdtemp(join(tmpdir(), "edgeward-bench-"));
const end = [];
try {
  const atEnd = { after: (done) => end.push(done) };
  const ours = await startOurs(atEnd, AT_ONCE);
  const [theirs, cached] = await Promise.all([betterAuth("plain"), betterAuth("cached")]);
  const session = ({ url, cookie }) => ({ url: `${url}/api/auth/get-session`, headers: { cookie } });
  const apiToken = { url: `${theirs.url}/verify`, method: "POST", body: JSON.stringify({ token: theirs.key }) };
  const works = [
    ["session, from the store", session(ours.plain), session(theirs)],
    ["session, from the cookie", session(ours.cached), session(cached)],
    ["API token, and its last use", ours.apiToken, apiToken],
    ["OAuth refresh, with rotation", refreshing(ours.plain.refresh), refreshing(theirs.refresh)],
    ["agent's session", ours.agentSession],
    ["agent's session, refreshed", ours.agentRefresh],
    ["access token, at the gateway", ours.accessToken],
    ["one look into D1, alone", await startBare(atEnd)],
  ];
  console.log(`${cpus().length} cores, ${AT_ONCE} at once, median of ${ROUNDS} rounds of ${REQUESTS} requests\n`);
  console.log(`${"".padEnd(30)}${head("edgeward, workerd")}${head("better-auth, Node")}`);
  console.log(`${"".padEnd(30)}${head("req/s  p50 ms  p99 ms")}${head("req/s  p50 ms  p99 ms")}`);
  for (const [name, mine, other] of works) {
    const results = await inTurn([mine, other].filter(Boolean));
    console.log(`${name.padEnd(30)}${results.map(row).join("")}`);
  }
} finally {
  await Promise.all(end.map((done) => done()));
  await rm(folder, { recursive: true, force: true });
}

/** Rounds of each in turn; the first is not counted. */
async function inTurn(works) {
  const rounds = works.map(() => []);
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [at, work] of works.entries()) {
      const result = await load(work, { count: REQUESTS, atOnce: AT_ONCE });
      if (round > 0) rounds[at].push(result);
    }
  }
  return rounds.map((results) => Object.fromEntries(["perSecond", "p50", "p99"].map((name) => [name, median(results.map((result) => result[name]))])));
}

/** better-auth in a process of its own, on a Node that has SQLite. */
async function betterAuth(cache) {
  const script = fileURLToPath(new URL("./authority/better-auth.mjs", import.meta.url));
  const execPath = existsSync(OWN_NODE) ? OWN_NODE : process.execPath;
  const child = fork(script, [join(folder, `${cache}.sqlite`), cache, String(AT_ONCE)], { execPath, execArgv: ["--no-warnings"] });
  end.push(() => void child.kill());
  return new Promise((resolve, reject) => {
    child.once("message", resolve);
    child.once("exit", (code) => reject(new Error(`better-auth ended with ${code}`)));
  });
}

function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

function row({ perSecond, p50, p99 }) {
  return head(`${perSecond.toFixed(0).padStart(5)}  ${p50.toFixed(1).padStart(6)}  ${p99.toFixed(1).padStart(6)}`);
}

function head(text) {
  return text.padStart(26);
}
