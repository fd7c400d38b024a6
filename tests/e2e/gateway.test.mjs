/** The example of the gateway before a plain API: what its tour shows is what the gateway answers. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { start } from "../../examples/gateway/start.mjs";
import { tour } from "../../examples/gateway/tour.mjs";
import { atEnd } from "../support/at-end.mjs";

describe("the gateway before a plain API", () => {
  const end = atEnd();
  const seen = new Map();
  before(async () => {
    const example = await start();
    end.after(() => example.close());
    for await (const step of tour(example)) seen.set(step.wish, step);
  });

  for (const [wish, outcome] of [
    ["anybody asks how it is (GET /status)", "200"],
    ["nobody in particular reads notes (GET /notes)", "401 token_missing"],
    ["the clerk reads notes (GET /notes)", "200"],
    ["the clerk claims to be the manager (GET /notes)", "200"],
    ["the clerk reads reports (GET /reports)", "403 insufficient_role"],
    ["the manager reads reports (GET /reports)", "200"],
    ["somebody looks for a way around (GET /status/..%2freports)", "400 path_ambiguous"],
    ["a browser reads notes with its cookie (GET /notes)", "200"],
    ["another site has that browser write (POST /notes)", "403 cross_site_refused"],
    ["the app has that browser write (POST /notes)", "200"],
    ["two credentials at once (GET /notes)", "400 credential_ambiguous"],
    ["the manager pays without proof (POST /payments)", "401 token_missing"],
    ["the manager pays, and proves the key (POST /payments)", "200"],
    ["somebody repeats what was overheard (POST /payments)", "401 dpop_proof_replayed"],
    ["somebody sends the bound token as a Bearer token (GET /reports)", "401 token_proof_missing"],
    ["the clerk looks at the account (GET /account)", "200"],
    ["the operator ends the clerk's tokens (POST /.edgeward/revocations)", "200"],
    ["the clerk looks at the account again (GET /account)", "401 token_revoked"],
    ["somebody reads the counters (GET /metrics)", "401 token_missing"],
    ["the operator reads the counters (GET /metrics)", "200"],
    ["a client asks where tokens come from (GET /.well-known/oauth-protected-resource)", "200"],
  ]) {
    test(`${wish}: ${outcome}`, () => {
      const { status, code } = seen.get(wish);
      assert.equal(code ? `${status} ${code}` : String(status), outcome);
    });
  }

  test("the API hears from the gateway alone who is asking", () => {
    const caller = (wish) => JSON.parse(seen.get(wish).body).caller;
    const clerk = { subject: "clerk", scope: ["notes:read"], roles: [], credential: "bearer" };
    assert.equal(caller("anybody asks how it is (GET /status)"), null);
    assert.deepEqual(caller("the clerk reads notes (GET /notes)"), clerk);
    assert.deepEqual(caller("the clerk claims to be the manager (GET /notes)"), clerk);
    assert.equal(caller("a browser reads notes with its cookie (GET /notes)").credential, "cookie");
    assert.equal(caller("the manager pays, and proves the key (POST /payments)").credential, "dpop");
  });

  test("the counters count what the tour did", () => {
    const { body } = seen.get("the operator reads the counters (GET /metrics)");
    assert.match(body, /edgeward_requests_denied_total\{[^}]*code="insufficient_role"[^}]*\} 1/);
  });
});
