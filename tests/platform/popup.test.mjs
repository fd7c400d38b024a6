/** The window of a sign-in: opened in a click, closed in every case, heard of through every isolation. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { atEnd } from "../support/at-end.mjs";
import { startSite } from "./site.mjs";

/** A provider that signs in at once, and the callback's page. */
function handle(request, response) {
  const { pathname, searchParams } = new URL(request.url, "http://site");
  if (pathname === "/provider") {
    // Signs in at once and goes back to the page that asks.
    const headers = { "content-type": "text/html", ...(searchParams.has("isolated") && { "cross-origin-opener-policy": "same-origin" }) };
    const back = JSON.stringify(searchParams.get("back"));
    return response.writeHead(200, headers).end(`<!doctype html><title>provider</title>${back === "null" ? "" : `<script>setTimeout(() => location.replace(${back}), 50)</script>`}`);
  }
  if (pathname === "/callback") {
    const bare = "delete globalThis.BroadcastChannel; Storage.prototype.setItem = () => { throw new Error(); };";
    const body = `<!doctype html><title>callback</title><script type="module" src="/harness.js"></script><script type="module">
      ${searchParams.has("bare") ? bare : ""}
      start({});
      globalThis.relayed = perform("relay", { url: location.href, name: new URLSearchParams(location.search).get("state") });
    </script>`;
    return response.writeHead(200, { "content-type": "text/html", ...(searchParams.has("isolated") && { "cross-origin-opener-policy": "same-origin" }) }).end(body);
  }
}

describe("a page opens a window", { timeout: 300_000 }, () => {
  const end = atEnd();
  let site;
  before(async () => (site = await startSite(end, handle)));

  const callback = (more = "") => `/callback?code=c0de&state=S${more}`;
  const provider = (back, more = "") => `/provider?${more}${back ? `&back=${encodeURIComponent(back)}` : ""}`;
  /** Reserves in a click, shows the address a while later, as after a discovery. */
  async function popup(page, url, { deadline = 20_000, reserve = true, abort = false } = {}) {
    await page.evaluate((effect) => {
      document.body.innerHTML = "<button>sign in</button>";
      document.querySelector("button").onclick = async () => {
        if (effect.reserve) platform.popups.reserve();
        globalThis.controller = new AbortController();
        globalThis.answer = new Promise((resolve) => setTimeout(resolve, 20)).then(() => perform("popup", effect, controller.signal));
      };
    }, { url: site.origin + url, name: "S", deadline, reserve });
    const opened = abort === "blocked" ? undefined : page.context().waitForEvent("page");
    await page.click("button");
    return { window: await opened, answer: () => page.evaluate(() => answer) };
  }

  for (const [what, url] of Object.entries({
    "": provider(callback()),
    " of a provider that isolates itself": provider(callback(), "isolated"),
    " with a callback that isolates itself": provider(callback("&isolated")),
    " where both isolate themselves": provider(callback("&isolated"), "isolated"),
    " without a channel and without storage": provider(callback("&bare")),
  })) {
    test(`and gets the callback from it${what}`, async () => {
      const page = await site.open();
      // Tests have the focus in every window; a user has it in one.
      await page.evaluate(() => (document.hasFocus = () => false));
      const { window, answer } = await popup(page, url);
      assert.equal(await answer(), site.origin + new URL(url, site.origin).searchParams.get("back"));
      if (!window.isClosed()) await window.waitForEvent("close");
      await page.close();
    });
  }

  test("and says when the user closes it", async () => {
    const page = await site.open();
    const { window, answer } = await popup(page, provider());
    await window.waitForURL("**/provider**");
    await window.close();
    assert.deepEqual(await answer(), { failed: "popup_closed" });
    await page.close();
  });

  test("and does not take a provider that isolates itself for a window that is closed", async () => {
    const page = await site.open();
    await page.evaluate(() => (document.hasFocus = () => false));
    const { window, answer } = await popup(page, provider(undefined, "isolated"));
    await window.waitForURL("**/provider**");
    let ended = false;
    answer().then(() => (ended = true), () => {});
    // Four times as long as it takes to see that a window is closed.
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 2_000)));
    assert.equal(ended, false);
    await page.close();
    await window.close();
  });

  test("and closes it at the deadline, and when it is cancelled", async () => {
    const page = await site.open();
    const late = await popup(page, provider(), { deadline: 300 });
    assert.deepEqual(await late.answer(), { failed: "network_timeout" });
    if (!late.window.isClosed()) await late.window.waitForEvent("close");
    const cancelled = await popup(page, provider());
    await cancelled.window.waitForURL("**/provider**");
    await page.evaluate(() => controller.abort());
    if (!cancelled.window.isClosed()) await cancelled.window.waitForEvent("close");
    await page.close();
  });

  test("and says when the browser does not", async () => {
    const page = await site.open();
    await page.evaluate(() => (globalThis.open = () => null));
    const { answer } = await popup(page, provider(), { abort: "blocked" });
    assert.deepEqual(await answer(), { failed: "popup_blocked" });
    await page.close();
  });

  test("and closes one that no sign-in took", async () => {
    const page = await site.open();
    const opened = page.context().waitForEvent("page");
    await page.evaluate(() => platform.popups.reserve());
    const window = await opened;
    await page.evaluate(() => platform.dispose());
    if (!window.isClosed()) await window.waitForEvent("close");
    await page.close();
  });

  test("and is deaf to other sign-ins, other sites and other messages", async () => {
    const page = await site.open();
    const { window, answer } = await popup(page, provider());
    // By now it is listened for.
    await window.waitForURL("**/provider**");
    await page.evaluate(async () => {
      const text = (state) => `edgeward:popup ${state} ${location.origin}/callback?code=stolen&state=${state}`;
      const say = (data, origin = location.origin) => dispatchEvent(new MessageEvent("message", { data, origin }));
      for (const data of [null, 1, {}, [], Symbol.iterator.toString(), "", "edgeward:popup", "edgeward:popup S", text("T"), { toString: 1 }]) say(data);
      say(text("S"), "https://evil.example");
      say(text("S"), "null");
      new BroadcastChannel("edgeward:popup").postMessage({ anything: 1 });
    });
    const right = site.origin + callback();
    await window.evaluate((url) => void setTimeout(() => location.replace(url)), right);
    assert.equal(await answer(), right);
    await page.close();
  });

  test("and a callback that nobody waits for stays where it is", async () => {
    const page = await site.browser.newPage();
    await page.goto(site.origin + callback().replace("state=S", "state=nobody"));
    await page.waitForFunction(() => globalThis.relayed);
    assert.equal(await page.evaluate(() => relayed), false);
    assert.equal(page.isClosed(), false);
    await page.close();
  });
});
