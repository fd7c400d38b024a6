/**
 * What does each mode of revocation cost, and how long does a revoked token live under it?
 *
 * Two tables from one run of the gateway in workerd: milliseconds from the operator's write to the
 * first refusal by another isolate that is called all the time, and the median of a request with a
 * token that was seen before. Requests of the modes alternate, so that a busy moment of the machine
 * hits all.
 *
 * `cargo xtask bench revocation` builds the Worker and runs this. `--writes N`, `--requests N`,
 * `--poll N` (seconds).
 */
import { Agent, request } from "node:http";
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { startOrigin } from "../examples/spa/origin.mjs";
import { startWorker } from "../examples/spa/gateway.mjs";
import { ADMIN_SECRET, NAMESPACE, ROUTES, revoke } from "../tests/support/revocation.mjs";
import { startScriptedProvider } from "../tests/support/scripted-provider.mjs";
import { issuerConfig } from "../tests/support/worker.mjs";
import { goodClaims, makeKey, now, sign } from "../tests/support/tokens.mjs";

const { values } = parseArgs({
  options: {
    writes: { type: "string", default: "10" },
    requests: { type: "string", default: "1500" },
    poll: { type: "string", default: "5" },
  },
});
const WRITES = Number(values.writes);
const REQUESTS = Number(values.requests);
const MODES = ROUTES.map(({ revocation }) => revocation);
const ON = MODES.filter((mode) => mode !== "off");
const agent = new Agent({ keepAlive: true });

const key = await makeKey("ES256", "key-1");
const provider = await startScriptedProvider([key.jwk]);
const origin = await startOrigin({ allowedOrigins: [] });
const worker = await startGateway();
try {
  const there = await worker.urlOf("twin");
  const [costs, polls] = await compareCosts(worker.url);
  console.log(`median of a request through the gateway, of ${REQUESTS} each; and its ratio to no revocation`);
  for (const mode of MODES) {
    const [cost, ratio] = [costs[mode].toFixed(2), (costs[mode] / costs.off).toFixed(2)];
    console.log(`${mode.padEnd(12)} ${cost.padStart(8)} ms ${ratio.padStart(6)}   ${polls[mode]}`);
  }
  const delays = await compareDelays(there);
  console.log(`\nmilliseconds from the write to the refusal by another isolate, ${WRITES} writes, polled every ${values.poll} s`);
  console.log(`${"".padEnd(12)} ${"median".padStart(8)} ${"longest".padStart(8)}`);
  console.log(`${"off".padEnd(12)} until the token expires`);
  for (const mode of ON) {
    const [middle, longest] = [median(delays[mode]), Math.max(...delays[mode])].map((ms) => ms.toFixed(0));
    console.log(`${mode.padEnd(12)} ${middle.padStart(8)} ${longest.padStart(8)}`);
  }
} finally {
  agent.destroy();
  await Promise.all([worker.close(), provider.close(), origin.close()]);
}

async function startGateway() {
  const config = {
    development: true,
    origin: origin.url,
    issuers: [issuerConfig(provider)],
    routes: ROUTES,
    log: "none",
    revocation: { binding: "REVOCATION", poll_seconds: Number(values.poll), admin_secret_binding: "REVOCATION_ADMIN" },
  };
  const durableObjects = { REVOCATION: { ...NAMESPACE.REVOCATION, scriptName: "gateway" } };
  return startWorker({
    bindings: { EDGEWARD: config, REVOCATION_ADMIN: ADMIN_SECRET },
    options: { durableObjects: NAMESPACE },
    beside: (gateway) => [{ ...gateway, name: "twin", durableObjects, unsafeDirectSockets: [{ port: 0 }] }],
  });
}

/** Each mode in turn, with one token that its cache knows. */
async function compareCosts(url) {
  const token = await sign(key, goodClaims(provider.issuer));
  const samples = Object.fromEntries(MODES.map((mode) => [mode, []]));
  for (let warm = 0; warm < 50; warm += 1) for (const mode of MODES) await call(url, mode, token);
  for (let round = 0; round < REQUESTS; round += 1) {
    for (const mode of MODES) {
      const begun = performance.now();
      if ((await call(url, mode, token)) !== 200) throw new Error(`${mode} refused a good token`);
      samples[mode].push(performance.now() - begun);
    }
  }
  const polls = { off: "asks nothing", fail_open: "polls in the background", fail_closed: "polls in the background", per_request: "asks with every request" };
  return [Object.fromEntries(MODES.map((mode) => [mode, median(samples[mode])])), polls];
}

/**
 * Revocations at random moments between two polls, and calls until they are refused. One mode after
 * the other: a poll of one would bring the news to all.
 */
async function compareDelays(url) {
  const delays = Object.fromEntries(ON.map((mode) => [mode, []]));
  for (const mode of ON) {
    for (let write = 0; write < WRITES; write += 1) {
      const sub = `${mode}-${write}`;
      const token = await sign(key, goodClaims(provider.issuer, { sub, iat: now() - 5 }));
      await keepCalling(url, mode, token, Math.random() * Number(values.poll) * 1000);
      const answer = await revoke(worker.url, provider.issuer, { subject: sub });
      const written = performance.now();
      if (answer.status !== 200) throw new Error(answer.text);
      while ((await call(url, mode, token)) === 200) await pause();
      delays[mode].push(performance.now() - written);
    }
  }
  return delays;
}

async function keepCalling(url, mode, token, millis) {
  const end = performance.now() + millis;
  while (performance.now() < end) {
    await call(url, mode, token);
    await pause();
  }
}

/** A route under traffic: fifty calls a second. */
function pause() {
  return new Promise((resolve) => setTimeout(resolve, 20));
}

function call(url, mode, token) {
  const { hostname, port } = new URL(url);
  const options = { hostname, port, path: `/${mode}`, agent, headers: { authorization: `Bearer ${token}` } };
  return new Promise((resolve, reject) => {
    request(options, (response) => response.resume().on("end", () => resolve(response.statusCode)))
      .on("error", reject)
      .end();
  });
}

function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
