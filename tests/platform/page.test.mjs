/** What a page alone can do: navigate, open a window, keep a key, hear of its own life; and what it survives. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { atEnd } from "../support/at-end.mjs";
import { inWorker, startSite } from "./site.mjs";

/** The site's own answers beyond its files. */
function handle(request, response) {
  const { pathname, searchParams } = new URL(request.url, "http://site");
  if (pathname === "/redirect") return response.writeHead(302, { location: "/stolen" }).end();
  if (pathname === "/echo") {
    const { cookie = null, "content-type": type = null, "cache-control": cache = null } = request.headers;
    return response.writeHead(200, { "cache-control": "max-age=1000", "set-cookie": "echo=1" }).end(JSON.stringify({ cookie, type, cache, at: process.hrtime.bigint().toString() }));
  }
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
    const [redirected, first, second] = await page.evaluate(async () => {
      document.cookie = "a=1";
      const fetching = (path, more) => perform("fetch", { request: { method: "GET", url: location.origin + path, headers: [], ...more }, deadline: 5_000, limit: 10_000, keepalive: true });
      return [await fetching("/redirect"), await fetching("/echo", { method: "POST", headers: [["content-type", "application/x-www-form-urlencoded"]], body: "a=1" }), await fetching("/echo")];
    });
    assert.deepEqual(redirected, { failed: "redirect_refused" });
    assert.equal(first.status, 200);
    const [a, b] = [JSON.parse(first.body), JSON.parse(second.body)];
    assert.deepEqual([a.cookie, a.type, b.cookie], [null, "application/x-www-form-urlencoded", null]);
    assert.notEqual(a.at, b.at);
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

  describe("with a database that fails", () => {
    /** Replaces a member of `indexedDB` for a while. */
    const stub = (page, body) => page.evaluate((body) => {
      const open = IDBFactory.prototype.open;
      globalThis.heal = () => (IDBFactory.prototype.open = open);
      IDBFactory.prototype.open = new Function("open", `return function (...call) { ${body} }`)(open);
    }, body);

    for (const [what, body, least] of [
      ["never answers, as Safari's does", "return {}", 1_400],
      ["throws", "throw new DOMException('', 'SecurityError')", 0],
      ["fails, as in private windows", "const request = {}; setTimeout(() => request.onerror()); return request", 0],
    ]) {
      test(`works in memory when it ${what}, says so, and comes back when it works`, async () => {
        const page = await site.open();
        await stub(page, body);
        const [answers, took, told] = await page.evaluate(async () => {
          start({ storage: "indexeddb" });
          const begun = performance.now();
          const answers = [await session("read"), await session("swap", { expected: null, next: "1" }), await session("read")];
          return [answers, performance.now() - begun, told.splice(0)];
        });
        assert.deepEqual(answers, [null, { done: true }, "1"]);
        assert.ok(took >= least && took < 3_000, `${took} ms`);
        assert.deepEqual(told, ["storage_unavailable"]);
        const healed = await page.evaluate(async () => {
          heal();
          const { now } = performance;
          performance.now = () => now.call(performance) + 6_000;
          return [await session("read"), told.splice(0)];
        });
        assert.deepEqual(healed, ["1", ["storage"]]);
        const other = await site.open({ storage: "indexeddb" });
        assert.equal(await other.evaluate(() => session("read")), "1");
        assert.deepEqual(await other.evaluate(() => session("swap", { expected: "1", next: null })), { done: true });
        await Promise.all([page.close(), other.close()]);
      });
    }

    test("is waited for when it is the page that is slow", async () => {
      const page = await site.open();
      const told = await page.evaluate(async () => {
        const busy = () => {
          for (const end = performance.now() + 2_500; performance.now() < end; );
        };
        start({ storage: "indexeddb" });
        const reading = session("read");
        busy();
        await reading;
        const writing = session("swap", { expected: await session("read"), next: "slow" });
        busy();
        await writing;
        return told;
      });
      assert.deepEqual(told, []);
      await page.close();
    });

    test("keeps keys in memory, and says so", async () => {
      const page = await site.open();
      await stub(page, "throw new DOMException('', 'InvalidStateError')");
      const [made, again, signature] = await page.evaluate(async () => {
        start({});
        const algorithm = { name: "ECDSA", namedCurve: "P-256" };
        return [await perform("makeKey", { name: "dpop", algorithm }), await perform("publicKey", { name: "dpop" }), await perform("sign", { name: "dpop", algorithm: { name: "ECDSA", hash: "SHA-256" }, data: "a" })];
      });
      assert.equal(made.kept, false);
      assert.deepEqual(again, made);
      assert.match(signature, /^[\w-]{86}$/);
      await page.close();
    });

    test("does not say of a key that it is gone when nobody knows", async () => {
      const page = await site.open();
      const answers = await page.evaluate(async () => {
        const algorithm = { name: "ECDSA", namedCurve: "P-256" };
        const { x } = await perform("makeKey", { name: "known", algorithm });
        const { transaction } = IDBDatabase.prototype;
        IDBDatabase.prototype.transaction = () => { throw new DOMException("", "UnknownError"); };
        const broken = [await perform("publicKey", { name: "known" }), await perform("sign", { name: "known", algorithm: { name: "ECDSA", hash: "SHA-256" }, data: "" })];
        IDBDatabase.prototype.transaction = transaction;
        return [...broken, (await perform("publicKey", { name: "known" })).x === x];
      });
      assert.deepEqual(answers, [{ failed: "storage_unavailable" }, { failed: "storage_unavailable" }, true]);
      await page.close();
    });

    test("gives way to who deletes it, and goes on with a new one", async () => {
      const [page, other] = await Promise.all([site.open({ storage: "indexeddb" }), site.open()]);
      await page.evaluate(() => session("swap", { expected: null, next: "1" }));
      const deleted = await other.evaluate(() => new Promise((resolve) => {
        const request = indexedDB.deleteDatabase("edgeward");
        request.onsuccess = () => resolve("deleted");
        request.onblocked = () => resolve("blocked");
      }));
      assert.equal(deleted, "deleted");
      assert.deepEqual(await page.evaluate(async () => [await session("read"), await session("swap", { expected: null, next: "2" }), told]), [null, { done: true }, []]);
      await Promise.all([page.close(), other.close()]);
    });

    test("goes on when its connection is lost in between", async () => {
      const page = await site.open({ storage: "indexeddb" });
      const answers = await page.evaluate(async () => {
        const { transaction } = IDBDatabase.prototype;
        await session("read");
        let lost = 1;
        IDBDatabase.prototype.transaction = function (...call) {
          if (lost-- > 0) throw new DOMException("Connection to Indexed Database server lost. Refresh the page to try again", "UnknownError");
          return transaction.apply(this, call);
        };
        const known = await session("read");
        return [await session("swap", { expected: known, next: "3" }), await session("read"), told];
      });
      assert.deepEqual(answers, [{ done: true }, "3", []]);
      await page.close();
    });
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
        return [key, await perform("verify", { key, import: algorithm, algorithm: signing, data: "é", signature })];
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

  describe("opens a window", () => {
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
      await page.evaluate(async () => {
        const text = (state) => `edgeward:popup ${state} ${location.origin}/callback?code=stolen&state=${state}`;
        const say = (data, origin = location.origin) => dispatchEvent(new MessageEvent("message", { data, origin }));
        for (const data of [null, 1, {}, [], Symbol.iterator.toString(), "", "edgeward:popup", "edgeward:popup S", text("T"), { toString: 1 }]) say(data);
        say(text("S"), "https://evil.example");
        say(text("S"), "null");
        new BroadcastChannel("edgeward:popup").postMessage({ anything: 1 });
      });
      const right = site.origin + callback();
      await window.goto(right);
      assert.equal(await answer(), right);
      await page.close();
    });

    test("and a callback that nobody waits for stays where it is", async () => {
      const page = await site.browser.newPage();
      await page.goto(site.origin + callback());
      await page.waitForFunction(() => globalThis.relayed);
      assert.equal(await page.evaluate(() => relayed), false);
      assert.equal(page.isClosed(), false);
      await page.close();
    });
  });
});
