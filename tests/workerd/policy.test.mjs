/** What a route asks for beyond a valid token, and where credentials may stand. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { atEnd } from "../support/at-end.mjs";
import { startEdge } from "../support/worker.mjs";
import { now } from "../support/tokens.mjs";

describe("what a route asks for", () => {
  const end = atEnd();
  let edge;
  before(async () => {
    edge = await startEdge(end, {
      routes: [
        { path: "/any-scope", any_scope: ["admin", "write"] },
        { path: "/permission", permissions: ["doc:read", "doc:write"] },
        { path: "/role", any_role: ["owner", "editor"] },
        { path: "/claim", claims: [
          { claim: "tenant", one_of: ["t1", "t2"] },
          { claim: "/plan/name", equals: "pro" },
          { claim: "groups", contains: "g1" },
        ] },
        { path: "/fresh", max_authentication_age_seconds: 300 },
        { path: "/strong", acr: ["gold", "silver"], amr: ["otp"] },
        { path: "/optional", credential: "optional", scopes: ["read"] },
        { path: "/forbidden", credential: "forbidden" },
      ],
    });
  });

  const fits = {
    "/any-scope": { scope: "write" },
    "/permission": { permissions: ["doc:write", "doc:read"] },
    "/role": { roles: ["editor"] },
    "/claim": { tenant: "t2", plan: { name: "pro" }, groups: ["g0", "g1"] },
    "/strong": { acr: "silver", amr: ["pwd", "otp"] },
    "/optional": { scope: "read" },
  };
  for (const [path, claims] of Object.entries(fits)) {
    test(`${path} passes a token with ${JSON.stringify(claims)}`, async () => {
      assert.equal((await edge.call(await edge.token(claims), path)).status, 200);
    });
  }

  const lacks = [
    ["/any-scope", { scope: "read" }, 403, "insufficient_scope"],
    ["/permission", { permissions: ["doc:read"] }, 403, "insufficient_permission"],
    ["/permission", { permissions: { "doc:read": 1, "doc:write": 1 } }, 403, "insufficient_permission"],
    ["/role", { roles: ["viewer"] }, 403, "insufficient_role"],
    ["/claim", { tenant: "t3", plan: { name: "pro" }, groups: ["g1"] }, 403, "claim_not_allowed"],
    ["/claim", { tenant: "t1", plan: { name: "pro" }, groups: "g1" }, 403, "claim_not_allowed"],
    ["/claim", { tenant: "t1", "/plan/name": "pro", groups: ["g1"] }, 403, "claim_not_allowed"],
    ["/fresh", {}, 401, "authentication_insufficient"],
    ["/strong", { acr: "gold", amr: ["pwd"] }, 401, "authentication_insufficient"],
    ["/optional", { scope: "write" }, 403, "insufficient_scope"],
  ];
  for (const [path, claims, status, code] of lacks) {
    test(`${path} turns away ${JSON.stringify(claims)} with ${code}`, async () => {
      const answer = await edge.call(await edge.token(claims), path);
      assert.deepEqual([answer.status, answer.json.error], [status, code]);
    });
  }

  test("a sign-in is fresh for as long as the route says, and the challenge names how long", async () => {
    assert.equal((await edge.call(await edge.token({ auth_time: now() - 290 }), "/fresh")).status, 200);
    const stale = await edge.call(await edge.token({ auth_time: now() - 310 }), "/fresh");
    assert.match(stale.headers["www-authenticate"], /error="insufficient_user_authentication".*max_age="300"/);
    const weak = await edge.call(await edge.token(), "/strong");
    assert.match(weak.headers["www-authenticate"], /acr_values="gold silver"/);
  });

  test("an optional credential may be absent, but not wrong", async () => {
    const absent = await edge.send("/optional");
    assert.equal(absent.status, 200);
    assert.ok(!Object.keys(absent.json.headers).some((name) => name === "x-edgeward-subject"));
    const expired = await edge.call(await edge.token({ exp: now() - 100 }), "/optional");
    assert.deepEqual([expired.status, expired.json.error], [401, "token_expired"]);
  });

  test("where a credential is forbidden, none passes and any does not", async () => {
    assert.equal((await edge.send("/forbidden")).status, 200);
    const answer = await edge.call(await edge.token(), "/forbidden");
    assert.deepEqual([answer.status, answer.json.error], [403, "credential_forbidden"]);
  });
});

describe("where a credential may stand", () => {
  const end = atEnd();
  let edge;
  before(async () => {
    edge = await startEdge(end, {
      config: {
        credentials: { headers: ["X-Assertion"], cookies: ["access"], query: "access_token", websocket: true },
      },
      routes: [{ path: "/bearer-only", credentials: ["bearer"] }],
    });
  });

  const said = (answer) => [answer.status, answer.json.identity?.subject ?? answer.json.error];
  const places = {
    "the configured header": (token) => ["/", [["x-assertion", token]]],
    "a cookie": (token) => ["/", [["cookie", `theme=dark; access=${token}`]]],
    "a __Host- cookie": (token) => ["/", [["cookie", `access=forged; __Host-access=${token}`]]],
    "the query parameter": (token) => [`/?a=1&access_token=${token}`, []],
  };
  for (const [name, place] of Object.entries(places)) {
    test(`${name} carries a token`, async () => {
      const [path, headers] = place(await edge.token());
      assert.deepEqual(said(await edge.send(path, { headers })), [200, "ada"]);
    });

    test(`${name} beside a Bearer token is one credential too many`, async () => {
      const token = await edge.token();
      const [path, headers] = place(token);
      assert.deepEqual(said(await edge.call(token, path, { headers })), [400, "credential_ambiguous"]);
    });
  }

  test("a route that chooses from Bearer alone does not see the others", async () => {
    const cookie = [["cookie", `access=${await edge.token()}`]];
    assert.deepEqual(said(await edge.send("/bearer-only", { headers: cookie })), [401, "token_missing"]);
    const both = await edge.call(await edge.token({ sub: "bob" }), "/bearer-only", { headers: cookie });
    assert.deepEqual(said(both), [200, "bob"]);
  });

  test("what is not configured is no place for a credential", async () => {
    const plain = await startEdge(end);
    for (const place of Object.values(places)) {
      const [path, headers] = place(await plain.token());
      assert.deepEqual(said(await plain.send(path, { headers })), [401, "token_missing"]);
    }
  });
});
