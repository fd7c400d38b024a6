/** What is deployed, tried with the real wrangler: uploads, migrations, and the first administrator. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { before, describe, test } from "node:test";
import { promisify } from "node:util";
import { atEnd } from "../support/at-end.mjs";
import { startWorker } from "../../examples/spa/gateway.mjs";

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const AUTHORITY = "edge/authority.toml";
const OWN = join(ROOT, "node_modules/node22/bin/node");
/** wrangler wants a newer Node than the rest. */
const NODE = existsSync(OWN) ? OWN : process.execPath;
/** What a Worker of the free plan may weigh, compressed. */
const MOST_KIB = 3 * 1024;
const LONG = 120_000;

describe("a deployment", () => {
  const end = atEnd();
  let home;
  before(async () => {
    home = await mkdtemp(join(tmpdir(), "edgeward-deploy-"));
    end.after(() => rm(home, { recursive: true, force: true }));
  });

  const env = () => ({ ...process.env, HOME: home, CI: "true", WRANGLER_SEND_METRICS: "false", CLOUDFLARE_CF_FETCH_ENABLED: "false" });
  const node = (args) => run(NODE, args, { cwd: ROOT, env: env(), timeout: LONG });
  const wrangler = (...args) => node([join(ROOT, "node_modules/wrangler/bin/wrangler.js"), ...args]);
  const xtask = (...args) => run("cargo", ["xtask", ...args], { cwd: ROOT, env: { ...env(), HOME: process.env.HOME }, timeout: LONG });
  const query = async (sql, state) => {
    const { stdout } = await wrangler("d1", "execute", "DB", "--local", "--json", "--persist-to", state, "--config", AUTHORITY, "--command", sql);
    return JSON.parse(stdout)[0].results;
  };

  for (const [config, bindings] of [
    ["edge/wrangler.toml", ["env.EDGEWARD "]],
    [AUTHORITY, ["env.EDGEWARD_AUTHORITY ", "env.DB ", "env.BUCKETS ", "env.REPLAYS "]],
  ]) {
    test(`${config} is what wrangler takes, and light enough`, async () => {
      const { stdout, stderr } = await wrangler("deploy", "--dry-run", "--config", config);
      assert.doesNotMatch(stdout + stderr, /WARNING/);
      assert.match(stdout, /edgeward_edge\.wasm/);
      for (const binding of bindings) assert.ok(stdout.includes(binding), `${binding} is not bound:\n${stdout}`);
      const [, size] = stdout.match(/gzip: ([\d.]+) KiB/);
      assert.ok(Number(size) < MOST_KIB, `${size} KiB`);
    });
  }

  test("the settings of the example are valid, and its objects are there", async (t) => {
    const read = 'import("wrangler").then(({ unstable_readConfig }) => console.log(JSON.stringify(unstable_readConfig({ config: process.argv[1] }))))';
    const { stdout } = await node(["-e", read, AUTHORITY]);
    const config = JSON.parse(stdout.slice(stdout.indexOf("{")));
    assert.equal(config.triggers.crons.length, 1);
    const objects = config.durable_objects.bindings.map(({ name, class_name }) => [name, { className: class_name, useSQLite: true }]);
    const worker = await startWorker({
      bindings: { ...config.vars, EDGEWARD_SECRET: "s".repeat(32) },
      options: { d1Databases: config.d1_databases.map(({ binding }) => binding), durableObjects: Object.fromEntries(objects) },
    });
    t.after(() => worker.close());
    const document = await (await fetch(`${worker.url}/openapi.json`)).json();
    assert.deepEqual(document.servers, [{ url: "https://auth.example" }]);
  });

  test("migrations apply once, and the first administrator is made by hand", async () => {
    const state = join(home, "state");
    await wrangler("d1", "migrations", "apply", "DB", "--local", "--persist-to", state, "--config", AUTHORITY);
    const again = await wrangler("d1", "migrations", "apply", "DB", "--local", "--persist-to", state, "--config", AUTHORITY);
    assert.match(again.stdout, /No migrations to apply/);
    const nobody = await xtask("admin", "ada@example.com", "--state", state).catch((error) => error);
    assert.match(nobody.stderr ?? "", /there is no such user/);
    const { stdout } = await xtask("admin", "ada@example.com", "--create", "--state", state);
    const [, id] = stdout.match(/^(\w+) is an administrator$/m);
    await xtask("admin", id, "--state", state);
    await xtask("admin", "Ada@Example.com", "--create", "--state", state);
    const users = await query("SELECT id, email, email_verified, role FROM edgeward_users", state);
    assert.deepEqual(users, [{ id, email: "ada@example.com", email_verified: 1, role: "admin" }]);
    await query("INSERT INTO edgeward_users (id, email, created_at, updated_at) VALUES ('eve', 'eve@example.com', 0, 0)", state);
    // An address that is not verified may be anybody's.
    await assert.rejects(xtask("admin", "eve@example.com", "--state", state));
  });
});
