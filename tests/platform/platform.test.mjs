/** The platform as a whole, where there is neither page nor storage: in Node. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { describe, test } from "node:test";
import { promisify } from "node:util";
import { Driver } from "../../pkg/src/platform/driver.js";
import { Platform } from "../../pkg/src/platform/index.js";

const run = promisify(execFile);
const SOURCE = new URL("../../pkg/src/platform/index.js", import.meta.url).href;

function platform(options = {}) {
  const told = [];
  const made = new Platform(options, { onNotice: (notice) => told.push(notice), onWarning: (event) => told.push(event) });
  return { told, made, perform: (kind, members = {}, signal = new AbortController().signal) => made.perform({ kind, ...members }, signal) };
}

describe("the platform in Node", () => {
  test("reads, swaps, lists and removes", async () => {
    const { made, perform, told } = platform();
    const session = { area: "session", key: "a:session" };
    assert.equal(await perform("read", session), null);
    assert.deepEqual(await perform("swap", { ...session, expected: null, next: "1" }), { done: true });
    assert.deepEqual(await perform("swap", { ...session, expected: null, next: "2" }), { done: false, current: "1" });
    assert.deepEqual(await perform("swap", { ...session, expected: "1", next: "2" }), { done: true });
    await perform("swap", { area: "transactions", key: "a:transaction:x", expected: null, next: "t" });
    assert.deepEqual(await perform("keys", { area: "transactions", prefix: "a:transaction:" }), ["a:transaction:x"]);
    assert.deepEqual(await perform("swap", { ...session, expected: "2", next: null }), { done: true });
    assert.equal(await perform("read", session), null);
    assert.deepEqual(told, []);
    made.dispose();
  });

  test("tells the address of no page, and says where there is none", async () => {
    const { made, perform } = platform();
    assert.equal(await perform("location"), null);
    await assert.rejects(perform("navigate", { url: "https://a.example" }), { code: "runtime_unsupported", at: "location" });
    await assert.rejects(perform("rewrite", { url: "https://a.example" }), { code: "runtime_unsupported", at: "location" });
    await assert.rejects(perform("popup", { url: "https://a.example", name: "s", deadline: 10 }), { code: "popup_blocked" });
    made.dispose();
  });

  test("gives random bytes, different each time", async () => {
    const { made, perform } = platform();
    const [a, b] = [await perform("random", { bytes: 32 }), await perform("random", { bytes: 32 })];
    assert.match(a, /^[\w-]{43}$/);
    assert.notEqual(a, b);
    made.dispose();
  });

  test("takes the application's clock, fetch and logger", async () => {
    const lines = [];
    const { made, perform } = platform({
      clock: { now: () => 1_000.7, monotonic: () => 5.2 },
      fetch: async () => new Response("answer", { headers: { "x-secret": "s3cret" } }),
      logger: (line) => lines.push(line),
    });
    assert.deepEqual(made.now(), { wall: 1_000, monotonic: 5 });
    const request = { method: "POST", url: "https://as.example/token?code=s3cret", headers: [["authorization", "s3cret"]], body: "s3cret" };
    assert.equal((await perform("fetch", { request, deadline: 100, limit: 100 })).body, "answer");
    await perform("swap", { area: "session", key: "s3cret", expected: null, next: "s3cret" });
    await assert.rejects(perform("fetch", { request, deadline: 100, limit: 1 }), { code: "response_too_large" });
    assert.doesNotMatch(JSON.stringify(lines), /s3cret|answer/);
    assert.deepEqual(lines.map(({ effect, outcome }) => [effect, outcome]), [["fetch", "ok"], ["swap", "ok"], ["fetch", "response_too_large"]]);
    assert.ok(lines.every(({ millis }) => Number.isInteger(millis)));
    made.dispose();
  });

  test("a clock of whole milliseconds comes without the application's", () => {
    const { made } = platform();
    const { wall, monotonic } = made.now();
    assert.ok(Number.isInteger(wall) && Math.abs(wall - Date.now()) < 1_000 && Number.isInteger(monotonic));
    made.dispose();
  });

  test("a logger that throws, and an effect that nobody knows, harm nobody", async () => {
    const { made, perform } = platform({ logger: () => { throw new Error("full"); } });
    assert.equal(await perform("read", { area: "session", key: "a" }), null);
    const core = { handle: (text) => JSON.stringify(JSON.parse(text).type === "call" ? { effects: [{ effect: 1, kind: "teleport" }] } : { settled: [{ call: 1, ok: JSON.parse(text).error }] }) };
    assert.deepEqual(await new Driver(core, made).call("x"), { code: "internal_error" });
    made.dispose();
  });

  test("hears of what an adapter's other users write, until it is disposed of", async () => {
    const listeners = new Map();
    let subscriptions = 0;
    const storage = {
      get: () => null,
      set() {},
      remove() {},
      subscribe(key, listener) {
        subscriptions++;
        listeners.set(key, listener);
        return () => listeners.delete(key);
      },
    };
    const { made, perform, told } = platform({ storage });
    await perform("read", { area: "session", key: "s" });
    await perform("read", { area: "session", key: "s" });
    listeners.get("s")();
    assert.deepEqual([told, subscriptions], [["storage"], 1]);
    made.dispose();
    assert.equal(listeners.size, 0);
  });

  test("warns once of storage that fails, however often it comes back", async () => {
    let broken = true;
    const get = async () => { if (broken) throw new Error("busy"); };
    const { made, perform, told } = platform({ storage: { get, set() {}, remove() {} } });
    const { now } = performance;
    for (let later = 0; later < 4; later++) {
      performance.now = () => now.call(performance) + later * 6_000;
      await perform("read", { area: "session", key: "s" });
      broken = !broken;
    }
    delete performance.now;
    assert.deepEqual(told, [{ type: "storage_unavailable" }, "storage", "storage"]);
    made.dispose();
  });

  test("tells others of the same name, not itself and not others of another name", async () => {
    const [a, b, c] = [platform({ name: "one" }), platform({ name: "one" }), platform({ name: "two" })];
    const heard = new Promise((resolve) => (b.told.push = resolve));
    // A channel keeps no process alive, and this one is to hear of it.
    const alive = setInterval(() => {}, 1_000);
    await a.perform("announce", { text: "3" });
    assert.equal(await heard, "storage");
    clearInterval(alive);
    assert.deepEqual([a.told, c.told], [[], []]);
    for (const { made } of [a, b, c]) made.dispose();
  });

  test("does not keep the process alive: neither its channel nor a sleep", async () => {
    const script = `
      import { Platform } from ${JSON.stringify(SOURCE)};
      const platform = new Platform({}, { onNotice() {}, onWarning() {} });
      platform.perform({ kind: "sleep", millis: 3_000_000_000 }, new AbortController().signal);
      platform.perform({ kind: "lock", name: "l", deadline: 5_000 }, new AbortController().signal).then(() => console.log("locked"));
    `;
    const { stdout, stderr } = await run(process.execPath, ["--input-type=module", "--eval", script], { timeout: 10_000 });
    assert.deepEqual([stdout, stderr], ["locked\n", ""]);
  });

  test("a sleep that is to hold keeps the process alive, and one of 30 days does not end at once", async () => {
    const script = `
      import { Platform } from ${JSON.stringify(SOURCE)};
      const platform = new Platform({}, { onNotice() {}, onWarning() {} });
      const signal = new AbortController().signal;
      platform.perform({ kind: "sleep", millis: 2 ** 31 + 5 }, signal).then(() => console.log("too early"));
      platform.perform({ kind: "sleep", millis: 50, hold: true }, signal).then(() => console.log("woke"));
    `;
    const { stdout, stderr } = await run(process.execPath, ["--input-type=module", "--eval", script], { timeout: 10_000 });
    assert.deepEqual([stdout, stderr], ["woke\n", ""]);
  });

  test("touches nothing when it is loaded", async () => {
    const script = `
      for (const name of ["fetch", "indexedDB", "localStorage", "sessionStorage", "BroadcastChannel", "navigator", "document", "crypto", "addEventListener"]) {
        Object.defineProperty(globalThis, name, { configurable: true, get() { throw new Error(name + " was touched"); } });
      }
      await import(${JSON.stringify(SOURCE)});
      console.log("loaded");
    `;
    const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", script], { timeout: 10_000 });
    assert.equal(stdout, "loaded\n");
  });
});
