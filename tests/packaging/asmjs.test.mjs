/** `edgeward/asmjs`: the client's core as JavaScript, for those whom WebAssembly is forbidden. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { build } from "esbuild";
import { atEnd } from "../support/at-end.mjs";
import { launchChromium } from "../support/chromium.mjs";
import * as plain from "../../pkg/dist/client/asmjs/glue.js";
import instantiate from "../../pkg/dist/client/asmjs/core.js";
import * as glue from "../../pkg/dist/client/glue.js";
import { outcome, serve } from "./support/page.mjs";
import { answer, install } from "./support/project.mjs";
import { EXCHANGES, GOOD, startProvider } from "./support/provider.mjs";

const { verified: _without, ...SIGNED_IN } = GOOD;
const STRICT = "default-src 'none'; script-src 'self'; connect-src *";
const ALLOWING = STRICT.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'");

describe("the client's core as JavaScript", () => {
  const end = atEnd();
  let project;
  let browser;
  before(async () => {
    ({ project } = await install(end));
    browser = await launchChromium();
    end.after(() => browser.close());
  });

  for (const [core, policy] of [["asmjs", STRICT], ["wasm", ALLOWING]]) {
    test(`is loaded where a policy forbids WebAssembly, and nowhere else: ${core}`, async (t) => {
      const { provider, settings } = await startProvider(t);
      const outdir = join(project, "out", core);
      const entryPoints = [{ in: join(project, "page/fallback.js"), out: "main" }];
      await build({ entryPoints, bundle: true, splitting: true, format: "esm", outdir });
      const asked = [];
      const origin = await serve(t, outdir, (path) => (asked.push(path), { "content-security-policy": policy }));
      assert.deepEqual(await outcome(browser, `${origin}/`, settings), { core, ...SIGNED_IN });
      assert.equal(provider.count("/token"), EXCHANGES);
      assert.equal(asked.some((path) => path.includes("asmjs")), core === "asmjs", asked.join(" "));
    });
  }

  for (const app of ["node/asmjs.mjs", "node/asmjs.cjs"]) {
    test(`signs in and refreshes in a Node without WebAssembly and without eval: ${app}`, async (t) => {
      const { provider, settings } = await startProvider(t);
      const command = [process.execPath, "--disallow-code-generation-from-strings", app];
      assert.deepEqual(await answer(project, command, settings), SIGNED_IN);
      assert.equal(provider.count("/token"), EXCHANGES);
    });
  }
});

describe("both cores", () => {
  const options = { issuer: "https://id.example", clientId: "app", redirectUri: "https://app.example/" };
  let cores;
  before(async () => {
    glue.initSync({ module: await readFile(new URL("../../pkg/dist/client/client.wasm", import.meta.url)) });
    plain.initSync({ module: instantiate });
    cores = () => [glue, plain].map(({ Core }) => new Core(JSON.stringify(options)));
  });

  test("answer every input alike, letter by letter", () => {
    const both = cores();
    let settled = 0;
    for (const input of inputs()) {
      const text = typeof input === "string" ? input : JSON.stringify(input);
      const [wasm, asmjs] = both.map((core) => core.handle(text));
      assert.equal(asmjs, wasm, text.slice(0, 200));
      settled += JSON.parse(wasm).settled?.length ?? 0;
    }
    assert.ok(settled > 10, `only ${settled} calls were settled: the inputs say nothing`);
  });

  test("take texts of megabytes, for which their memory grows", () => {
    const both = cores();
    for (const letters of [2_000_000, 1_000_000, 4_000_000]) {
      for (const sign of ["a", "ä", "🙂"]) {
        const call = { type: "call", call: 1, method: sign.repeat(letters / sign.length), args: {} };
        const [wasm, asmjs] = both.map((core) => core.handle(JSON.stringify({ ...call, now: now(0) })));
        assert.equal(asmjs, wasm);
      }
    }
  });
});

function now(millis) {
  return { wall: 1_800_000_000_000 + millis, monotonic: millis };
}

/** A life of a client, and what is no input at all. Effects are answered as they are numbered: from one. */
function* inputs() {
  yield* ["", "{", "null", "[]", "{}", '{"type":"call"}', '{"type":"é🙂\\ud800"}'];
  const methods = ["start", "getSession", "getAccessToken", "signIn", "handleCallback", "signOut", "nonsense"];
  const answers = [null, true, false, "AAAA", "https://app.example/?code=c&state=s", { done: true }, [], { status: 200, headers: [], body: "{}" }];
  let effect = 0;
  for (let call = 1; call <= 60; call++) {
    const method = methods[call % methods.length];
    yield { type: "call", call, method, args: { forceRefresh: call % 2 === 0, prompt: "login" }, now: now(call * 1000) };
    for (let i = 0; i < 6; i++) {
      effect++;
      const ok = answers[(call + i * 3) % answers.length];
      const failed = (call + i) % 5 === 0;
      yield { type: "answer", effect, ...(failed ? { error: { code: "network_failed" } } : { ok }), now: now(call * 1000 + i) };
    }
    if (call % 7 === 0) yield { type: "abort", call: call - 1, now: now(call * 1000 + 10) };
    if (call % 9 === 0) yield { type: "notice", notice: "visible", now: now(call * 1000 + 20) };
  }
}
