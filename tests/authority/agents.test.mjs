/** Agents' sessions and API tokens: the examples of the API's documentation, with the real `convex` client. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { ConvexHttpClient } from "convex/browser";
import { anyApi as api } from "convex/server";
import { startApplication } from "../support/application.mjs";
import { atEnd } from "../support/at-end.mjs";
import { startAuthority } from "../support/authority.mjs";

const MANY = 50;

describe("the examples of the documentation", () => {
  const end = atEnd();
  let authority;
  let application;
  let admin;
  before(async () => {
    authority = await startAuthority(end);
    await authority.user("ada");
    admin = await authority.apiToken("ada");
    application = await startApplication(end, authority);
  });

  test("an agent works with a session until it is ended", async () => {
    const client = new ConvexHttpClient(application.url);
    client.setAuth(admin);
    const myAgentId = "agent_abc123";

    // Create session for agent
    const session = await client.mutation(api.auth.createSession, {
      agentId: myAgentId,
      ttl: 3600,
      metadata: {
        platform: "claude-code",
        taskId: "task_123",
      },
    });

    // Use session token
    client.setAuth(session.token);

    // Do work...
    await client.mutation(api.learning.report, {
      skillName: "typescript-strict-mode",
      outcome: "success",
    });

    const during = await client.query(api.auth.validateSession, { token: session.token });

    // End session
    await client.mutation(api.auth.endSession, {
      token: session.token,
    });

    assert.match(session.token, /^ast_[A-Za-z0-9]{32,}$/);
    assert.deepEqual(during, {
      valid: true,
      agentId: myAgentId,
      expiresAt: session.expiresAt,
      metadata: { platform: "claude-code", taskId: "task_123" },
    });
    assert.deepEqual(application.reports.at(-1).caller, { agent: myAgentId });
    assert.ok(!(await authority.dump()).includes(session.token.slice(4)));
    const after = await client.query(api.auth.validateSession, { token: session.token });
    assert.deepEqual(after, { valid: false, agentId: null, expiresAt: null, metadata: null });
    await assert.rejects(client.mutation(api.learning.report, { skillName: "x", outcome: "success" }));
  });

  test("a server reads with its token what the token is for, and writes nothing", async () => {
    const client = new ConvexHttpClient(application.url);
    client.setAuth(admin);
    const token = await client.mutation(api.auth.createApiToken, {
      name: "production-server",
      scopes: ["skills:read", "learning:report"],
    });

    // Use token for future requests
    client.setAuth(token.token);

    await client.query(api.skills.search, { query: "typescript" });
    await assert.rejects(client.mutation(api.skills.create, { name: "x" }), (error) => error.data.code === "FORBIDDEN");
    await assert.rejects(client.mutation(api.auth.createSession, { agentId: "a", ttl: 60 }), (error) => error.data.code === "INSUFFICIENT_SCOPE");
  });

  test("a refreshed session has another token, and the same agent", async () => {
    const client = new ConvexHttpClient(application.url);
    client.setAuth(admin);
    const { token } = await client.mutation(api.auth.createSession, { agentId: "agent_abc123", ttl: 3600 });
    const newSession = await client.mutation(api.auth.refreshSession, { token, ttl: 3600 });
    assert.equal((await client.query(api.auth.validateSession, { token })).valid, false);
    assert.equal((await client.query(api.auth.validateSession, { token: newSession.token })).agentId, "agent_abc123");
  });
});

describe(`of ${MANY} at a time one wins`, () => {
  const end = atEnd();
  let authority;
  let token;
  before(async () => {
    authority = await startAuthority(end);
    await authority.user("ada");
    token = await authority.apiToken("ada");
  });

  /** Calls an operation many times at once: those that succeeded, and the codes of the others. */
  async function race(operation, args) {
    const calls = Array.from({ length: MANY }, () => authority.call(operation, args, { token }));
    const answers = await Promise.all(calls);
    const won = answers.filter(({ status }) => status === 200);
    return { won: won.map(({ json }) => json), codes: new Set(answers.filter(({ status }) => status !== 200).map(({ json }) => json.error)) };
  }

  test("refreshing an agent's session", async () => {
    const { json } = await authority.call("createSession", { agentId: "a", ttl: 600 }, { token });
    const { won, codes } = await race("refreshSession", { token: json.token, ttl: 600 });
    assert.deepEqual([won.length, [...codes]], [1, ["agent_session_invalid"]]);
    const { json: now } = await authority.call("validateSession", { token: won[0].token });
    assert.equal(now.valid, true);
    const { results } = await authority.database.prepare("SELECT id FROM edgeward_agent_sessions").all();
    assert.equal(results.length, 1);
  });

  test("rotating an API token", async () => {
    const { json } = await authority.call("createApiToken", { name: "n", scopes: ["skills:read"] }, { token });
    const { won, codes } = await race("rotateApiToken", { tokenId: json.tokenId });
    assert.deepEqual([won.length, [...codes]], [1, ["api_key_revoked"]]);
    assert.equal((await authority.call("verifyApiToken", { token: won[0].token })).status, 200);
    assert.equal((await authority.call("verifyApiToken", { token: json.token })).json.error, "api_key_revoked");
  });

  test("naming an agent", async () => {
    await authority.user("eve");
    const other = await authority.apiToken("eve");
    const calls = Array.from({ length: MANY }, (_, at) =>
      authority.call("createSession", { agentId: "contested", ttl: 60 }, { token: at % 2 ? token : other }),
    );
    const statuses = (await Promise.all(calls)).map(({ status }, at) => [at % 2, status]);
    const owners = new Set(statuses.filter(([, status]) => status === 200).map(([owner]) => owner));
    assert.equal(owners.size, 1);
    assert.equal(statuses.filter(([, status]) => status === 403).length, MANY / 2);
  });
});
