/** What counts as a credential, and the challenge to each request that is turned away (RFC 6750). */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { atEnd } from "../support/at-end.mjs";
import { startEdge } from "../support/worker.mjs";
import { tamper } from "../support/tokens.mjs";

const REALM = 'Bearer realm="edgeward"';

describe("the credential of a request", () => {
  const end = atEnd();
  let edge;
  let token;
  before(async () => {
    edge = await startEdge(end, { routes: [{ path: "/admin/*", scopes: ["admin", "audit"] }] });
    token = await edge.token();
  });

  const withAuthorization = (...values) =>
    edge.send("/todos", { headers: values.map((value) => ["authorization", value]) });

  test("a good token is let through", async () => {
    const answer = await withAuthorization(`Bearer ${token}`);
    assert.equal(answer.status, 200);
    assert.equal(answer.json.identity.subject, "ada");
  });

  for (const scheme of ["bearer", "BEARER", "bEaReR"]) {
    test(`the scheme is read without case: ${scheme}`, async () => {
      assert.equal((await withAuthorization(`${scheme} ${token}`)).status, 200);
    });
  }

  test("two spaces after the scheme are allowed, as RFC 9110 has it", async () => {
    assert.equal((await withAuthorization(`Bearer  ${token}`)).status, 200);
  });

  test("without a credential the challenge carries no error", async () => {
    const answer = await edge.send("/todos");
    assertDenied(answer, 401, "token_missing");
    assert.equal(answer.headers["www-authenticate"], REALM);
  });

  for (const value of ["Basic YWRhOmFkYQ==", "DPoP abc", "Bearerx abc", "Token abc"]) {
    test(`another scheme is no credential: ${value}`, async () => {
      const answer = await withAuthorization(value);
      assertDenied(answer, 401, "token_missing");
      assert.equal(answer.headers["www-authenticate"], REALM);
    });
  }

  for (const value of ["Bearer", "Bearer a b", "Bearer a,b", 'Bearer "a"', "Bearer a=b", "Bearer ="]) {
    test(`a malformed credential is an invalid request: ${value}`, async () => {
      assertMalformed(await withAuthorization(value));
    });
  }

  test("a good token followed by another word is an invalid request", async () => {
    assertMalformed(await withAuthorization(`Bearer ${token} x`));
  });

  test("two Authorization headers are an invalid request, even if both are good", async () => {
    assertMalformed(await withAuthorization(`Bearer ${token}`, `Bearer ${token}`));
  });

  test("a second Authorization header of another scheme does not hide behind a good one", async () => {
    assertMalformed(await withAuthorization(`Bearer ${token}`, "Basic YWRhOmFkYQ=="));
  });

  test("a token in the query or in a cookie is no credential", async () => {
    assertDenied(await edge.send(`/todos?access_token=${token}`), 401, "token_missing");
    const answer = await edge.send("/todos", { headers: [["cookie", `access_token=${token}`]] });
    assertDenied(answer, 401, "token_missing");
  });

  test("a token that is no JWT is an invalid token", async () => {
    const answer = await withAuthorization("Bearer opaque");
    assertDenied(answer, 401, "token_malformed");
    assert.match(answer.headers["www-authenticate"], challenge("invalid_token"));
  });

  test("a tampered token is an invalid token, and the challenge says no more than that", async () => {
    const answer = await edge.call(tamper(token, { sub: "root" }));
    assertDenied(answer, 401, "token_signature_invalid");
    assert.match(answer.headers["www-authenticate"], challenge("invalid_token"));
  });

  test("a missing scope is a 403 whose challenge names every scope of the route", async () => {
    const answer = await edge.call(await edge.token({ scope: "read admin" }), "/admin/users");
    assertDenied(answer, 403, "insufficient_scope");
    assert.match(answer.headers["www-authenticate"], challenge("insufficient_scope", ', scope="admin audit"'));
  });

  test("a token with every scope of the route is let through", async () => {
    const answer = await edge.call(await edge.token({ scope: "audit read admin" }), "/admin/users");
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.json.identity.scope, ["audit", "read", "admin"]);
  });

  test("an answer tells nothing of the token and carries a request id of its own", async () => {
    const bad = tamper(token, { sub: "root" });
    const [first, second] = [await edge.call(bad), await edge.call(bad)];
    for (const part of bad.split(".")) {
      assert.ok(!first.text.includes(part) && !JSON.stringify(first.headers).includes(part));
    }
    assert.notEqual(first.json.request_id, second.json.request_id);
  });

  test("nothing that was turned away reached the origin", async () => {
    const before = edge.origin.received.length;
    await withAuthorization("Bearer opaque");
    await edge.send("/todos");
    assert.equal(edge.origin.received.length, before);
  });
});

function assertMalformed(answer) {
  assertDenied(answer, 400, "credential_malformed");
  assert.match(answer.headers["www-authenticate"], challenge("invalid_request"));
}

function assertDenied(answer, status, code) {
  assert.deepEqual([answer.status, answer.json?.error], [status, code]);
  assert.deepEqual(Object.keys(answer.json).sort(), ["error", "message", "request_id"]);
  assert.match(answer.json.message, /^[A-Z].*\.$/);
  assert.match(answer.json.request_id, /\S/);
  assert.equal(answer.headers["cache-control"], "no-store");
}

/** RFC 6750 §3: attributes in quotes, none twice. */
function challenge(error, more = "") {
  return new RegExp(`^${REALM}, error="${error}", error_description="[^"\\\\]+"${more}$`);
}
