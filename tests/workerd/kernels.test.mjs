/** Signatures by kernels in workerd: when they take over, what they refuse, and how they are held against WebCrypto. */
import assert from "node:assert/strict";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { bearer } from "../support/http.mjs";
import { counters } from "../support/metrics.mjs";
import { flipped, makeKey } from "../support/tokens.mjs";
import { issuerConfig, startEdge } from "../support/worker.mjs";

const DIST = fileURLToPath(new URL("../../edge/dist/", import.meta.url));
const SECRET = "scrape-me-0123456789abcdef";
const SIGNATURE = 2;
/** After so many tokens the tables of a key stand: three go the general way, and each then brings eight rows of 66. */
const UNTIL_READY = 16;

const EACH = ["ES256", "EdDSA", "RS256"];

/** A gateway that counts, in which signatures are verified as the variables say. */
async function start(t, variables, { alg = "ES256", ...o } = {}) {
  const key = await makeKey(alg, "key-1");
  const edge = await startEdge(t, {
    keys: [key],
    issuers: (provider) => [issuerConfig(provider, { algorithms: [alg] })],
    config: { metrics: { secret_binding: "METRICS_SECRET" }, ...o.config },
    bindings: { METRICS_SECRET: SECRET, EDGEWARD_PARANOID: "", ...variables },
    ...o.more,
  });
  let number = 0;
  edge.fresh = () => edge.token({ jti: `token-${number++}` });
  edge.counts = async () => counters((await edge.send("/metrics", { headers: [bearer(SECRET)] })).text);
  edge.warm = async () => {
    for (let at = 0; at < UNTIL_READY; at++) assert.equal((await edge.call(await edge.fresh())).status, 200, `token ${at}`);
  };
  return edge;
}

/** The Worker behind one that can make WebCrypto say the contrary of what is true: a request for `/lie` begins it. */
async function lyingWorker(t) {
  const folder = await mkdtemp(join(tmpdir(), "edgeward-lying-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  for (const name of ["worker.mjs", "edgeward_edge.wasm"]) await copyFile(join(DIST, name), join(folder, name));
  const main = join(folder, "lying.mjs");
  await writeFile(
    main,
    `import gateway from "./worker.mjs";
    export * from "./worker.mjs";
    let lies = false;
    const { verify } = SubtleCrypto.prototype;
    SubtleCrypto.prototype.verify = async function (...args) { return lies !== (await verify.apply(this, args)); };
    export default {
      fetch(request, env, context) {
        if (new URL(request.url).pathname !== "/lie") return gateway.fetch(request, env, context);
        lies = true;
        return new Response("from now on");
      },
    };`,
  );
  const modules = [
    { type: "ESModule", path: main },
    { type: "ESModule", path: join(folder, "worker.mjs") },
    { type: "CompiledWasm", path: join(folder, "edgeward_edge.wasm") },
  ];
  return { options: { modulesRoot: folder, modules } };
}

describe("kernels", () => {
  for (const alg of EACH) {
    test(`${alg}: they take over once a key's tables stand, and refuse what is wrong`, async (t) => {
      const edge = await start(t, {}, { alg });
      await edge.warm();
      const before = (await edge.counts()).edgeward_kernel_verifications_total;
      assert.ok(before > 0, "a kernel has verified");
      const good = await edge.fresh();
      for (const bit of [0, 77, 255, 256, 400, 500]) {
        const { status, json } = await edge.call(flipped(good, SIGNATURE, bit));
        assert.deepEqual([status, json.error], [401, "token_signature_invalid"], `bit ${bit}`);
      }
      assert.equal((await edge.call(good)).status, 200);
      const counts = await edge.counts();
      assert.equal(counts.edgeward_kernel_verifications_total - before, 7);
      assert.equal(counts.edgeward_kernel_disagreements_total, 0);
    });
  }

  test("they are switched off by a variable", async (t) => {
    const edge = await start(t, { EDGEWARD_KERNELS: "off" });
    await edge.warm();
    assert.equal((await edge.call(flipped(await edge.fresh(), SIGNATURE, 9))).status, 401);
    assert.equal((await edge.counts()).edgeward_kernel_verifications_total, 0);
  });

  test("a variable that says neither yes nor no lets nothing through", async (t) => {
    const edge = await start(t, { EDGEWARD_PARANOID: "perhaps" });
    const { status, json } = await edge.call(await edge.token());
    assert.deepEqual([status, json.error], [500, "config_invalid"]);
  });

  test("what they and WebCrypto disagree about is refused and reported, where both are asked", async (t) => {
    const lines = [];
    const more = { ...(await lyingWorker(t)), onLog: ({ message }) => void lines.push(message) };
    const edge = await start(t, { EDGEWARD_PARANOID: "1" }, { more });
    await edge.warm();
    await edge.send("/lie");
    const good = await edge.fresh();
    for (const token of [good, flipped(good, SIGNATURE, 3)]) {
      const { status, json } = await edge.call(token);
      assert.deepEqual([status, json.error], [500, "internal_error"]);
    }
    assert.equal((await edge.counts()).edgeward_kernel_disagreements_total, 2);
    const reports = lines.filter((line) => line.includes("internal_error") && line.includes("kernels"));
    assert.equal(reports.length, 2, lines.join("\n"));
    assert.ok(!lines.join("\n").includes(good.split(".")[SIGNATURE]), "no token in a log");
  });

  test("without that they decide alone", async (t) => {
    const edge = await start(t, {}, { more: await lyingWorker(t) });
    await edge.warm();
    await edge.send("/lie");
    assert.equal((await edge.call(await edge.fresh())).status, 200);
  });
});
