/** The packed package in Next 16: in a component, on the page, and in a route on the server. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { freePort } from "../../examples/spa/lib/listen.mjs";
import { atEnd } from "../support/at-end.mjs";
import { launchChromium } from "../support/chromium.mjs";
import { outcome } from "./support/page.mjs";
import { install, lend, program } from "./support/project.mjs";
import { DOORS, EXCHANGES, GOOD, startProvider } from "./support/provider.mjs";

const NEXT = program("next/dist/bin/next");
const QUIET = { ...process.env, NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: undefined };

describe("in Next 16, the packed package", () => {
  const end = atEnd();
  let origin;
  let browser;
  before(async () => {
    const { project } = await install(end);
    await lend(project, "next", "react", "react-dom");
    const cwd = join(project, "next");
    await succeed(cwd, ["build"]);
    const port = await freePort(0);
    origin = `http://127.0.0.1:${port}`;
    await serve(end, cwd, ["start", "--hostname", "127.0.0.1", "--port", String(port)]);
    browser = await launchChromium();
    end.after(() => browser.close());
  });

  test("on the page verifies, signs in and refreshes, after the server rendered the component", async (t) => {
    const { provider, settings } = await startProvider(t);
    assert.match(await (await fetch(origin)).text(), /<p>app<\/p>/);
    assert.deepEqual(await outcome(browser, `${origin}/`, settings), GOOD);
    assert.equal(provider.count("/token"), EXCHANGES);
  });

  test("on the server verifies, signs in and refreshes", async (t) => {
    const { provider, settings } = await startProvider(t);
    const answer = await fetch(`${origin}/server`, { method: "POST", body: JSON.stringify(settings) });
    assert.equal(answer.status, 200, "see what next start printed");
    assert.deepEqual(await answer.json(), GOOD);
    assert.equal(provider.count("/token"), EXCHANGES);
  });

  test("on the server opens the doors for servers", async (t) => {
    const { settings } = await startProvider(t);
    const answer = await fetch(`${origin}/doors`, { method: "POST", body: JSON.stringify(settings) });
    assert.equal(answer.status, 200, "see what next start printed");
    const { oauth, server } = DOORS;
    assert.deepEqual(await answer.json(), { oauth, server });
  });
});

function next(cwd, args) {
  const child = spawn(process.execPath, [NEXT, ...args], { cwd, env: QUIET, stdio: ["ignore", "pipe", "pipe"] });
  child.printed = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (child.printed += text));
  return child;
}

async function succeed(cwd, args) {
  const child = next(cwd, args);
  const [code] = await once(child, "exit");
  assert.equal(code, 0, child.printed);
}

/** Starts the server and waits until it says that it is ready. */
async function serve(end, cwd, args) {
  const child = next(cwd, args);
  const ended = once(child, "exit");
  end.after(async () => {
    child.kill();
    await ended;
    if (process.exitCode) console.error(child.printed);
  });
  await new Promise((resolve, reject) => {
    child.stdout.on("data", () => child.printed.includes("Ready") && resolve());
    ended.then(() => reject(new Error(child.printed)));
  });
}
