/** Connections in workerd over D1: the example of the API's documents, with the real `convex` client. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { symmetricDecrypt, symmetricEncrypt } from "better-auth/crypto";
import { ConvexHttpClient } from "convex/browser";
import { anyApi as api } from "convex/server";
import { ConvexError } from "convex/values";
import { atEnd } from "../support/at-end.mjs";
import { startAuthority } from "../support/authority.mjs";
import { CLIENT, MONA, scriptedProviders } from "../support/scripted-oauth.mjs";

const BASE_URL = "https://hubify.example";
const SETTINGS = {
  providers: {
    github: { client_id: CLIENT.id, secret_binding: "PROVIDER_SECRET" },
    slack: { client_id: CLIENT.id, secret_binding: "PROVIDER_SECRET" },
  },
  connections: { redirect_uris: [`${BASE_URL}/oauth/callback`] },
};

/** An authority of its own, with its providers and somebody who calls it. */
async function start(end, user = "ada") {
  const providers = scriptedProviders();
  const logs = [];
  const authority = await startAuthority(end, {
    settings: SETTINGS,
    bindings: { PROVIDER_SECRET: CLIENT.secret },
    outside: providers.fetch,
    onLog: ({ message }) => void logs.push(message),
  });
  await authority.user(user);
  const client = new ConvexHttpClient(authority.url);
  client.setAuth(await authority.apiToken(user));
  return { authority, client, logs, ...providers };
}

/** Connects through GitHub's page. */
async function connect({ client, github }, user = MONA, granted = undefined, provider = "github") {
  const redirectUri = `${BASE_URL}/oauth/callback`;
  const { authUrl, state } = await client.mutation(api.auth.initiateOAuth, { provider, scopes: ["repo", "read:user"], redirectUri });
  const { query } = github.allow(authUrl, user, granted);
  return client.mutation(api.auth.completeOAuth, { provider, code: query.code, state });
}

const refusedWith = (code) => (error) => error instanceof ConvexError && error.data.code === code;

describe("the example of OAuth integration", () => {
  const end = atEnd();
  let world;
  before(async () => {
    world = await start(end);
  });

  test("runs as it stands", async () => {
    const { client, github } = world;
    const [process, session, logged] = [{ env: { BASE_URL } }, {}, []];
    const console = { log: (line) => logged.push(line) };
    let request;
    const redirect = (url) => {
      const { redirect: to, query } = github.allow(url, MONA, ["repo"]);
      assert.equal(to, `${BASE_URL}/oauth/callback`);
      request = { query };
    };

    // Initiate OAuth
    const { authUrl, state } = await client.mutation(api.auth.initiateOAuth, {
      provider: "github",
      scopes: ["repo", "read:user"],
      redirectUri: `${process.env.BASE_URL}/oauth/callback`,
    });

    // Store state in session
    session.oauthState = state;

    // Redirect user to authUrl
    redirect(authUrl);

    // In callback handler:
    const connection = await client.mutation(api.auth.completeOAuth, {
      provider: "github",
      code: request.query.code,
      state: session.oauthState,
    });

    console.log(`Connected to GitHub with scopes: ${connection.scopes}`);

    assert.deepEqual(logged, ["Connected to GitHub with scopes: repo"]);
    assert.deepEqual({ ...connection, connectionId: "" }, { connectionId: "", provider: "github", scopes: ["repo"], expiresAt: null });
    assert.equal(request.query.state, state);
  });

  test("and the rest of its operations", async () => {
    const { client, github } = world;
    const { connections } = await client.query(api.auth.listOAuthConnections);
    assert.deepEqual(connections.map(({ provider, scopes }) => ({ provider, scopes })), [{ provider: "github", scopes: ["repo"] }]);
    assert.ok(!JSON.stringify(connections).includes("gho_"));
    assert.equal(github.tokens.size, 1);
    await client.mutation(api.auth.revokeOAuth, { provider: "github" });
    assert.equal(github.tokens.size, 0);
    assert.deepEqual((await client.query(api.auth.listOAuthConnections)).connections, []);
  });
});

test("Better Auth opens what is kept of a token, and the store holds no credential in the clear", async (t) => {
  const world = await start(t);
  await connect(world);
  const [token] = world.github.tokens.keys();
  const row = await world.authority.database.prepare("SELECT access_token FROM edgeward_connections").first();
  assert.equal(await symmetricDecrypt({ key: world.authority.secret, data: row.access_token }), token);
  const { state } = await world.client.mutation(api.auth.initiateOAuth, { provider: "github", scopes: [], redirectUri: `${BASE_URL}/oauth/callback` });
  const dump = await world.authority.dump();
  const verifiers = world.requests.map(({ text }) => new URLSearchParams(text).get("code_verifier")).filter(Boolean);
  assert.equal(verifiers.length, 1);
  for (const credential of [token, token.slice(4), state, CLIENT.secret, ...verifiers]) {
    assert.ok(!dump.includes(credential));
    assert.ok(!world.logs.join("\n").includes(credential));
  }
});

test("what Better Auth has sealed, and what it has left in the clear, comes out as it went in", async (t) => {
  const { authority, client, ...world } = await start(t);
  await connect({ client, ...world });
  const kept = [await symmetricEncrypt({ key: authority.secret, data: "gho_sealed" }), "gho_in-the-clear"];
  const given = [];
  for (const token of kept) {
    await authority.database.prepare("UPDATE edgeward_connections SET access_token = ?").bind(token).run();
    given.push((await client.query(api.auth.getOAuthToken, { provider: "github" })).accessToken);
  }
  assert.deepEqual(given, ["gho_sealed", "gho_in-the-clear"]);
  const other = await symmetricEncrypt({ key: "another secret of thirty-two characters", data: "gho_sealed" });
  await authority.database.prepare("UPDATE edgeward_connections SET access_token = ?").bind(other).run();
  await assert.rejects(client.query(api.auth.getOAuthToken, { provider: "github" }), /seal_broken|SEAL_BROKEN/);
});

test("of fifty who complete with one state at the same time one gets the connection", async (t) => {
  const { client, github } = await start(t);
  const redirectUri = `${BASE_URL}/oauth/callback`;
  const { authUrl, state } = await client.mutation(api.auth.initiateOAuth, { provider: "github", scopes: ["repo"], redirectUri });
  const { query } = github.allow(authUrl, MONA);
  const args = { provider: "github", code: query.code, state };
  const calls = Array.from({ length: 50 }, () => client.mutation(api.auth.completeOAuth, args, { skipQueue: true }));
  const outcomes = await Promise.allSettled(calls);
  assert.equal(outcomes.filter(({ status }) => status === "fulfilled").length, 1);
  for (const { reason } of outcomes.filter(({ status }) => status === "rejected")) {
    assert.ok(refusedWith("OAUTH_INVALID_STATE")(reason), reason);
  }
  assert.equal(github.tokens.size, 1);
});

test("fifty who ask for an expired token at the same time cost one refresh", async (t) => {
  const world = await start(t);
  world.github.expires = true;
  await connect(world);
  const calls = Array.from({ length: 50 }, () => world.client.query(api.auth.getOAuthToken, { provider: "github" }));
  world.github.expires = false;
  const tokens = new Set((await Promise.all(calls)).map(({ accessToken }) => accessToken));
  assert.equal(tokens.size, 1);
  assert.equal(world.github.refreshes, 1);
});

test("a provider that refuses with status 200 has refused", async (t) => {
  const world = await start(t);
  const redirectUri = `${BASE_URL}/oauth/callback`;
  for (const provider of ["github", "slack"]) {
    const { state } = await world.client.mutation(api.auth.initiateOAuth, { provider, scopes: [], redirectUri });
    const complete = world.client.mutation(api.auth.completeOAuth, { provider, code: "made-up", state });
    await assert.rejects(complete, (error) => /oauth_provider_error/.test(error.message) || refusedWith("OAUTH_PROVIDER_ERROR")(error));
  }
  assert.ok(world.logs.some((line) => line.includes("bad_verification_code")));
});

test("Slack's tokens are its workspace's, and are given back when the connection ends", async (t) => {
  const { client, slack, authority } = await start(t);
  const redirectUri = `${BASE_URL}/oauth/callback`;
  const provider = "slack";
  const begun = await client.mutation(api.auth.initiateOAuth, { provider, scopes: ["chat:write", "channels:read"], redirectUri });
  assert.equal(new URL(begun.authUrl).searchParams.get("scope"), "chat:write,channels:read");
  const { query } = slack.allow(begun.authUrl, { id: "U1234", team: "T9TK3CUKW" }, ["chat:write"]);
  const connection = await client.mutation(api.auth.completeOAuth, { provider, code: query.code, state: begun.state });
  assert.deepEqual(connection.scopes, ["chat:write"]);
  const row = await authority.database.prepare("SELECT subject FROM edgeward_connections").first();
  assert.equal(row.subject, "T9TK3CUKW/U1234");
  await client.mutation(api.auth.revokeOAuth, { provider });
  assert.equal(slack.tokens.size, 0);
});

test("a connection ends here even if the provider does not hear it", async (t) => {
  const world = await start(t);
  await connect(world);
  world.github.revocation = 500;
  await world.client.mutation(api.auth.revokeOAuth, { provider: "github" });
  assert.deepEqual((await world.client.query(api.auth.listOAuthConnections)).connections, []);
  assert.ok(world.logs.some((line) => line.includes("provider github: revocation")));
});
