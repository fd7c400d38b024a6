/** The driver: texts into a core and out of it, effects carried out, calls settled, events told. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Driver } from "../../pkg/src/platform/driver.js";
import { Failed } from "../../pkg/src/platform/failed.js";

const NOW = { wall: 1_700_000_000_000, monotonic: 5 };

/** A core that answers each input as `script` says; it notes what it is fed and whether it is fed twice at once. */
function scripted(script) {
  const core = {
    inputs: [],
    freed: 0,
    depth: 0,
    handle(text) {
      assert.equal(this.depth, 0, "the core is re-entered");
      this.depth++;
      try {
        const input = JSON.parse(text);
        this.inputs.push(input);
        return JSON.stringify(script(input, this.inputs.length) ?? {});
      } finally {
        this.depth--;
      }
    },
    free() {
      this.freed++;
    },
  };
  return core;
}

function driven(script, perform = () => null, options) {
  const core = scripted(script);
  const platform = { now: () => NOW, perform, disposed: 0, dispose: () => platform.disposed++ };
  return { core, platform, driver: new Driver(core, platform, options) };
}

/** A core that orders one effect for a call and settles the call with the answer. */
const asks = (kind, members) => (input) => {
  if (input.type === "call") return { effects: [{ effect: 9, kind, ...members }] };
  if (input.type === "answer") return { settled: [{ call: 1, ok: input.error ?? input.ok }] };
};

const settledMicrotasks = () => new Promise((resolve) => setImmediate(resolve));

describe("the driver", () => {
  test("feeds a call with both clocks and settles it with what the core says", async () => {
    const { core, driver } = driven(({ call, args }) => ({ settled: [{ call, ok: { got: args } }] }));
    assert.deepEqual(await driver.call("getAccessToken", { minValidityMs: 5 }), { got: { minValidityMs: 5 } });
    assert.deepEqual(core.inputs, [{ type: "call", call: 1, method: "getAccessToken", args: { minValidityMs: 5 }, now: NOW }]);
  });

  test("rejects with the core's failure as it is", async () => {
    const failure = { code: "session_missing", message: "Nobody is signed in.", retryable: false, sessionEnded: true };
    const { driver } = driven(({ call }) => ({ settled: [{ call, error: failure }] }));
    await assert.rejects(driver.call("x"), failure);
  });

  test("carries out an effect and answers once, null for nothing", async () => {
    const performed = [];
    const { core, driver } = driven(asks("navigate", { url: "https://as.example" }), (effect) => void performed.push(effect));
    assert.equal(await driver.call("x"), null);
    assert.deepEqual(performed, [{ effect: 9, kind: "navigate", url: "https://as.example" }]);
    assert.deepEqual(core.inputs[1], { type: "answer", effect: 9, ok: null, now: NOW });
  });

  test("begins an effect before the call returns, as a click's permission needs it", () => {
    let begun = false;
    driven(asks("popup"), () => void (begun = true)).driver.call("x");
    assert.equal(begun, true);
  });

  for (const [name, perform] of [
    ["throws", () => { throw new Error("secret"); }],
    ["rejects", async () => { throw Object.assign(new Error("secret"), { code: "ECONNREFUSED" }); }],
    ["gives what is no JSON", () => 1n],
  ]) {
    test(`answers internal_error, and nothing else of it, when an effect ${name}`, async () => {
      const { driver } = driven(asks("fetch"), perform);
      assert.deepEqual(await driver.call("x"), { code: "internal_error" });
    });
  }

  test("answers the code and the place of an effect that failed", async () => {
    const { driver } = driven(asks("fetch"), async () => { throw new Failed("network_failed", "token_endpoint"); });
    assert.deepEqual(await driver.call("x"), { code: "network_failed", at: "token_endpoint" });
  });

  test("never feeds the core while it feeds it, also when an effect calls back at once", async () => {
    let driver;
    const script = (input) => {
      if (input.method === "outer") return { effects: [{ effect: 1, kind: "a" }], settled: [{ call: input.call, ok: 1 }], events: ["outer"] };
      if (input.method === "inner") return { settled: [{ call: input.call, ok: 2 }], events: ["inner"] };
    };
    let inner;
    const order = [];
    const made = driven(script, () => void (inner = driver.call("inner")), { onEvent: (event) => order.push(event) });
    driver = made.driver;
    assert.equal(await driver.call("outer"), 1);
    assert.equal(await inner, 2);
    await settledMicrotasks();
    assert.deepEqual(order, ["outer", "inner"], "what the core said first is done first");
    assert.deepEqual(made.core.inputs.map((input) => input.method ?? input.type), ["outer", "inner", "answer"]);
  });

  test("cancels an effect by its signal and does not answer it", async () => {
    let signal;
    let finish;
    const script = (input) => (input.type === "call" ? { effects: [{ effect: 3, kind: "sleep" }] } : { cancel: [3, 77] });
    const { core, driver } = driven(script, (_, given) => {
      signal = given;
      return new Promise((resolve) => (finish = resolve));
    });
    driver.call("x").catch(() => {});
    driver.notice("online");
    assert.equal(signal.aborted, true);
    finish("late");
    await settledMicrotasks();
    assert.deepEqual(core.inputs.map(({ type }) => type), ["call", "notice"]);
  });

  test("aborts the signal also of an effect that is done but not yet answered", async () => {
    let signal;
    const script = (input) => (input.type === "call" ? { effects: [{ effect: 3, kind: "lock" }] } : { cancel: [3] });
    const { core, driver } = driven(script, (_, given) => ((signal = given), true));
    driver.call("x").catch(() => {});
    driver.notice("online");
    await settledMicrotasks();
    assert.equal(signal.aborted, true);
    assert.equal(core.inputs.length, 2);
  });

  test("goes on where nothing can be cancelled, and where no signal can be made", async (t) => {
    const { AbortController } = globalThis;
    t.after(() => (globalThis.AbortController = AbortController));
    const script = ({ type, call, error }) => {
      if (type === "call") return call === 1 ? { effects: [{ effect: 3, kind: "sleep" }] } : { cancel: [3], settled: [{ call, ok: 1 }] };
      return { settled: [{ call: 1, error }] };
    };
    const { driver } = driven(script, () => new Promise(() => {}));
    globalThis.AbortController = class { abort() { throw new Error("Cannot perform I/O on behalf of a different request."); } };
    driver.call("x").catch(() => {});
    assert.equal(await driver.call("y"), 1);
    globalThis.AbortController = class { constructor() { throw new Error("Disallowed operation called within global scope."); } };
    await assert.rejects(driven(script).driver.call("x"), { code: "internal_error" });
  });

  test("passes the caller's abort on, and lets the core say how the call ends", async () => {
    const failure = { code: "aborted", message: "", retryable: true, sessionEnded: false };
    const { core, driver } = driven((input) => (input.type === "abort" ? { settled: [{ call: input.call, error: failure }] } : {}));
    const controller = new AbortController();
    const call = driver.call("x", {}, controller);
    controller.abort();
    await assert.rejects(call, failure);
    assert.deepEqual(core.inputs[1], { type: "abort", call: 1, now: NOW });
  });

  test("does not begin a call whose signal is aborted already", async () => {
    const { core, driver } = driven(() => ({}));
    await assert.rejects(driver.call("x", {}, { signal: AbortSignal.abort() }), { code: "aborted" });
    assert.equal(core.inputs.length, 0);
  });

  test("forgets the signal of a call that is settled", async () => {
    const { core, driver } = driven(({ call }) => ({ settled: [{ call, ok: 1 }] }));
    const controller = new AbortController();
    await driver.call("x", {}, controller);
    controller.abort();
    assert.equal(core.inputs.length, 1);
  });

  test("tells events after the call is settled, each in its own microtask", async () => {
    const order = [];
    const script = ({ call }) => ({ settled: [{ call, ok: 1 }], events: [{ type: "signed_in" }, { type: "token_refreshed" }] });
    const { driver } = driven(script, undefined, { onEvent: ({ type }) => order.push(type) });
    const call = driver.call("x").then(() => order.push("settled"));
    assert.deepEqual(order, []);
    await call;
    await settledMicrotasks();
    assert.deepEqual(order, ["settled", "signed_in", "token_refreshed"]);
  });

  test("an event's listener may call the core", async () => {
    let again;
    const script = ({ call, method }) => ({ settled: [{ call, ok: method }], events: method === "a" ? [{ type: "signed_in" }] : [] });
    const { driver } = driven(script, undefined, { onEvent: () => (again = driver.call("b")) });
    assert.equal(await driver.call("a"), "a");
    await settledMicrotasks();
    assert.equal(await again, "b");
  });
});

describe("a core that breaks", () => {
  for (const [name, broken] of [
    ["traps", () => { throw new WebAssembly.RuntimeError("unreachable"); }],
    ["says what is no JSON", () => "{"],
  ]) {
    test(`and ${name} fails every call once, stops what is under way, and is asked no more`, async () => {
      const signals = [];
      const { core, driver } = driven((input) => ({ effects: [{ effect: input.call, kind: "fetch" }] }), (_, signal) => {
        signals.push(signal);
        return new Promise(() => {});
      });
      const calls = [driver.call("a"), driver.call("b")];
      core.handle = broken;
      calls.push(driver.call("c"));
      for (const call of calls) await assert.rejects(call, { code: "internal_error", retryable: true, sessionEnded: false });
      assert.deepEqual(signals.map(({ aborted }) => aborted), [true, true]);
      core.handle = () => assert.fail("asked again");
      driver.notice("online");
      await assert.rejects(driver.call("d"), { code: "internal_error" });
      driver.dispose();
      assert.equal(core.freed, 0, "nobody touches a core that broke");
    });
  }
});

describe("dispose", () => {
  test("from within an effect feeds the core no more", async () => {
    let driver;
    const { core, ...made } = driven(() => ({ effects: [{ effect: 1, kind: "a" }] }), () => {
      driver.notice("online");
      driver.dispose();
    });
    driver = made.driver;
    await assert.rejects(driver.call("x"), { code: "aborted" });
    assert.deepEqual(core.inputs.map(({ type }) => type), ["call"]);
  });

  test("cancels effects, fails calls with aborted, lets the platform and the core go, once", async () => {
    let signal;
    const { core, platform, driver } = driven(asks("fetch"), (_, given) => ((signal = given), new Promise(() => {})));
    const call = driver.call("x");
    driver.dispose();
    driver.dispose();
    await assert.rejects(call, { code: "aborted" });
    assert.equal(signal.aborted, true);
    assert.equal(core.freed, 1);
    assert.equal(platform.disposed, 2);
    await assert.rejects(driver.call("y"), { code: "aborted" });
  });
});
