/** `revoke(order)` over a service binding: an entry point of its own, and no secret. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { atEnd } from "../support/at-end.mjs";
import { now } from "../support/tokens.mjs";
import { startRevoking } from "../support/revocation.mjs";
import { startEdge } from "../support/worker.mjs";

/** A Worker that is bound to one entry point, and calls what it is told to. */
const CALLER = `
  export default {
    async fetch(request, env) {
      const [method, given] = await request.json();
      try {
        return Response.json(await env.AUTH[method](given ?? undefined));
      } catch (error) {
        return Response.json({ thrown: String(error) });
      }
    },
  };`;

const bound = (name, entrypoint) => ({ compatibilityDate }) => ({
  name,
  modules: true,
  script: CALLER,
  compatibilityDate,
  serviceBindings: { AUTH: { name: "gateway", entrypoint } },
  unsafeDirectSockets: [{ port: 0 }],
});

const callers = (gateway) => [bound("revoker", "Revocations")(gateway), bound("asker", "Gateway")(gateway)];

async function callerOf(edge, name) {
  const url = await edge.worker.urlOf(name);
  return async (method, given) => (await fetch(url, { method: "POST", body: JSON.stringify([method, given]) })).json();
}

describe("a Worker that is bound to the list of revocations", () => {
  const end = atEnd();
  let edge;
  let revoker;
  let asker;
  let issuer;
  before(async () => {
    // No operator's secret is set: nobody revokes over HTTP.
    edge = await startRevoking(end, { revocation: { admin_secret_binding: undefined }, edge: { beside: callers } });
    issuer = edge.provider.issuer;
    [revoker, asker] = [await callerOf(edge, "revoker"), await callerOf(edge, "asker")];
  });

  test("ends a subject's tokens, a session's, and a single one", async () => {
    for (const [order, claims] of [
      [{ subject: "ada" }, { sub: "ada" }],
      [{ session: "s1" }, { sub: "bob", sid: "s1" }],
      [{ jti: "t1" }, { sub: "cleo", jti: "t1" }],
    ]) {
      const token = await edge.token({ iat: now() - 5, ...claims });
      assert.equal((await edge.call(token, "/fail_closed")).status, 200);
      assert.equal((await asker("verify", token)).ok, true);
      const { ok, before, expires } = await revoker("revoke", { issuer, ...order });
      assert.deepEqual([ok, before >= now() - 1, expires > now() + 86_400], [true, true, true]);
      assert.equal((await edge.call(token, "/fail_closed")).json.error, "token_revoked");
      assert.equal((await asker("verify", token)).error.code, "token_revoked", "who asks over RPC hears of it");
    }
  });

  test("is told what is wrong with an order, and nothing is thrown", async () => {
    for (const [order, code] of [
      [{ issuer: "https://other.example", subject: "ada" }, "invalid_parameters"],
      [{ issuer }, "invalid_parameters"],
      [{ issuer, subject: "a", session: "s" }, "invalid_parameters"],
      [{ issuer, subject: "a", all: true }, "invalid_parameters"],
      [undefined, "invalid_parameters"],
      ["everybody", "json_invalid"],
    ]) {
      const { ok, error } = await revoker("revoke", order);
      assert.deepEqual([ok, error.code, error.status], [false, code, 400], JSON.stringify(order));
    }
  });

  test("is another one than one that asks about tokens", async () => {
    assert.match((await asker("revoke", { issuer, subject: "dora" })).thrown, /revoke/);
    assert.match((await revoker("verify", await edge.token())).thrown, /verify/);
    assert.equal((await edge.call(await edge.token({ sub: "dora", iat: now() - 5 }), "/fail_closed")).status, 200);
  });

  test("finds nothing where there is no list", async () => {
    const bare = await startEdge(end, { beside: callers });
    const answer = await (await callerOf(bare, "revoker"))("revoke", { issuer: bare.provider.issuer, subject: "ada" });
    assert.deepEqual([answer.ok, answer.error.code], [false, "not_found"]);
  });
});
