/** The packed package in Chromium under Content Security Policies, and in module workers. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { build } from "esbuild";
import { atEnd } from "../support/at-end.mjs";
import { launchChromium } from "../support/chromium.mjs";
import { outcome, serve } from "./support/page.mjs";
import { install } from "./support/project.mjs";
import { EXCHANGES, GOOD, startProvider } from "./support/provider.mjs";

const STRICT = "default-src 'none'; script-src 'self'; connect-src *";
const ALLOWING = STRICT.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'");

describe("in Chromium, the packed package", () => {
  const end = atEnd();
  let browser;
  let project;
  let root;
  before(async () => {
    ({ project, root } = await install(end));
    browser = await launchChromium();
    end.after(() => browser.close());
  });

  /** Builds an app, each entry into a file of its own name, and serves it under a policy. */
  async function site(t, entries, policy) {
    const outdir = join(project, "out", t.name.replaceAll(/\W+/g, "-"));
    const entryPoints = entries.map(({ out, entry }) => ({ out, in: join(project, entry) }));
    await build({ entryPoints, bundle: true, format: "esm", outdir });
    return serve(t, outdir, () => (policy ? { "content-security-policy": policy } : {}));
  }

  test("signs in under a strict policy that has 'wasm-unsafe-eval'", async (t) => {
    const { provider, settings } = await startProvider(t);
    const origin = await site(t, [{ out: "main", entry: "page/main.js" }], ALLOWING);
    assert.deepEqual(await outcome(browser, `${origin}/`, settings), GOOD);
    assert.equal(provider.count("/token"), EXCHANGES);
  });

  test("says what is to be set under a policy that has not", async (t) => {
    const { provider, settings } = await startProvider(t);
    const origin = await site(t, [{ out: "main", entry: "page/blocked.js" }], STRICT);
    const failed = await outcome(browser, `${origin}/`, settings);
    assert.equal(failed.length, 2, "the client and the verifier");
    const page = await readFile(join(root, "errors.md"), "utf8");
    for (const { ours, code, message, retryable, docs } of failed) {
      assert.deepEqual([ours, code, retryable], [true, "runtime_wasm_blocked", false]);
      assert.match(message, /'wasm-unsafe-eval'.*script-src.*Content-Security-Policy/);
      const { hostname, pathname, hash } = new URL(docs);
      assert.deepEqual([hostname, pathname], ["unpkg.com", "/edgeward/errors.md"], "of the tarball's own files");
      assert.ok(page.includes(`<a id="${hash.slice(1)}"></a>`), docs);
    }
    assert.equal(provider.discoveries, 0, "nothing is asked for before");
  });

  test("verifies, signs in and refreshes in a service worker and in a page's worker", async (t) => {
    const { provider, settings } = await startProvider(t);
    const entries = ["main", "worker"].map((out) => ({ out, entry: `service-worker/${out}.js` }));
    const origin = await site(t, entries);
    assert.deepEqual(await outcome(browser, `${origin}/`, settings), { service: GOOD, page: GOOD });
    assert.equal(provider.count("/token"), 2 * EXCHANGES);
  });
});
