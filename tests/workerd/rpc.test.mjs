/** `verify(token, options)` over a service binding: a typed identity, and no header to forge. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { atEnd } from "../support/at-end.mjs";
import { startEdge } from "../support/worker.mjs";

/** A Worker that asks the gateway and answers with what it was told. */
const CALLER = `
  export default {
    async fetch(request, env) {
      const [token, options] = await request.json();
      return Response.json(await env.AUTH.verify(token ?? undefined, options ?? undefined));
    },
  };`;

describe("the RPC entry point", () => {
  const end = atEnd();
  let edge;
  let ask;
  before(async () => {
    edge = await startEdge(end, {
      routes: [
        { path: "/admin/*", scopes: ["admin"] },
        { path: "/public/*", credential: "none" },
        { path: "/cookie/*", credentials: ["cookie"] },
      ],
      config: { credentials: { cookies: ["token"] } },
      beside: ({ compatibilityDate }) => [
        {
          name: "caller",
          modules: true,
          script: CALLER,
          compatibilityDate,
          serviceBindings: { AUTH: { name: "gateway", entrypoint: "Gateway" } },
          unsafeDirectSockets: [{ port: 0 }],
        },
      ],
    });
    const url = await edge.worker.urlOf("caller");
    ask = async (token, options) => {
      const response = await fetch(url, { method: "POST", body: JSON.stringify([token, options]) });
      assert.equal(response.status, 200, await response.clone().text());
      return response.json();
    };
  });

  const code = async (token, options) => (await ask(token, options)).error?.code;

  test("a good token is answered with who it speaks for", async () => {
    const token = await edge.token({ sid: "s-1", roles: ["editor"], nested: { a: [1, null] } });
    const { ok, identity } = await ask(token);
    assert.equal(ok, true);
    const { claims, issuedAt, expiresAt, ...said } = identity;
    assert.deepEqual(said, {
      subject: "ada",
      issuer: edge.provider.issuer,
      sessionId: "s-1",
      clientId: null,
      tokenId: null,
      scope: ["read", "write"],
      permissions: [],
      roles: ["editor"],
      authenticatedAt: null,
      acr: null,
      amr: [],
    });
    assert.equal(expiresAt - issuedAt, 300);
    assert.deepEqual(claims.nested, { a: [1, null] });
  });

  test("a bad one with the code, and nothing is thrown", async () => {
    const { ok, error } = await ask(await edge.token({ exp: 1 }));
    assert.deepEqual([ok, error], [
      false,
      { code: "token_expired", message: "The token has expired.", status: 401, retryable: false, scope: null },
    ]);
    for (const token of [null, "", 7, {}, ["x"]]) assert.equal(await code(token), "token_missing");
    assert.equal(await code("a b"), "credential_malformed");
    assert.equal(await code("x"), "token_malformed");
  });

  test("what the caller asks for must be there", async () => {
    const token = await edge.token({ roles: ["editor"] });
    assert.equal((await ask(token, { scopes: ["read"], anyRole: ["owner", "editor"] })).ok, true);
    const { error } = await ask(token, { scopes: ["read", "delete"] });
    assert.deepEqual([error.code, error.status, error.scope], ["insufficient_scope", 403, "read delete"]);
    assert.equal(await code(token, { roles: ["owner"] }), "insufficient_role");
    assert.equal(await code(token, { anyPermission: ["x"] }), "insufficient_permission");
    assert.equal(await code(token, { issuers: ["https://other.example"] }), "issuer_not_allowed");
    assert.equal(await code(token, { maxAuthenticationAgeSeconds: 60 }), "authentication_insufficient");
  });

  test("a path brings its route's rules along", async () => {
    const token = await edge.token();
    assert.equal(await code(token, { path: "/admin/x" }), "insufficient_scope");
    assert.equal((await ask(token, { path: "/todos" })).ok, true);
    assert.equal((await ask(token, { path: "/cookie/x" })).ok, true, "wherever a browser would carry it");
    assert.equal(await code("x", { path: "/public/x" }), "token_malformed", "a token that is given must be good");
    assert.equal(await code(token, { path: "/x/..%2fadmin" }), "path_ambiguous");
  });

  test("a caller gets the identity that a function of Convex would see", async () => {
    const claims = { given_name: "Ada", picture: "https://a.example/ada.png", org: { id: "o1" }, tokenIdentifier: "x" };
    const token = await edge.token(claims);
    assert.equal((await ask(token)).convexIdentity, null);
    const of = async (kind) => (await ask(token, { convexIdentity: kind })).convexIdentity;
    const who = { tokenIdentifier: `${edge.provider.issuer}|ada`, subject: "ada", issuer: edge.provider.issuer };
    const { scope, ...oidc } = await of("oidc");
    assert.deepEqual(oidc, { ...who, givenName: "Ada", pictureUrl: claims.picture, org: { id: "o1" } });
    assert.deepEqual(await of("customJwt"), { ...who, given_name: "Ada", picture: claims.picture, "org.id": "o1", scope });
    assert.equal(await code(await edge.token({ email_verified: "yes" }), { convexIdentity: "oidc" }), "token_claim_invalid");
    assert.equal(await code(token, { convexIdentity: "auth0" }), "invalid_parameters");
  });

  test("an option that nobody knows is refused: it would silently not hold", async () => {
    const token = await edge.token();
    for (const options of [{ scope: ["x"] }, { scopes: 7 }, { path: "admin" }, { path: "/a?b" }, []]) {
      assert.equal(await code(token, options), "invalid_parameters", JSON.stringify(options));
    }
  });

  test("no request of the caller's reaches the origin", () => {
    assert.equal(edge.origin.received.length, 0);
  });
});
