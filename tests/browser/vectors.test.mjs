/** Every vector on both engines in Chromium. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { test } from "node:test";

import { launchChromium } from "../support/chromium.mjs";
import { summary } from "../vectors/runner.mjs";

const TYPES = { html: "text/html", js: "text/javascript", mjs: "text/javascript", wasm: "application/wasm" };
const FILES = new Map([
  ["/glue.js", "dist/glue.js"],
  ["/vectors.wasm", "dist/vectors.wasm"],
  ["/runner.mjs", "runner.mjs"],
]);

test("both engines answer every vector as its file says, and alike", async (t) => {
  const server = await serve();
  t.after(() => server.close());
  const browser = await launchChromium();
  t.after(() => browser.close());
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  const outcomes = await page.evaluate(async () => {
    const glue = await import("/glue.js");
    const { runSet } = await import("/runner.mjs");
    await glue.default({ module_or_path: "/vectors.wasm" });
    const outcomes = [];
    for (const set of glue.sets()) outcomes.push(await runSet(glue, set));
    return outcomes;
  });
  const { wrong, table } = summary(`Chromium ${browser.context.browser()?.version() ?? ""}`.trim(), outcomes);
  console.log(table);
  assert.deepEqual(wrong, []);
});

async function serve() {
  const server = createServer(async (request, response) => {
    const file = FILES.get(request.url);
    if (request.url === "/") return response.setHeader("content-type", TYPES.html).end("<!doctype html><title>vectors</title>");
    if (!file) return response.writeHead(404).end();
    const body = await readFile(new URL(`../vectors/${file}`, import.meta.url));
    response.setHeader("content-type", TYPES[file.split(".").pop()]).end(body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}
