/** What the API says about itself to a client without a token (RFC 9728). */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { atEnd } from "../support/at-end.mjs";
import { startEdge } from "../support/worker.mjs";

const WELL_KNOWN = "/.well-known/oauth-protected-resource";
const RESOURCE = {
  identifier: "https://api.example",
  paths: ["/mcp"],
  scopes_supported: ["read", "write"],
  name: "Todos",
};

describe("a described resource", () => {
  const end = atEnd();
  let edge;
  before(async () => {
    edge = await startEdge(end, { config: { resource: RESOURCE } });
  });

  test("its metadata name the authorization servers", async () => {
    const { status, json, headers } = await edge.send(WELL_KNOWN, { headers: [["origin", "https://any.example"]] });
    assert.equal(status, 200);
    assert.deepEqual(json, {
      resource: "https://api.example",
      authorization_servers: [edge.provider.issuer],
      bearer_methods_supported: ["header"],
      scopes_supported: ["read", "write"],
      resource_name: "Todos",
    });
    assert.match(headers["content-type"], /^application\/json/);
    assert.equal(headers["access-control-allow-origin"], "*");
  });

  test("a resource on a path has metadata of its own", async () => {
    assert.equal((await edge.send(`${WELL_KNOWN}/mcp`)).json.resource, "https://api.example/mcp");
    const { status, json } = await edge.send(`${WELL_KNOWN}/other`);
    assert.deepEqual([status, json.error], [404, "not_found"]);
  });

  test("a challenge says where they are, whatever host the client claims", async () => {
    const challenge = async (path, headers = []) => (await edge.send(path, { headers })).headers["www-authenticate"];
    assert.equal(await challenge("/todos"), `Bearer realm="edgeward", resource_metadata="https://api.example${WELL_KNOWN}"`);
    assert.match(await challenge("/mcp/tools"), new RegExp(`resource_metadata="https://api.example${WELL_KNOWN}/mcp"$`));
    const expired = await edge.call(await edge.token({ exp: 1 }), "/");
    assert.match(expired.headers["www-authenticate"], /error="invalid_token".*resource_metadata="https:\/\/api\.example/);
    const lied = await challenge("/todos", [["x-forwarded-host", "evil.example"]]);
    assert.doesNotMatch(lied, /evil/);
  });

  test("a page may ask with headers of its own", async () => {
    const { status, headers } = await edge.send(WELL_KNOWN, {
      method: "OPTIONS",
      headers: [
        ["origin", "https://any.example"],
        ["access-control-request-method", "GET"],
        ["access-control-request-headers", "mcp-protocol-version"],
      ],
    });
    assert.deepEqual([status, headers["access-control-allow-origin"], headers["access-control-allow-headers"]], [204, "*", "*"]);
  });

  test("the origin is never asked for them, and nothing can be written there", async () => {
    assert.equal((await edge.send(WELL_KNOWN, { method: "POST" })).status, 404);
    assert.equal((await edge.send(`${WELL_KNOWN}/mcp`, { method: "HEAD" })).status, 200);
    assert.equal(edge.origin.received.length, 0);
  });
});

describe("a resource that takes proofs", () => {
  test("says what they may be signed with", async (t) => {
    const edge = await startEdge(t, { config: { resource: RESOURCE, dpop: { algorithms: ["ES256"] } } });
    const { json } = await edge.send(WELL_KNOWN);
    assert.deepEqual(json.dpop_signing_alg_values_supported, ["ES256"]);
    assert.equal(json.dpop_bound_access_tokens_required, false);
    const challenges = (await edge.send("/")).headers["www-authenticate"];
    assert.match(challenges, /resource_metadata="https:\/\/api\.example/);
  });
});

describe("a resource that is not described", () => {
  test("its path belongs to the origin, and challenges name nothing", async (t) => {
    const edge = await startEdge(t);
    const denied = await edge.send(WELL_KNOWN);
    assert.deepEqual([denied.status, denied.headers["www-authenticate"]], [401, 'Bearer realm="edgeward"']);
    assert.equal((await edge.call(await edge.token(), WELL_KNOWN)).json.path, WELL_KNOWN);
  });
});

describe("the form of refusals", () => {
  for (const [errors, missing, expired] of [
    ["fastapi", { detail: "Not authenticated" }, { detail: "Invalid token: The token has expired." }],
    ["better_auth", { code: "TOKEN_MISSING" }, { code: "TOKEN_EXPIRED", message: "The token has expired." }],
    ["supabase", { code: 401, error_code: "no_authorization" }, { code: 401, error_code: "bad_jwt" }],
  ]) {
    test(`${errors} is what its clients know`, async (t) => {
      const edge = await startEdge(t, { config: { errors } });
      const without = await edge.send("/");
      assert.equal(without.status, 401);
      assert.deepEqual({ ...without.json, ...missing }, without.json);
      const late = await edge.call(await edge.token({ exp: 1 }));
      assert.deepEqual({ ...late.json, ...expired }, late.json);
      assert.match(late.headers["www-authenticate"], /^Bearer/);
      assert.ok(late.headers["x-request-id"]);
    });
  }
});
