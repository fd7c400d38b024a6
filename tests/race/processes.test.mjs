/** Processes that share a session in one file. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { createClient } from "edgeward";
import { fileStore } from "../../pkg/src/platform/node/file-store.js";
import { atEnd } from "../support/at-end.mjs";
import { refreshTokenIn } from "./clients/stored.mjs";
import * as faults from "./provider/faults.mjs";
import { REPLAY, STRICT } from "./provider/families.mjs";
import { startFaultProvider } from "./provider/provider.mjs";
import { startProcesses } from "./processes.mjs";

const PROCESS = new URL("./clients/process.mjs", import.meta.url);
const REDIRECT = "http://127.0.0.1/callback";

describe("processes on one file", () => {
  const end = atEnd();

  /** A provider, a file with a session whose token has ended, and processes that share it. */
  async function prepare(count, policy = STRICT) {
    const provider = await startFaultProvider(end, { policy });
    const folder = await mkdtemp(join(tmpdir(), "edgeward-race-"));
    end.after(() => rm(folder, { recursive: true }));
    const path = join(folder, "session.json");
    const options = { issuer: provider.issuer, clientId: "agent", redirectUri: REDIRECT, scope: "openid offline_access" };
    provider.firstLifetime = 1;
    await signIn(createClient({ ...options, storage: fileStore(path), errors: "throw" }));
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    return { provider, path, processes: await startProcesses(end, PROCESS, count, { ...options, path }) };
  }

  async function healthy({ provider, path }, outcomes, requests) {
    assert.deepEqual(outcomes.filter(({ ok }) => !ok), []);
    const stored = refreshTokenIn([await readFile(path, "utf8")]);
    assert.deepEqual([provider.refreshes.length, provider.families.isCurrent(stored)], [requests, true]);
  }

  const longest = (outcomes) => `longest wait ${Math.round(Math.max(...outcomes.map(({ millis }) => millis)))} ms at 150 ms latency`;

  for (const count of [2, 6]) {
    test(`${count} of them make one request`, async (t) => {
      const race = await prepare(count);
      const outcomes = await race.processes.ask();
      t.diagnostic(longest(outcomes));
      assert.equal(outcomes.length, count);
      await healthy(race, outcomes, 1);
    });
  }

  test("the others go on when the one that refreshes is killed", async (t) => {
    const race = await prepare(3);
    race.provider.fail(faults.slow({ before: 60_000 }), 1);
    const [first, ...others] = race.processes.all;
    const lost = first.ask({});
    await race.provider.asked(1);
    const asking = Promise.all(others.map((one) => one.ask({})));
    first.kill();
    assert.equal(await lost, undefined);
    const outcomes = await asking;
    t.diagnostic(longest(outcomes));
    await healthy(race, outcomes, 2);
  });

  test("a lost reply is got over where the server repeats it", async (t) => {
    const race = await prepare(3, REPLAY);
    race.provider.fail(faults.lost(), 1);
    const outcomes = await race.processes.ask();
    t.diagnostic(longest(outcomes));
    await healthy(race, outcomes, 2);
  });
});

/** Goes where the client would send a page; the provider asks nobody. */
async function signIn(client) {
  await client.getSession();
  let address;
  globalThis.document = { location: { href: REDIRECT, assign: (url) => (address = url) } };
  try {
    await client.signIn();
  } finally {
    delete globalThis.document;
  }
  const { headers } = await fetch(address, { redirect: "manual" });
  await client.handleCallback(headers.get("location"));
  client.dispose();
}
