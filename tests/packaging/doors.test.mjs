/** The doors beside the main one, in the runtimes and bundlers that each is meant for. */
import assert from "node:assert/strict";
import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { Miniflare } from "miniflare";
import { atEnd } from "../support/at-end.mjs";
import { launchChromium } from "../support/chromium.mjs";
import { BUNDLERS } from "./support/bundlers.mjs";
import { serve } from "./support/page.mjs";
import { answer, install, lend, missing, program } from "./support/project.mjs";
import { DOORS, startProvider } from "./support/provider.mjs";
import { bundle } from "./support/worker.mjs";

const DENO = ["run", "--no-lock", "--node-modules-dir=manual", "--allow-env", "--allow-net=127.0.0.1", "--allow-read", "--allow-write", "--allow-sys"];
const RUNTIMES = [
  [`Node ${process.versions.node}`, process.execPath],
  ["Node 22", "node22/bin/node"],
  ["Node 24", "node24/bin/node"],
  ["Bun", "bun"],
  ["Deno", "deno", DENO],
];
/** React is CommonJS, which Rollup reads with a plugin only. */
const FOR_REACT = Object.keys(BUNDLERS).filter((name) => name !== "Rollup");

describe("the doors of the packed package", () => {
  const end = atEnd();
  let project;
  before(async () => {
    ({ project } = await install(end));
    await lend(project, "react", "react-dom", "scheduler");
  });

  for (const [name, path, args = []] of RUNTIMES) {
    for (const [how, app] of [["imported", "doors/node.mjs"], ["required", "doors/node.cjs"]]) {
      // What Deno runs is imported.
      if (name === "Deno" && how === "required") continue;
      test(`in ${name}, ${how}: oauth, agent, server, react`, { skip: path !== process.execPath && missing(path) }, async (t) => {
        const { settings } = await startProvider(t);
        const folder = await mkdtemp(join(project, "session-"));
        const runtime = path === process.execPath ? path : program(path);
        assert.deepEqual(await answer(project, [runtime, ...args, app], { ...settings, file: join(folder, "session.json") }), DOORS);
      });
    }
  }

  test("in workerd: oauth, server", async (t) => {
    const { settings } = await startProvider(t);
    const modules = await bundle(join(project, "doors/worker.js"));
    const worker = new Miniflare({ modules, compatibilityDate: "2026-07-01" });
    t.after(() => worker.dispose());
    const got = await worker.dispatchFetch("http://worker/", { method: "POST", body: JSON.stringify(settings) });
    assert.equal(got.status, 200, await got.clone().text());
    const { oauth, server } = DOORS;
    assert.deepEqual(await got.json(), { oauth, server });
  });

  describe("in Chromium: oauth, react", () => {
    const inner = atEnd();
    let browser;
    before(async () => {
      browser = await launchChromium();
      inner.after(() => browser.close());
    });

    for (const name of FOR_REACT) {
      test(`through ${name}`, async (t) => {
        const { settings } = await startProvider(t);
        const folder = join(project, "out", `doors-${name.replaceAll(/\W+/g, "-")}`);
        await BUNDLERS[name](project, folder, "doors");
        const page = await browser.newPage();
        t.after(() => page.close());
        await page.addInitScript((settings) => (globalThis.settings = settings), settings);
        await page.goto(`${await serve(t, folder)}/`);
        await page.click("#shown[data-status=signedOut]");
        await page.waitForSelector("#shown[data-status=signedIn]", { timeout: 10_000 });
        assert.equal(await page.textContent("#shown"), "ada");
      });
    }
  });
});
