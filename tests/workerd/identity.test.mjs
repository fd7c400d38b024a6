/** What the origin learns of the caller, and that nobody else can tell it. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { atEnd } from "../support/at-end.mjs";
import { startEdge } from "../support/worker.mjs";
import { payloadOf } from "../support/tokens.mjs";

describe("the identity that the origin receives", () => {
  const end = atEnd();
  let edge;
  before(async () => {
    edge = await startEdge(end, { routes: [{ path: "/public/*", credential: "none" }] });
  });

  /** What the gateway says of the caller; the id of the request it says in any case. */
  const ownHeaders = (headers) => {
    const own = Object.entries(headers).filter(([name]) => name.startsWith("x-edgeward-"));
    const { "x-edgeward-request-id": id, ...identity } = Object.fromEntries(own);
    assert.match(id, /^[\w-]{16}$/, "one id, of the gateway's own");
    return identity;
  };

  test("it is the verified claims, typed, and how they came", async () => {
    const token = await edge.token({ team: "blue", scope: "read write" });
    const { json } = await edge.call(token);
    const { "x-edgeward-claims": claims, ...plain } = ownHeaders(json.headers);
    assert.deepEqual(plain, {
      "x-edgeward-subject": "ada",
      "x-edgeward-issuer": edge.provider.issuer,
      "x-edgeward-scope": "read write",
      "x-edgeward-credential": "bearer",
    });
    assert.doesNotMatch(claims, /[^\w-]/);
    assert.deepEqual(JSON.parse(Buffer.from(claims, "base64url")), payloadOf(token));
  });

  test("claims beyond ASCII arrive whole, and cannot write a second header", async () => {
    const sub = "Zoë\r\nx-edgeward-scope: admin";
    const { json } = await edge.call(await edge.token({ sub }));
    assert.equal(decodeURIComponent(json.headers["x-edgeward-subject"]), sub);
    assert.equal(json.headers["x-edgeward-scope"], "read write");
    assert.equal(json.identity.claims.sub, sub);
  });

  test("a token without subject or scope says so by leaving the subject out", async () => {
    const { json } = await edge.call(await edge.token({ sub: undefined, scope: undefined }));
    assert.deepEqual([json.identity.subject, json.identity.scope], [null, []]);
    assert.ok(!("sub" in json.identity.claims));
  });

  const SPOOFED = [
    "x-edgeward-subject", "X-Edgeward-Subject", "X-EDGEWARD-SUBJECT", "x-edgeward-issuer", "x-edgeward-scope",
    "x-edgeward-claims", "x-edgeward-anything", "X-eDgEwArD-", "x-edgeward-request-id",
  ];

  for (const name of SPOOFED) {
    test(`a spoofed ${name} is replaced or removed`, async () => {
      const token = await edge.token();
      const honest = ownHeaders((await edge.call(token)).json.headers);
      const spoofed = ownHeaders((await edge.call(token, "/", { headers: [[name, "root"]] })).json.headers);
      assert.deepEqual(spoofed, honest);
    });

    test(`a spoofed ${name} is removed on a public path`, async () => {
      const answer = await edge.send("/public/page", { headers: [[name, "root"]] });
      assert.equal(answer.status, 200);
      assert.deepEqual(ownHeaders(answer.json.headers), {});
    });
  }

  test("a public path carries no identity even if the token is good", async () => {
    const answer = await edge.call(await edge.token(), "/public/page");
    assert.equal(answer.json.identity, null);
  });

  test("a public path is not asked for a good token", async () => {
    assert.equal((await edge.call("rubbish", "/public/page")).status, 200);
    assert.equal((await edge.send("/public")).status, 200);
  });

  const CUNNING = [
    "/public/../todos", "/public/%2e%2e/todos", "/public/..%2ftodos", "/public/..%5ctodos", "/public/%252e%252e/todos",
    "/public/..;/todos", "/publicity", "/PUBLIC/page",
  ];

  for (const path of CUNNING) {
    test(`a public path does not open another: ${path}`, async () => {
      const answer = await edge.send(path);
      assert.ok([400, 401].includes(answer.status), `${answer.status}`);
      assert.match(answer.json.error, /^(path_ambiguous|token_missing)$/);
    });
  }

  test("an unrelated header passes as it is", async () => {
    const { json } = await edge.call(await edge.token(), "/", { headers: [["x-trace", "abc"]] });
    assert.equal(json.headers["x-trace"], "abc");
  });
});
