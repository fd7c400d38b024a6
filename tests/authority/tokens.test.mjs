/** API tokens: the Worker in workerd over D1, called by the real `convex` client. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { ConvexHttpClient } from "convex/browser";
import { ConvexError } from "convex/values";
import { anyApi as api } from "convex/server";
import { atEnd } from "../support/at-end.mjs";
import { startAuthority } from "../support/authority.mjs";

describe("API tokens through ConvexHttpClient", () => {
  const end = atEnd();
  let authority;
  let client;
  before(async () => {
    authority = await startAuthority(end);
    await authority.user("ada");
    client = new ConvexHttpClient(authority.url);
    client.setAuth(await authority.apiToken("ada"));
  });

  test("a token is created, used, listed and revoked", async () => {
    const token = await client.mutation(api.auth.createApiToken, {
      name: "production-server",
      scopes: ["skills:read", "learning:report"],
    });
    assert.match(token.token, /^sk_[A-Za-z0-9]{32}$/);
    assert.deepEqual({ ...token, token: "", tokenId: "" }, {
      token: "",
      tokenId: "",
      name: "production-server",
      scopes: ["skills:read", "learning:report"],
      expiresAt: null,
    });
    const own = new ConvexHttpClient(authority.url);
    own.setAuth(token.token);
    const { tokens } = await own.query(api.auth.listApiTokens);
    const listed = tokens.find(({ _id }) => _id === token.tokenId);
    assert.deepEqual(Object.keys(listed).sort(), ["_id", "createdAt", "expiresAt", "lastUsedAt", "name", "scopes"]);
    assert.ok(!(await authority.dump()).includes(token.token.slice(8)));
    await client.mutation(api.auth.revokeApiToken, { tokenId: token.tokenId });
    await assert.rejects(own.query(api.auth.listApiTokens));
  });

  test("a refusal is a ConvexError with its code", async () => {
    const refused = client.mutation(api.auth.createApiToken, { name: "x", scopes: ["skills:delete"] });
    await assert.rejects(refused, (error) => error instanceof ConvexError && error.data.code === "INVALID_PARAMETERS");
  });
});

test("a token that is used too often has to wait", async (t) => {
  const authority = await startAuthority(t);
  await authority.user("ada");
  const admin = await authority.apiToken("ada");
  const rateLimit = { maxRequests: 3, windowMs: 3_600_000 };
  const { json } = await authority.call("createApiToken", { name: "n", scopes: [], rateLimit }, { token: admin });
  const calls = Array.from({ length: 10 }, () => authority.call("listApiTokens", {}, { token: json.token }));
  const statuses = (await Promise.all(calls)).map(({ status }) => status);
  assert.equal(statuses.filter((status) => status === 200).length, 3);
  assert.equal(statuses.filter((status) => status === 429).length, 7);
  const limited = await authority.call("listApiTokens", {}, { token: json.token });
  assert.ok(Number(limited.headers.get("retry-after")) > 1000);
});

test("a Worker that is an authority alone answers nothing else", async (t) => {
  const authority = await startAuthority(t);
  assert.equal((await fetch(`${authority.url}/healthz`)).status, 200);
  assert.equal((await fetch(`${authority.url}/anything`)).status, 404);
});
