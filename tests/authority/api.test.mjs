/** The operations as documents describe them and as `edgeward/api` calls them, against the Worker in workerd. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { before, describe, test } from "node:test";
import { AuthError, createApi } from "edgeward/api";
import { atEnd } from "../support/at-end.mjs";
import { startAuthority } from "../support/authority.mjs";

describe("edgeward/api", () => {
  const end = atEnd();
  let authority;
  let token;
  before(async () => {
    authority = await startAuthority(end);
    await authority.user("ada");
    token = await authority.apiToken("ada");
  });
  const open = (options) => createApi({ url: authority.url, errors: "throw", ...options });

  test("calls with a token that it was given, or that it asks for each time", async () => {
    let asked = 0;
    for (const source of [{ token }, { token: async () => (asked++, token) }, { client: clientOf(token) }]) {
      const api = open(source);
      const created = await api.tokens.create({ name: "build server", scopes: ["skills:read"] });
      assert.match(created.token, /^sk_/);
      const { tokens } = await api.tokens.list();
      assert.ok(tokens.some(({ _id }) => _id === created.tokenId));
      assert.deepEqual(await api.tokens.revoke({ tokenId: created.tokenId }), { success: true });
    }
    assert.equal(asked, 3);
  });

  test("gives a failure as the authority tells it", async () => {
    const refused = await open({ token, errors: "result" }).tokens.create({ name: "", scopes: [] });
    assert.equal(refused.ok, false);
    assert.ok(refused.error instanceof AuthError);
    const { code, at, retryable, sessionEnded, status } = refused.error;
    assert.deepEqual({ code, at, retryable, sessionEnded, status }, {
      code: "invalid_parameters",
      at: "name",
      retryable: false,
      sessionEnded: false,
      status: 400,
    });
    await assert.rejects(open({}).tokens.list(), { code: "session_missing", status: 401 });
    await assert.rejects(open({ token }).tokens.create({ name: "n", scopes: [], expires_in: 1 }), { at: "expires_in" });
  });

  test("waits as long as a limit says", async () => {
    const limited = await open({ token }).tokens.create({ name: "n", scopes: [], rateLimit: { maxRequests: 1, windowMs: 60_000 } });
    const api = open({ token: limited.token });
    await api.tokens.list();
    const error = await api.tokens.list().catch((error) => error);
    assert.deepEqual([error.code, error.retryable, error.retryAfterMs > 30_000], ["api_key_rate_limited", true, true]);
  });

  test("a change under one key happens once, however often it is asked for at the same time", async () => {
    const api = open({ token });
    const before = (await api.tokens.list()).tokens.length;
    const ask = () => api.tokens.create({ name: "once", scopes: [] }, { idempotencyKey: "key-1" });
    const answers = await Promise.all(Array.from({ length: 20 }, ask));
    assert.equal(new Set(answers.map((answer) => JSON.stringify(answer))).size, 1);
    assert.equal((await api.tokens.list()).tokens.length, before + 1);
    const other = api.tokens.create({ name: "other", scopes: [] }, { idempotencyKey: "key-1" });
    await assert.rejects(other, { code: "idempotency_key_reused", status: 422 });
  });

  test("can be given up, before and while it waits for an answer", async () => {
    await assert.rejects(open({ token }).tokens.list({}, { signal: AbortSignal.abort() }), { code: "aborted" });
    const controller = new AbortController();
    const never = () => (controller.abort(), new Promise(() => {}));
    await assert.rejects(open({ token, fetch: never }).tokens.list({}, { signal: controller.signal }), { code: "aborted" });
  });

  test("what is no authority is told from one", async (t) => {
    const answer = { status: 200, body: "<html>" };
    const server = createServer((_, response) => response.writeHead(answer.status).end(answer.body));
    t.after(() => server.close());
    const url = await new Promise((done) => server.listen(0, "127.0.0.1", () => done(`http://127.0.0.1:${server.address().port}`)));
    const api = createApi({ url, token, errors: "throw" });
    await assert.rejects(api.tokens.list(), { code: "response_invalid", retryable: false });
    Object.assign(answer, { status: 502, body: "{}" });
    await assert.rejects(api.tokens.list(), { code: "response_invalid", retryable: true, status: 502 });
    server.close();
    server.closeAllConnections();
    await assert.rejects(api.tokens.list(), { code: "network_failed", retryable: true });
    assert.throws(() => createApi({ url: "nowhere" }), { code: "config_invalid", at: "url" });
  });

  test("has a method for every operation of /openapi.json, and no other", async () => {
    const { paths } = await (await fetch(`${authority.url}/openapi.json`)).json();
    const described = Object.keys(paths).filter((path) => path.startsWith("/api/auth/")).map((path) => path.slice(10));
    const called = [];
    const watch = async (url) => (called.push(new URL(url).pathname.slice(10)), Response.json({}));
    const api = open({ token, fetch: watch });
    for (const methods of Object.values(api)) for (const method of Object.values(methods)) await method();
    assert.deepEqual(called.sort(), described.sort());
  });
});

/** What a client of the package looks like to `createApi`. */
const clientOf = (token) => ({ getAccessToken: async () => ({ ok: true, data: { token } }) });
