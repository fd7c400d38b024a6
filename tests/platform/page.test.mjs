/** What a page alone can do: navigate, keep a key, hear of its own life. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { atEnd } from "../support/at-end.mjs";
import { inWorker, startSite } from "./site.mjs";

/** The site's own answers beyond its files. */
function handle(request, response) {
  const { pathname } = new URL(request.url, "http://site");
  if (pathname === "/redirect") return response.writeHead(302, { location: "/stolen" }).end();
  if (pathname === "/echo") {
    const { cookie = null, "content-type": type = null, "cache-control": cache = null } = request.headers;
    return response.writeHead(200, { "cache-control": "max-age=1000", "set-cookie": "echo=1" }).end(JSON.stringify({ cookie, type, cache, at: process.hrtime.bigint().toString() }));
  }
}

describe("a page", { timeout: 300_000 }, () => {
  const end = atEnd();
  let site;
  before(async () => (site = await startSite(end, handle, { ignoreDefaultArgs: ["--disable-back-forward-cache"] })));

  test("tells its address, changes it and keeps the history's state, and leaves for another one", async () => {
    const page = await site.open({}, "/?a=1");
    const seen = await page.evaluate(async () => {
      history.replaceState({ mine: 1 }, "");
      const before = await perform("location");
      await perform("rewrite", { url: "/?b=2" });
      return [before, location.href, history.state];
    });
    assert.deepEqual(seen, [`${site.origin}/?a=1`, `${site.origin}/?b=2`, { mine: 1 }]);
    const entries = await page.evaluate(() => history.length);
    await Promise.all([page.waitForURL("**/?c=3"), page.evaluate(() => void perform("navigate", { url: "/?c=3" }))]);
    assert.equal(await page.evaluate(() => history.length), entries + 1);
    await page.waitForFunction(() => globalThis.start);
    await Promise.all([page.waitForURL("**/?d=4"), page.evaluate(() => (start({}), void perform("navigate", { url: "/?d=4", replace: true })))]);
    assert.equal(await page.evaluate(() => history.length), entries + 1);
    await page.close();
  });

  test("fetches without redirects, cookies and the cache", async () => {
    const page = await site.open();
    const [redirected, first, second, third] = await page.evaluate(async () => {
      document.cookie = "a=1";
      const fetching = (path, more) => perform("fetch", { request: { method: "GET", url: location.origin + path, headers: [], ...more }, deadline: 5_000, limit: 10_000, keepalive: true });
      return [await fetching("/redirect"), await fetching("/echo", { method: "POST", headers: [["content-type", "application/x-www-form-urlencoded"]], body: "a=1" }), await fetching("/echo"), await fetching("/echo")];
    });
    assert.deepEqual(redirected, { failed: "redirect_refused" });
    assert.equal(first.status, 200);
    const [a, b] = [JSON.parse(first.body), JSON.parse(second.body)];
    assert.deepEqual([a.cookie, a.type, b.cookie], [null, "application/x-www-form-urlencoded", null]);
    assert.notEqual(JSON.parse(third.body).at, b.at, "not from the cache");
    assert.equal(await page.evaluate(() => document.cookie), "a=1");
    await page.close();
  });

  test("hears that it is hidden, seen, and online again", async () => {
    const page = await site.open();
    await page.context().setOffline(true);
    await page.context().setOffline(false);
    await page.waitForFunction(() => told.includes("online"));
    const heard = await page.evaluate(() => {
      told.length = 0;
      const see = (state) => {
        Object.defineProperty(document, "visibilityState", { configurable: true, value: state });
        document.dispatchEvent(new Event("visibilitychange"));
      };
      see("hidden");
      see("visible");
      dispatchEvent(new PageTransitionEvent("pageshow", { persisted: false }));
      dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
      const heard = told.splice(0);
      platform.dispose();
      see("visible");
      dispatchEvent(new Event("online"));
      return [heard, told];
    });
    assert.deepEqual(heard, [["hidden", "visible", "resume"], []]);
    await page.close();
  });

  test("is taken into the back-forward cache, hears that it is frozen and back, and goes on", async () => {
    const page = await site.open({ storage: "indexeddb" }, "/?first");
    await page.evaluate(() => session("read"));
    await page.goto(`${site.origin}/?second`);
    await page.goBack({ waitUntil: "commit" });
    await page.waitForFunction(() => globalThis.told?.filter((notice) => notice === "resume").length === 2);
    const heard = await page.evaluate(() => told);
    assert.deepEqual([heard[0], ...heard.slice(-1)], ["hidden", "resume"]);
    assert.ok(heard.includes("visible"));
    assert.equal(await page.evaluate(async () => (await session("swap", { expected: await session("read"), next: "1" })).done), true);
    await page.close();
  });

  describe("keeps a key", () => {
    const algorithm = { name: "ECDSA", namedCurve: "P-256" };
    const signing = { name: "ECDSA", hash: "SHA-256" };
    const make = (page, name) => page.evaluate(({ name, algorithm }) => perform("makeKey", { name, algorithm }).then(JSON.stringify), { name, algorithm }).then(JSON.parse);

    test("over reloads, for every tab and worker, one and the same", async () => {
      const pages = await Promise.all(Array.from({ length: 4 }, () => site.open()));
      const made = await Promise.all(pages.map((page) => make(page, "shared")));
      assert.deepEqual(made, made.map(() => made[0]));
      assert.deepEqual(Object.keys(made[0]).sort(), ["crv", "kty", "x", "y"]);
      await pages[0].reload();
      await pages[0].waitForFunction(() => globalThis.start);
      const [key, verified] = await pages[0].evaluate(async ({ algorithm, signing }) => {
        start({});
        const key = JSON.parse(JSON.stringify(await perform("publicKey", { name: "shared" })));
        const signature = await perform("sign", { name: "shared", algorithm: signing, data: "é" });
        return [key, await perform("verify", { key, algorithm: { ...algorithm, ...signing }, data: "é", signature })];
      }, { algorithm, signing });
      assert.deepEqual([key, verified], [made[0], true]);
      assert.deepEqual(await inWorker(pages[1], "service", "start({}); return JSON.parse(JSON.stringify(await perform('publicKey', { name: 'shared' })))"), made[0]);
      await Promise.all(pages.map((page) => page.close()));
    });

    test("that no script can read", async () => {
      const page = await site.open();
      await make(page, "secret");
      const exported = await page.evaluate(async () => {
        const database = await new Promise((resolve) => (indexedDB.open("edgeward").onsuccess = ({ target }) => resolve(target.result)));
        const pair = await new Promise((resolve) => (database.transaction("keys").objectStore("keys").get("secret").onsuccess = ({ target }) => resolve(target.result)));
        const formats = ["jwk", "pkcs8"].map((format) => crypto.subtle.exportKey(format, pair.privateKey).then(() => "exported", ({ name }) => name));
        return [pair.privateKey.extractable, ...(await Promise.all(formats))];
      });
      assert.deepEqual(exported, [false, "InvalidAccessError", "InvalidAccessError"]);
      await page.close();
    });

    test("until it is forgotten, and says then that it is gone", async () => {
      const page = await site.open();
      const first = await make(page, "forgotten");
      const gone = await page.evaluate(async (signing) => {
        await perform("forgetKey", { name: "forgotten" });
        return [await perform("publicKey", { name: "forgotten" }), await perform("sign", { name: "forgotten", algorithm: signing, data: "" })];
      }, signing);
      assert.deepEqual(gone, [null, null]);
      assert.notEqual((await make(page, "forgotten")).x, first.x);
      await page.close();
    });
  });
});
