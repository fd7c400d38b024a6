/**
 * What does it save to know a token's signature already?
 *
 * One table from one run of the gateway in workerd: the median of a request with a token that was
 * verified before and of one with a token that was not, by algorithm. Requests alternate, so that a
 * busy moment of the machine hits both. Time is taken outside of the Worker, whose clock stands
 * still during the work, so that each figure holds a whole request; the difference is the saving.
 *
 * `cargo xtask bench tokens` builds the Worker and runs this. `--requests N`.
 */
import { Agent, request } from "node:http";
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { startOrigin } from "../examples/spa/origin.mjs";
import { startWorker } from "../examples/spa/gateway.mjs";
import { startScriptedProvider } from "../tests/support/scripted-provider.mjs";
import { issuerConfig } from "../tests/support/worker.mjs";
import { goodClaims, makeKey, sign } from "../tests/support/tokens.mjs";

const { values } = parseArgs({ options: { requests: { type: "string", default: "1000" } } });
const REQUESTS = Number(values.requests);
const ALGORITHMS = ["RS256", "ES256", "ES384", "EdDSA"];
const agent = new Agent({ keepAlive: true });

const keys = await Promise.all(ALGORITHMS.map((alg) => makeKey(alg, alg)));
const provider = await startScriptedProvider(keys.map(({ jwk }) => jwk));
const origin = await startOrigin({ allowedOrigins: [] });
const issuers = [issuerConfig(provider, { algorithms: ALGORITHMS })];
const config = { development: true, origin: origin.url, issuers, log: "none" };
const worker = await startWorker({ bindings: { EDGEWARD: config } });
try {
  console.log(`median of a request through the gateway, of ${REQUESTS} each`);
  console.log(`${"".padEnd(8)} ${"known".padStart(10)} ${"new".padStart(10)} ${"saved".padStart(10)}`);
  for (const key of keys) {
    const { known, fresh } = await compare(key);
    const cells = [`${known.toFixed(2)} ms`, `${fresh.toFixed(2)} ms`, `${(1000 * (fresh - known)).toFixed(0)} µs`];
    console.log([key.alg.padEnd(8), ...cells.map((cell) => cell.padStart(10))].join(" "));
  }
} finally {
  agent.destroy();
  await Promise.all([worker.close(), provider.close(), origin.close()]);
}

async function compare(key) {
  const token = (number) => sign(key, goodClaims(provider.issuer, { jti: String(number) }));
  const tokens = [];
  for (let number = 0; number < REQUESTS; number += 1) tokens.push(await token(number));
  const known = await token("known");
  for (let warm = 0; warm < 50; warm += 1) await call(known);
  const samples = { known: [], fresh: [] };
  for (const fresh of tokens) {
    samples.known.push(await timed(known));
    samples.fresh.push(await timed(fresh));
  }
  return { known: median(samples.known), fresh: median(samples.fresh) };
}

async function timed(token) {
  const begun = performance.now();
  if ((await call(token)) !== 200) throw new Error("a good token was refused");
  return performance.now() - begun;
}

function call(token) {
  const { hostname, port } = new URL(worker.url);
  const options = { hostname, port, path: "/", agent, headers: { authorization: `Bearer ${token}` } };
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
