/** The same errand in every runtime that is no browser. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { before, describe, test } from "node:test";
import { promisify } from "node:util";
import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { close, listen } from "../../examples/spa/lib/listen.mjs";
import { atEnd } from "../support/at-end.mjs";

const run = promisify(execFile);
const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const bin = (name) => path(`../../node_modules/.bin/${name}`);
const EXPECTED = {
  fetched: "text",
  redirected: "redirect_refused",
  large: "response_too_large",
  swapped: { done: true },
  read: "1",
  keys: [],
  locked: true,
  again: false,
  unlocked: null,
  announced: null,
  digest: "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU",
  random: 22,
  kept: false,
  verified: true,
  location: null,
  navigated: "runtime_unsupported",
  popup: "popup_blocked",
  driven: "slept",
  told: [],
};

describe("the platform", { timeout: 120_000 }, () => {
  const end = atEnd();
  let origin;
  before(async () => {
    const server = createServer(({ url }, response) => {
      if (url === "/redirect") response.writeHead(302, { location: "/text" }).end();
      else response.end(url === "/large" ? "a".repeat(101) : "text");
    });
    end.after(() => close(server));
    origin = await listen(server, 0);
  });

  const runtimes = {
    "Node 20, or the one that runs this": [process.execPath],
    "Node 22": [path("../../node_modules/node22/bin/node")],
    "Node 24": [path("../../node_modules/node24/bin/node")],
    Bun: [bin("bun"), "run"],
    Deno: [bin("deno"), "run", "--no-lock", "--allow-net=127.0.0.1"],
  };
  for (const [name, [command, ...options]] of Object.entries(runtimes)) {
    test(`works in ${name}, and lets it end`, async () => {
      const { stdout, stderr } = await run(command, [...options, path("errand.cli.mjs"), origin], { timeout: 30_000, env: { ...process.env, NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" } });
      assert.deepEqual(JSON.parse(stdout), EXPECTED);
      assert.equal(stderr, "");
    });
  }

  test("works in workerd, made at any request", async () => {
    const worker = `
      import { errand } from "./errand.mjs";
      export default { fetch: async (_, env) => Response.json(await errand(env.ORIGIN)) };`;
    const { outputFiles } = await build({ stdin: { contents: worker, resolveDir: path(".") }, bundle: true, format: "esm", write: false });
    const miniflare = new Miniflare({ modules: true, script: outputFiles[0].text, compatibilityDate: "2026-01-01", bindings: { ORIGIN: origin } });
    end.after(() => miniflare.dispose());
    for (let request = 0; request < 2; request++) {
      assert.deepEqual(await (await miniflare.dispatchFetch("http://worker/")).json(), EXPECTED);
    }
  });

  test("works in workerd, made once for all requests, of which one cancels what another began", async () => {
    const worker = `
      import { Driver } from "../../pkg/src/platform/driver.js";
      import { Platform } from "../../pkg/src/platform/index.js";
      // A core that waits for the call "end", under a lock.
      const core = { handle(text) {
        const { type, method, call } = JSON.parse(text);
        if (type !== "call") return "{}";
        const effects = [{ effect: 1, kind: "sleep", millis: 60_000, hold: true }];
        return JSON.stringify(method === "begin" ? { effects } : { cancel: [1], settled: [{ call: 1, ok: "cancelled" }, { call, ok: "ended" }] });
      } };
      const platform = new Platform({}, { onNotice() {}, onWarning() {} });
      const driver = new Driver(core, platform);
      const perform = (kind, members) => platform.perform({ kind, ...members }, new AbortController().signal);
      export default {
        async fetch({ url }) {
          const method = new URL(url).pathname.slice(1);
          if (method !== "store") return Response.json(await driver.call(method));
          const locked = await perform("lock", { name: "l", deadline: 5_000 });
          const known = await perform("read", { area: "session", key: "s" });
          await perform("swap", { area: "session", key: "s", expected: known, next: String(Number(known) + 1) });
          await perform("unlock", { name: "l" });
          return Response.json([locked, known]);
        },
      };`;
    const { outputFiles } = await build({ stdin: { contents: worker, resolveDir: path(".") }, bundle: true, format: "esm", write: false });
    const miniflare = new Miniflare({ modules: true, script: outputFiles[0].text, compatibilityDate: "2026-01-01" });
    end.after(() => miniflare.dispose());
    const ask = async (method) => (await miniflare.dispatchFetch(`http://worker/${method}`)).json();
    assert.deepEqual([await ask("store"), await ask("store"), await ask("store")], [[true, null], [true, "1"], [true, "2"]]);
    const begun = ask("begin");
    await ask("store");
    assert.equal(await ask("end"), "ended");
    assert.equal(await begun, "cancelled");
    assert.equal(await ask("end"), "ended");
  });

  test("names no builtin of Node and has no top-level await in what a browser loads", async () => {
    const contents = 'export * from "../../pkg/src/platform/index.js"; export * from "../../pkg/src/platform/keys.js"; export * from "../../pkg/src/platform/driver.js";';
    const { outputFiles } = await build({ stdin: { contents, resolveDir: path(".") }, bundle: true, platform: "browser", format: "iife", globalName: "x", target: "es2022", write: false });
    assert.doesNotMatch(outputFiles[0].text, /node:|require\(/);
  });
});
