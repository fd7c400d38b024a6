/** The packed package in workerd: found by its `workerd` condition, the wasm by a static import. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { Miniflare } from "miniflare";
import { atEnd } from "../support/at-end.mjs";
import { bundle } from "./support/worker.mjs";
import { install } from "./support/project.mjs";
import { EXCHANGES, GOOD, startProvider } from "./support/provider.mjs";

describe("in workerd, the packed package", () => {
  const end = atEnd();
  let worker;
  before(async () => {
    const { project } = await install(end);
    const modules = await bundle(join(project, "worker/worker.js"));
    worker = new Miniflare({ modules, compatibilityDate: "2026-07-01" });
    end.after(() => worker.dispose());
    await worker.ready;
  });

  test("verifies at once and later, signs in and refreshes", async (t) => {
    const { provider, settings } = await startProvider(t);
    const body = JSON.stringify({ ...settings, jwks: { keys: provider.keys } });
    const answer = await worker.dispatchFetch("http://worker/", { method: "POST", body });
    assert.equal(answer.status, 200, await answer.clone().text());
    assert.deepEqual(await answer.json(), { atOnce: "ada", ...GOOD });
    assert.equal(provider.count("/token"), EXCHANGES);
  });
});
