/** A site that is a Worker: no request there may wait for another one's promise. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Log, LogLevel, Miniflare } from "miniflare";
import { bundle } from "../../examples/hono-worker/lib/build.mjs";
import { atEnd } from "../support/at-end.mjs";
import { Browser } from "./browser.mjs";
import { LIFETIME, ORIGIN, SECRET, signIn, startIssuer, whoami } from "./site.mjs";

const ENTRY = fileURLToPath(new URL("worker.mjs", import.meta.url));

describe("a site in workerd", () => {
  const end = atEnd();
  let issuer;
  let browser;
  before(async () => {
    issuer = await startIssuer(end);
    process.env.CLOUDFLARE_CF_FETCH_ENABLED = "false";
    const worker = new Miniflare({
      modules: await bundle(ENTRY),
      compatibilityDate: "2026-07-01",
      bindings: { ISSUER: issuer.issuer, ORIGIN, SECRET },
      log: new Log(LogLevel.WARN),
    });
    end.after(() => worker.dispose());
    await worker.ready;
    const handle = ({ url, method, headers }) => worker.dispatchFetch(url, { method, headers: [...headers], redirect: "manual" });
    browser = new Browser(ORIGIN, handle);
  });

  test("signs in, refreshes once for requests at the same time, and signs out", async () => {
    await signIn(issuer, browser);
    assert.equal(await whoami(browser), "ada");
    await browser.go(`/pass?seconds=${LIFETIME}`);
    const others = Array.from({ length: 6 }, () => browser.copy());
    assert.deepEqual(await Promise.all(others.map((other) => whoami(other))), Array(6).fill("ada"));
    assert.equal(issuer.refreshes, 1);
    await browser.go("/sign-out");
    assert.deepEqual([browser.session, await whoami(browser)], ["", null]);
    assert.match(issuer.revoked.at(-1), /^(rt|at)-/);
  });
});
