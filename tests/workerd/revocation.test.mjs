/** Tokens that no longer pass although they have not expired. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { startWorker } from "../../examples/spa/gateway.mjs";
import { ADMIN_SECRET, NAMESPACE, revoke, startRevoking, until } from "../support/revocation.mjs";
import { bearer, send } from "../support/http.mjs";
import { now } from "../support/tokens.mjs";

const PATIENCE = { timeout: 60_000 };
const ON = ["fail_open", "fail_closed", "per_request"];

const passes = (answer) => assert.equal(answer.status, 200, answer.text);
const refused = (answer) => {
  assert.deepEqual([answer.status, answer.json?.error], [401, "token_revoked"], answer.text);
  assert.match(answer.headers["www-authenticate"], /error="invalid_token"/);
};

describe("what is revoked", PATIENCE, () => {
  test("every token of a subject that was issued until now, and no later one", async (t) => {
    const edge = await startRevoking(t);
    const before = await edge.token({ iat: now() - 5 });
    for (const mode of ON) passes(await edge.call(before, `/${mode}`));
    const answer = await edge.revoke({ subject: "ada" });
    assert.equal(answer.status, 200, answer.text);
    assert.ok(answer.json.before >= now() && answer.json.expires > now() + 86_400);
    for (const mode of ON) refused(await edge.call(before, `/${mode}`));
    passes(await edge.call(before, "/off"));
    passes(await edge.call(await edge.token({ sub: "bob", iat: now() - 5 }), "/fail_closed"));
    passes(await edge.call(await edge.token({ iat: answer.json.before }), "/fail_closed"));
  });

  test("a token of an earlier sign-in, however new it is", async (t) => {
    const edge = await startRevoking(t);
    await edge.revoke({ subject: "ada" });
    const renewed = (auth_time) => edge.token({ iat: now() + 5, auth_time });
    refused(await edge.call(await renewed(now() - 100), "/fail_closed"));
    passes(await edge.call(await renewed(now() + 3), "/fail_closed"));
  });

  test("a session alone, and a single token alone", async (t) => {
    const edge = await startRevoking(t);
    await edge.revoke({ session: "s1" });
    await edge.revoke({ jti: "t1" });
    refused(await edge.call(await edge.token({ sid: "s1", iat: now() - 5 }), "/fail_closed"));
    passes(await edge.call(await edge.token({ sid: "s2" }), "/fail_closed"));
    passes(await edge.call(await edge.token(), "/fail_closed"));
    refused(await edge.call(await edge.token({ jti: "t1", iat: now() + 30 }), "/fail_closed"));
    passes(await edge.call(await edge.token({ jti: "t2" }), "/fail_closed"));
  });

  test("a token that does not say when it was issued, under any cut-off", async (t) => {
    const edge = await startRevoking(t);
    await edge.revoke({ subject: "ada", before: now() - 3600 });
    refused(await edge.call(await edge.token({ iat: undefined }), "/fail_closed"));
    passes(await edge.call(await edge.token({ iat: now() - 100 }), "/fail_closed"));
  });

  test("an earlier cut-off never lowers a later one", async (t) => {
    const edge = await startRevoking(t);
    await edge.revoke({ subject: "ada", before: now() - 10 });
    await edge.revoke({ subject: "ada", before: now() - 1000 });
    refused(await edge.call(await edge.token({ iat: now() - 100 }), "/per_request"));
    passes(await edge.call(await edge.token({ iat: now() - 2 }), "/per_request"));
  });

  test("a token older than the list remembers", async (t) => {
    const edge = await startRevoking(t, { revocation: { max_token_life_seconds: 60 } });
    const old = await edge.call(await edge.token({ iat: now() - 400 }), "/fail_closed");
    assert.deepEqual([old.status, old.json.error], [401, "token_too_old"]);
    passes(await edge.call(await edge.token({ iat: now() - 300 }), "/fail_closed"));
  });
});

describe("what the list costs", PATIENCE, () => {
  test("calls within the interval ask nothing, and one call past it asks once", async (t) => {
    const edge = await startRevoking(t, {
      revocation: { poll_seconds: 5, max_age_seconds: 60 },
      edge: { config: { metrics: { secret_binding: "REVOCATION_ADMIN" } } },
    });
    const token = await edge.token();
    const polls = async () => {
      const { text } = await send(`${edge.url}/metrics`, { headers: [bearer(ADMIN_SECRET)] });
      return Number(/^edgeward_revocation_polls_total\{.*\} (\d+)$/m.exec(text)?.[1]);
    };
    for (let call = 0; call < 20; call++) passes(await edge.call(token, "/fail_closed"));
    assert.equal(await polls(), 1);
    await until(() => edge.call(token, "/fail_closed").then(polls), (count) => count === 2);
    for (let call = 0; call < 3; call++) passes(await edge.call(token, "/per_request"));
    assert.equal(await polls(), 5, "and per request each asks");
  });
});

describe("who may revoke", PATIENCE, () => {
  test("nobody without the secret", async (t) => {
    const edge = await startRevoking(t);
    const order = { subject: "ada" };
    for (const [authorization, status, error] of [
      ["", 401, "token_missing"],
      ["Bearer wrong", 401, "credential_invalid"],
      [`Bearer ${ADMIN_SECRET}x`, 401, "credential_invalid"],
      ["Basic dTpw", 401, "token_missing"],
      [`Bearer ${await edge.token()}`, 401, "credential_invalid"],
    ]) {
      const answer = await edge.revoke(order, { authorization });
      assert.deepEqual([answer.status, answer.json.error], [status, error], authorization);
    }
    assert.equal((await edge.revoke(order, { method: "PUT" })).status, 405);
    passes(await edge.call(await edge.token({ iat: now() - 5 }), "/per_request"));
    assert.equal(edge.origin.received.length, 1, "nothing of this reached the origin");
  });

  test("there is nothing where no secret is configured, or none is set", async (t) => {
    for (const [revocation, bindings] of [
      [{ admin_secret_binding: undefined }, {}],
      [{}, { REVOCATION_ADMIN: "" }],
    ]) {
      const edge = await startRevoking(t, { revocation, edge: { bindings } });
      const answer = await edge.revoke({ subject: "ada" });
      assert.deepEqual([answer.status, answer.json.error], [404, "not_found"]);
    }
  });

  test("an order that is wrong says where", async (t) => {
    const edge = await startRevoking(t);
    for (const [order, error] of [
      [{ subject: "ada", issuer: "https://other.example" }, "invalid_parameters"],
      [{}, "invalid_parameters"],
      [{ subject: "ada", sid: "s1" }, "invalid_parameters"],
      [{ subject: "ada", before: now() + 3600 }, "invalid_parameters"],
      ["{", "json_invalid"],
      ['{"issuer":"a","issuer":"a","subject":"ada"}', "json_invalid"],
      [`{"subject":"${"x".repeat(9000)}"}`, "invalid_parameters"],
    ]) {
      const answer = await edge.revoke(order);
      assert.deepEqual([answer.status, answer.json.error], [400, error], JSON.stringify(order).slice(0, 80));
    }
  });

  test("revoking twice is revoking once", async (t) => {
    const edge = await startRevoking(t);
    const before = now() - 10;
    for (let time = 0; time < 2; time++) assert.equal((await edge.revoke({ subject: "ada", before })).status, 200);
    refused(await edge.call(await edge.token({ iat: before - 1 }), "/per_request"));
  });
});

describe("when the list cannot be had", PATIENCE, () => {
  /** A list of one entry that answers, or fails, as it is told. */
  const SCRIPTED = {
    name: "scripted",
    modules: true,
    compatibilityDate: "2026-07-01",
    script: `
      import { DurableObject } from "cloudflare:workers";
      export class ScriptedList extends DurableObject {
        async fetch(request) {
          const { pathname } = new URL(request.url);
          if (pathname.startsWith("/be/")) this.ctx.storage.kv.put("is", pathname.slice(4));
          else if (this.ctx.storage.kv.get("is") !== "up") throw new Error("down");
          const entries = JSON.parse(this.ctx.storage.kv.get("entries") ?? "[]");
          if (request.method === "PUT") this.ctx.storage.kv.put("entries", await request.text());
          return Response.json({ feed: "f", since: 0, until: entries.length, more: false, entries });
        }
      }
      export default { fetch() { return new Response(); } };
    `,
  };

  async function startScripted(t, more = {}) {
    const LIST = { className: "ScriptedList", useSQLite: true };
    const beside = () => [{ ...SCRIPTED, durableObjects: { LIST } }];
    const durableObjects = { REVOCATION: { ...LIST, scriptName: "scripted" } };
    const edge = await startRevoking(t, { edge: { options: { durableObjects }, beside, ...more } });
    const namespace = await edge.worker.miniflare.getDurableObjectNamespace("LIST", "scripted");
    const list = namespace.get(namespace.idFromName("revocations"));
    edge.list = (state, entries) =>
      list.fetch(`https://list/be/${state}`, entries && { method: "PUT", body: JSON.stringify(entries) });
    return edge;
  }

  test("a route says whether requests go on", async (t) => {
    const edge = await startScripted(t);
    const token = await edge.token();
    for (let call = 0; call < 3; call++) {
      for (const path of ["/off", "/fail_open"]) passes(await edge.call(token, path));
      for (const path of ["/fail_closed", "/per_request", "/elsewhere"]) {
        const answer = await edge.call(token, path);
        assert.deepEqual([answer.status, answer.json.error], [503, "revocation_unavailable"], path);
        assert.equal(answer.headers["www-authenticate"], undefined, "an outage is no challenge");
      }
    }
    const order = await edge.revoke({ subject: "ada" });
    assert.deepEqual([order.status, order.json.error], [503, "revocation_unavailable"]);
  });

  test("a request that goes on without the list is one line in the log", async (t) => {
    const written = [];
    const edge = await startScripted(t, { onLog: (line) => void written.push(line) });
    const token = await edge.token();
    const answers = [await edge.call(token, "/off"), await edge.call(token, "/fail_open"), await edge.call(token, "/fail_closed")];
    assert.deepEqual(answers.map(({ status }) => status), [200, 200, 503]);
    const lines = () => written.filter(({ message }) => message.includes('"request_id"'));
    await until(() => delay(20, lines().length), (count) => count >= 2);
    const told = lines().map(({ level, message }) => [level, JSON.parse(message)]);
    assert.deepEqual(
      told.map(([level, { event, code, status, route, issuer }]) => [level, event, code, status, route, issuer]),
      [
        ["warn", "unguarded", "revocation_unavailable", 200, "/fail_open", edge.provider.issuer],
        ["error", "failed", "revocation_unavailable", 503, "/fail_closed", edge.provider.issuer],
      ],
    );
    assert.equal(told[0][1].request_id, answers[1].headers["x-request-id"]);
  });

  test("an outage is felt when what is known is too old, and is over when the list is back", async (t) => {
    const edge = await startScripted(t);
    const of = (text) => [Buffer.from([0, 0, 0, 0, 0, 0, 0, text.length]), Buffer.from(text)];
    const hashed = ["sub", edge.provider.issuer, "eve"].flatMap(of);
    const mark = createHash("sha256").update(Buffer.concat(hashed)).digest("base64url");
    await edge.list("up", [[mark, now() + 60, now() + 3600]]);
    const [ada, eve] = [await edge.token(), await edge.token({ sub: "eve" })];
    passes(await edge.call(ada, "/fail_closed"));
    refused(await edge.call(eve, "/fail_open"));
    await edge.list("down");
    passes(await edge.call(ada, "/fail_closed"));
    await until(() => edge.call(ada, "/fail_closed"), (answer) => answer.status === 503);
    passes(await edge.call(ada, "/fail_open"));
    refused(await edge.call(eve, "/fail_open"));
    await edge.list("up");
    await until(() => edge.call(ada, "/fail_closed"), (answer) => answer.status === 200);
  });

  test("a binding that is missing makes the configuration invalid", async (t) => {
    const edge = await startRevoking(t, { edge: { options: { durableObjects: {} } } });
    const answer = await edge.call(await edge.token(), "/off");
    assert.deepEqual([answer.status, answer.json.error], [500, "config_invalid"]);
  });
});

describe("the list", PATIENCE, () => {
  test("outlives a restart", async (t) => {
    const stateDir = await mkdtemp(join(tmpdir(), "edgeward-revocation-"));
    t.after(() => rm(stateDir, { recursive: true, force: true }));
    const edge = await startRevoking(t, { edge: { stateDir } });
    const token = await edge.token({ iat: now() - 5 });
    await edge.revoke({ subject: "ada" });
    await edge.worker.close();
    const again = await startWorker({ bindings: edge.bindings, stateDir, options: { durableObjects: NAMESPACE } });
    t.after(() => again.close());
    for (const mode of ON) refused(await send(`${again.url}/${mode}`, { headers: [bearer(token)] }));
  });

  test("is one for all isolates: another hears of a revocation with its next poll", async (t) => {
    const durableObjects = { REVOCATION: { ...NAMESPACE.REVOCATION, scriptName: "gateway" } };
    const twin = (gateway) => ({ ...gateway, name: "twin", durableObjects, unsafeDirectSockets: [{ port: 0 }] });
    const revocation = { poll_seconds: 4, max_age_seconds: 8 };
    const edge = await startRevoking(t, { revocation, edge: { beside: (gateway) => [twin(gateway)] } });
    const token = await edge.token({ iat: now() - 5 });
    const url = await edge.worker.urlOf("twin");
    const call = (mode) => send(`${url}/${mode}`, { headers: [bearer(token)] });
    for (const mode of ON) passes(await call(mode));
    assert.equal((await revoke(edge.url, edge.provider.issuer, { subject: "ada" })).status, 200);
    refused(await call("per_request"));
    const took = await until(() => call("fail_closed"), (answer) => answer.status === 401);
    assert.ok(took < 7_500, `${took} ms`);
    refused(await call("fail_open"));
  });
});
