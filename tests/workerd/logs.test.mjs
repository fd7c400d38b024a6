/** What the gateway writes down about a request, and what it never does. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { startEdge } from "../support/worker.mjs";

const SECRETS = {
  subject: "subject-canary",
  kid: "kid-canary",
  path: "path-canary",
  query: "query-canary",
  claim: "claim-canary",
};

/** A gateway whose log is read; `lines()` waits until what was sent has been written. */
async function startLogged(t, o) {
  const written = [];
  const edge = await startEdge(t, { ...o, onLog: (line) => void written.push(line) });
  const lines = async (count) => {
    for (let waited = 0; written.length < count && waited < 100; waited++) await delay(20);
    await delay(50);
    return written.map(({ level, message }) => ({ level, message, ...asJson(message) }));
  };
  return { edge, lines };
}

function asJson(message) {
  try {
    return JSON.parse(message);
  } catch {
    return {};
  }
}

describe("the log", () => {
  test("a denial is one line that says which rule spoke", async (t) => {
    const { edge, lines } = await startLogged(t, { routes: [{ path: "/admin/*", scopes: ["admin"] }] });
    const answer = await edge.call(await edge.token(), "/admin/x", { method: "POST" });
    const [line, ...more] = await lines(1);
    assert.deepEqual(more, []);
    const { level, message, millis, ...said } = line;
    assert.deepEqual(said, {
      event: "denied",
      code: "insufficient_scope",
      status: 403,
      request_id: answer.headers["x-request-id"],
      method: "POST",
      route: "/admin/*",
      issuer: edge.provider.issuer,
    });
    assert.ok(Number.isInteger(millis));
    assert.equal(level, "warn");
  });

  test("a claim that broke a rule is named, and not told", async (t) => {
    const { edge, lines } = await startLogged(t);
    await edge.call(await edge.token({ nbf: "claim-canary" }));
    const [{ code, at, message }] = await lines(1);
    assert.deepEqual([code, at], ["token_claim_invalid", "nbf"]);
    assert.doesNotMatch(message, /canary/);
  });

  test("what fails of the gateway's own is an error", async (t) => {
    const { edge, lines } = await startLogged(t);
    await edge.origin.close();
    await edge.call(await edge.token());
    const [{ level, event, code }] = await lines(1);
    assert.deepEqual([level, event, code], ["error", "failed", "origin_unavailable"]);
  });

  test("an issuer is named only if it is one of the configured", async (t) => {
    const { edge, lines } = await startLogged(t);
    await edge.call(await edge.token({ iss: "https://stranger.example" }));
    await edge.call(await edge.token({ exp: 1 }));
    const written = await lines(2);
    assert.deepEqual(written.map(({ issuer }) => issuer), [undefined, edge.provider.issuer]);
  });

  test("no token, subject, key id, path or query is ever in it", async (t) => {
    const { edge, lines } = await startLogged(t, { config: { log: "all", credentials: { query: "access_token" } } });
    const token = (claims = {}, header = {}) => edge.token({ sub: SECRETS.subject, x: SECRETS.claim, ...claims }, header);
    const path = `/${SECRETS.path}?${SECRETS.query}=1`;
    const tokens = [await token(), await token({ exp: 1 }), await token({}, { kid: SECRETS.kid }), await token({ aud: SECRETS.claim })];
    for (const one of tokens) await edge.call(one, path);
    for (const one of tokens) await edge.send(`${path}&access_token=${one}`);
    await edge.call("garbage-canary", path);
    await edge.send(path, { headers: [["authorization", "Bearer a b canary"]] });
    await edge.send(path, { headers: [["x-edgeward-subject", "canary"], ["cf-ray", "canary canary"]] });
    const written = await lines(11);
    assert.ok(written.length >= 11, `${written.length}`);
    for (const { message } of written) {
      assert.doesNotMatch(message, /canary/);
      for (const one of tokens) assert.ok(!one.split(".").some((part) => message.includes(part)), message);
    }
  });

  test("by default what is let through is not written down", async (t) => {
    const { edge, lines } = await startLogged(t);
    await edge.call(await edge.token());
    assert.deepEqual(await lines(0), []);
  });

  test("everything can be written down, or nothing", async (t) => {
    const all = await startLogged(t, { config: { log: "all" } });
    await all.edge.call(await all.edge.token(), "/todos");
    const [{ event, status, issuer, level }] = await all.lines(1);
    assert.deepEqual([event, status, issuer, level], ["allowed", 200, all.edge.provider.issuer, "log"]);
    const none = await startLogged(t, { config: { log: "none" } });
    await none.edge.send("/");
    assert.deepEqual(await none.lines(0), []);
  });
});
