/** The harness itself: a client that races is seen to race, and a fault is what its name says. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { atEnd } from "../support/at-end.mjs";
import naive from "./clients/naive.mjs";
import { refreshTokenIn } from "./clients/stored.mjs";
import * as faults from "./provider/faults.mjs";
import { GRACE, REPLAY, STRICT } from "./provider/families.mjs";
import { startFaultProvider } from "./provider/provider.mjs";
import { line, prepare, startTabs } from "./race.mjs";

describe("a client without a lock", () => {
  const end = atEnd();
  let tabs;
  before(async () => {
    tabs = await startTabs(end);
  });

  test("kills its session under strict rotation", async (t) => {
    const race = await prepare(end, tabs, naive, { tabs: 3 });
    const result = await race.result(await race.ask());
    t.diagnostic(line(result));
    assert.equal(result.requests, 3);
    assert.equal(result.perGeneration, 3);
    assert.equal(result.alive, false);
    assert.notEqual(result.stored, "current");
    assert.equal(result.ok, 1);
  });

  test("gets by where the server is lenient", async (t) => {
    for (const policy of [GRACE, REPLAY]) {
      const race = await prepare(end, tabs, naive, { tabs: 3, policy });
      const result = await race.result(await race.ask());
      t.diagnostic(`${policy.reuse}: ${line(result)}`);
      assert.deepEqual([result.ok, result.requests, result.alive, result.stored], [3, 3, true, "current"]);
    }
  });

  test("is in order alone", async () => {
    const race = await prepare(end, tabs, naive, { tabs: 1 });
    const result = await race.result(await race.ask());
    assert.deepEqual([result.ok, result.requests, result.alive, result.stored], [1, 1, true, "current"]);
  });
});

describe("the fault provider", () => {
  const end = atEnd();

  async function start(policy = STRICT) {
    const provider = await startFaultProvider(end, { policy, latency: 20 });
    const { refresh_token } = await provider.session("client");
    return { provider, refresh_token };
  }

  const refresh = (provider, refresh_token) =>
    fetch(`${provider.issuer}/token`, {
      method: "POST",
      body: new URLSearchParams({ grant_type: "refresh_token", client_id: "client", refresh_token }),
      redirect: "manual",
    });
  const answer = async (provider, token) => (await refresh(provider, token)).json();

  test("rotates, and a used token kills the family", async () => {
    const { provider, refresh_token } = await start();
    const { refresh_token: next } = await answer(provider, refresh_token);
    assert.notEqual(next, refresh_token);
    assert.equal(provider.families.isCurrent(next), true);
    assert.deepEqual(await answer(provider, refresh_token), { error: "invalid_grant" });
    assert.equal(provider.families.isCurrent(next), false);
    assert.deepEqual(await answer(provider, next), { error: "invalid_grant" });
    assert.deepEqual(provider.refreshes.map(({ outcome, generation }) => [outcome, generation]), [["rotated", 0], ["reused", 0], ["revoked", 1]]);
  });

  test("replays the same successor while it is unused", async () => {
    const { provider, refresh_token } = await start(REPLAY);
    const [first, second] = [await answer(provider, refresh_token), await answer(provider, refresh_token)];
    assert.equal(second.refresh_token, first.refresh_token);
    await answer(provider, first.refresh_token);
    assert.deepEqual(await answer(provider, refresh_token), { error: "invalid_grant" });
  });

  test("gives another successor within the grace", async () => {
    const { provider, refresh_token } = await start(GRACE);
    const [first, second] = [await answer(provider, refresh_token), await answer(provider, refresh_token)];
    assert.notEqual(second.refresh_token, first.refresh_token);
    assert.equal(provider.families.isCurrent(first.refresh_token), true);
  });

  for (const [name, fault, status, used] of [
    ["unavailable", faults.unavailable(), 503, false],
    ["limited", faults.limited(), 429, false],
    ["reset", faults.reset(), "failed", false],
    ["lost", faults.lost(), "failed", true],
    ["captivePortal", faults.captivePortal(), 200, false],
    ["redirected", faults.redirected(), 302, false],
    ["wrongType", faults.wrongType(), 200, false],
    ["truncated", faults.truncated(), 200, false],
    ["slow", faults.slow({ before: 30, after: 30 }), 200, true],
  ]) {
    test(`${name}: once, and the token is ${used ? "used" : "kept"}`, async () => {
      const { provider, refresh_token } = await start(REPLAY);
      provider.fail(fault, 1);
      const got = await refresh(provider, refresh_token).then((response) => response.status, () => "failed");
      assert.equal(got, status);
      assert.equal(provider.families.isCurrent(refresh_token), !used);
      assert.equal((await refresh(provider, refresh_token)).status, 200);
    });
  }

  test("does not use a token whose sender has gone", async () => {
    const { provider, refresh_token } = await start();
    provider.fail(faults.slow({ before: 60_000 }), 1);
    const leaving = new AbortController();
    const sent = fetch(`${provider.issuer}/token`, {
      method: "POST",
      body: new URLSearchParams({ grant_type: "refresh_token", refresh_token }),
      signal: leaving.signal,
    });
    await provider.asked(1);
    leaving.abort();
    await assert.rejects(sent);
    assert.equal((await refresh(provider, refresh_token)).status, 200);
    assert.deepEqual(provider.refreshes.map(({ outcome }) => outcome), ["gone", "rotated"]);
  });
});

describe("what a client has stored", () => {
  const token = `rt-${"a".repeat(22)}`;

  test("is found beside a signature that looks like it", () => {
    for (const signature of [`xrt-${"b".repeat(82)}`, `rt-${"b".repeat(83)}`, `${"b".repeat(61)}rt-${"b".repeat(22)}`]) {
      const record = JSON.stringify({ access_token: `e30.e30.${signature}`, refresh_token: token });
      assert.equal(refreshTokenIn(["{}", record]), token, signature);
    }
  });

  test("is nothing where there is none", () => {
    assert.equal(refreshTokenIn([JSON.stringify({ access_token: `e30.e30.rt-${"b".repeat(83)}` }), ""]), null);
  });
});
