/** The packed package through the bundlers, none of them told about it, and then in Chromium. */
import assert from "node:assert/strict";
import { readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import * as esbuild from "esbuild";
import * as vite from "vite";
import { atEnd } from "../support/at-end.mjs";
import { launchChromium } from "../support/chromium.mjs";
import { outcome, serve } from "./support/page.mjs";
import { BUNDLERS } from "./support/bundlers.mjs";
import { answer, install } from "./support/project.mjs";
import { EXCHANGES, GOOD, startProvider } from "./support/provider.mjs";

describe("in Chromium, the packed package", () => {
  const end = atEnd();
  let browser;
  let project;
  before(async () => {
    ({ project } = await install(end));
    browser = await launchChromium();
    end.after(() => browser.close());
  });

  for (const [name, bundle] of Object.entries(BUNDLERS)) {
    test(`through ${name} verifies, signs in and refreshes`, async (t) => {
      const folder = join(project, "out", name.replaceAll(/\W+/g, "-"));
      await bundle(project, folder);
      await assertWorks(t, await serve(t, folder));
      const emitted = await readdir(folder, { recursive: true });
      assert.deepEqual(emitted.filter((file) => file.endsWith(".wasm")), [], "the wasm is in the bundle, once");
    });
  }

  test("through Vite's development server verifies, signs in and refreshes", async (t) => {
    const server = await vite.createServer({
      root: join(project, "page"),
      cacheDir: join(project, "out/vite"),
      configFile: false,
      logLevel: "error",
      server: { host: "127.0.0.1", port: 0, fs: { allow: [project] } },
    });
    t.after(() => server.close());
    await server.listen();
    await assertWorks(t, `http://127.0.0.1:${server.httpServer.address().port}`);
  });

  async function assertWorks(t, origin) {
    const { provider, settings } = await startProvider(t);
    assert.deepEqual(await outcome(browser, `${origin}/`, settings), GOOD);
    assert.equal(provider.count("/token"), EXCHANGES);
  }
});

describe("in Node, the packed package", () => {
  const end = atEnd();
  let project;
  before(async () => {
    ({ project } = await install(end));
  });

  for (const [format, file] of [["esm", "app.mjs"], ["cjs", "app.cjs"]]) {
    test(`through esbuild in one file, ${format}, verifies, signs in and refreshes`, async (t) => {
      const { settings } = await startProvider(t);
      const outfile = join(project, "out/server", file);
      await esbuild.build({ entryPoints: [join(project, "node", file)], bundle: true, platform: "node", format, outfile });
      assert.deepEqual(await answer(project, [process.execPath, outfile], settings), GOOD);
    });
  }
});

describe("what an app takes of the packed package", () => {
  const end = atEnd();

  test("is all that a bundle holds: an unused import leaves nothing behind", async () => {
    const { project } = await install(end);
    const entry = join(project, "unused.mjs");
    await writeFile(entry, `import "edgeward"; import { createVerifier } from "edgeward/verify"; console.log(1);`);
    for (const name of ["esbuild", "Rollup", "webpack 5"]) {
      const folder = join(project, "out", `unused-${name}`);
      await BUNDLERS[name](await pointing(project, entry), folder);
      const { size } = await stat(join(folder, "main.js"));
      assert.ok(size < 1_000, `${name}: ${size} bytes for nothing`);
    }
  });
});

/** A project whose page is another file. */
async function pointing(project, entry) {
  await writeFile(join(project, "page/main.js"), `import ${JSON.stringify(entry)};`);
  return project;
}
