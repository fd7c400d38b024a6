/** `edgeward/agent` against servers that do what a test tells them. */
import { test } from "node:test";
import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { getEventListeners, once } from "node:events";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createAgentClient, fileStore } from "edgeward/agent";
import { startScriptedProvider } from "../support/scripted-provider.mjs";

const PROCESSES = 5;
const DEVICE = "urn:ietf:params:oauth:grant-type:device_code";
const EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";

test("a sign-in in a terminal writes address and code, and waits for the user", async (t) => {
  const { provider, grants } = await begin(t, { pending: 2 });
  const written = [];
  const auth = agent(t, provider);
  const session = await auth.signInInTerminal({ output: { write: (text) => written.push(text) } });
  assert.match(written.join(""), /Open http:\/\/127\.0\.0\.1:\d+\/verify\?user_code=ADA-ADA\nand confirm the code ADA-ADA\./);
  assert.deepEqual(session.scope, ["read", "write"]);
  assert.deepEqual(grants(), [DEVICE, DEVICE, DEVICE]);
});

test("a sign-in that is given up ends at once, and asks no more", async (t) => {
  const { provider } = await begin(t, { pending: Infinity });
  const auth = agent(t, provider);
  const controller = new AbortController();
  const waiting = (await auth.signInDevice()).wait({ signal: controller.signal });
  await provider.asked("/token");
  controller.abort();
  await assert.rejects(waiting, { code: "aborted" });
  // Longer than it would wait between two questions.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  assert.equal(provider.count("/token"), 1);
});

test("what the user decides is told", async (t) => {
  for (const [error, code] of [["access_denied", "access_denied"], ["expired_token", "device_expired"]]) {
    const { provider } = await begin(t, { error });
    const auth = agent(t, provider);
    await assert.rejects((await auth.signInDevice()).wait(), { code });
    assert.equal(await auth.getSession(), null);
  }
});

test("processes on one store make one refresh, and exit by themselves", async (t) => {
  const { provider, grants } = await begin(t, { lifetime: 1 });
  const folder = await mkdtemp(join(tmpdir(), "edgeward-agent-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, "session.json");
  const auth = agent(t, provider, { store: fileStore(file) });
  await (await auth.signInDevice()).wait();
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  provider.lifetime = 300;
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  const script = fileURLToPath(new URL("process.mjs", import.meta.url));
  const processes = Array.from({ length: PROCESSES }, () => fork(script, [provider.issuer, file]));
  t.after(() => processes.forEach((one) => one.kill()));
  await Promise.all(processes.map((one) => once(one, "message")));
  const answers = processes.map((one) => once(one, "message"));
  const exits = processes.map((one) => once(one, "exit"));
  for (const one of processes) one.send("go");
  const tokens = (await Promise.all(answers)).flatMap(([got]) => got);
  assert.equal(new Set(tokens).size, 1);
  assert.deepEqual(grants().filter((grant) => grant === "refresh_token"), ["refresh_token"]);
  assert.deepEqual((await Promise.all(exits)).map(([code]) => code), Array(PROCESSES).fill(0));
  assert.match(await readFile(file, "utf8"), /refresh/);
});

test("a client's own token is asked for once, kept, and another one when it is forced", async (t) => {
  const { provider, grants } = await begin(t);
  const auth = agent(t, provider, { clientSecret: "s&s", grant: "client_credentials" });
  const tokens = await Promise.all(Array.from({ length: 5 }, () => auth.getAccessToken()));
  assert.equal(new Set(tokens.map(({ token }) => token)).size, 1);
  assert.equal((await auth.oauth.clientCredentials()).token, tokens[0].token);
  assert.deepEqual(grants(), ["client_credentials"]);
  assert.equal(provider.authorizations.at(-1), `Basic ${btoa("agent:s%26s")}`);
  await auth.oauth.clientCredentials({ scope: "read" });
  assert.equal(grants().length, 2, "another scope is another token");
});

test("a public client has no token of its own", async (t) => {
  const { provider } = await begin(t);
  await assert.rejects(agent(t, provider).oauth.clientCredentials(), { code: "config_invalid", at: "clientSecret" });
  await assert.rejects(agent(t, provider, { grant: "client_credentials" }).getAccessToken(), { code: "config_invalid", at: "grant" });
});

test("a child token is narrower and shorter, and what is wider is not even asked for", async (t) => {
  const { provider, grants, forms } = await begin(t);
  const auth = agent(t, provider);
  await (await auth.signInDevice()).wait();
  const child = await auth.oauth.exchangeToken({ audience: "https://crm.example", scope: ["read"], ttlSeconds: 60, actor: "self" });
  assert.deepEqual(child.scope, ["read"]);
  // The server gave it five minutes; it is used for one.
  assert.ok(child.expiresAt <= Date.now() + 60_000 && child.expiresAt > Date.now() + 50_000);
  const form = forms.at(-1);
  assert.deepEqual(
    [form.get("grant_type"), form.get("audience"), form.get("scope"), form.get("subject_token_type")],
    [EXCHANGE, "https://crm.example", "read", ACCESS_TOKEN],
  );
  const asked = grants().length;
  await assert.rejects(auth.oauth.exchangeToken({ scope: ["admin"] }), { code: "invalid_scope", at: "scope" });
  await assert.rejects(auth.oauth.exchangeToken({ ttlSeconds: 100_000 }), { code: "invalid_parameters", at: "ttlSeconds" });
  await assert.rejects(auth.oauth.exchangeToken({ ttlSeconds: 0 }), { code: "invalid_parameters", at: "ttlSeconds" });
  assert.deepEqual(grants().slice(asked).filter((grant) => grant === EXCHANGE), []);
  provider.childScope = "read write admin";
  await assert.rejects(auth.oauth.exchangeToken({ scope: ["read"] }), { code: "response_invalid", at: "scope" });
});

test("an agent's session has its metadata and its end", async (t) => {
  const { provider, grants } = await begin(t);
  const auth = agent(t, provider);
  await (await auth.signInDevice()).wait();
  const session = await auth.agents.create({ scope: "read", ttlSeconds: 6, metadata: { task: { name: "read" } } });
  assert.deepEqual(session.metadata, { task: { name: "read" } });
  assert.throws(() => (session.metadata.task.name = "write"), TypeError);
  const [first, again] = await Promise.all([session.getAccessToken(), session.getAccessToken()]);
  assert.equal(first.token, again.token);
  assert.equal(grants().filter((grant) => grant === EXCHANGE).length, 1);
  await new Promise((resolve) => setTimeout(resolve, 6_100));
  await assert.rejects(session.getAccessToken(), { code: "session_expired" });
  assert.equal(await session.asTokenFetcher()({ forceRefreshToken: false }), null);
  await assert.rejects(auth.agents.create({ ttlSeconds: 60, metadata: { long: "x".repeat(8192) } }), { code: "invalid_parameters", at: "metadata" });
  await assert.rejects(auth.agents.create({ ttlSeconds: 86_401 }), { code: "invalid_parameters", at: "ttlSeconds" });
  await assert.rejects(auth.agents.create({ ttlSeconds: 60, scope: "admin" }), { code: "invalid_scope" });
});

test("who no longer waits for a session's token takes it from nobody else", async (t) => {
  const { provider, session, hold } = await beginSession(t);
  const [one, two, three] = Array.from({ length: 3 }, () => new AbortController());
  const release = hold();
  const [first, second, third] = [one, two, three].map(({ signal }) => session.getAccessToken({ forceRefresh: true, signal }));
  const fourth = session.getAccessToken({ forceRefresh: true });
  await provider.asked("/token");
  one.abort();
  await assert.rejects(first, { code: "aborted" });
  two.abort();
  await assert.rejects(second, { code: "aborted" }, "whoever began the exchange");
  release();
  assert.equal((await third).token, (await fourth).token);
  for (const { signal } of [one, two, three]) assert.equal(getEventListeners(signal, "abort").length, 0);
});

test("a session's token that nobody waits for any more may fail, or come", async (t) => {
  const { provider, session, hold } = await beginSession(t);
  const giveUp = async () => {
    const controller = new AbortController();
    const left = session.getAccessToken({ forceRefresh: true, signal: controller.signal });
    await provider.asked("/token");
    controller.abort();
    await assert.rejects(left, { code: "aborted" });
  };
  for (const refused of [{ status: 400, body: { error: "invalid_request" } }, undefined]) {
    const release = hold();
    await giveUp();
    provider.refused = refused;
    release();
    if (refused) await assert.rejects(session.getAccessToken({ forceRefresh: true }), { code: "oauth_error" });
    else assert.ok(await session.getAccessToken({ forceRefresh: true }));
  }
  await assert.rejects(session.getAccessToken({ forceRefresh: true, signal: AbortSignal.abort() }), { code: "aborted" });
});

test("a session that ends while it gets a token has that one revoked too", async (t) => {
  const { provider, session, hold } = await beginSession(t);
  const { token: old } = await session.getAccessToken();
  const release = hold();
  const late = session.getAccessToken({ forceRefresh: true });
  await provider.asked("/token");
  const ended = session.end();
  release();
  await assert.rejects(late, { code: "session_expired" });
  await ended;
  assert.deepEqual(provider.revoked, [old, provider.issued.at(-1)]);
  assert.equal(await session.asTokenFetcher()(), null);
});

test("a session that is given up while it is made leaves no token", async (t) => {
  const { provider, auth, hold } = await beginSession(t);
  const controller = new AbortController();
  const revoked = new Promise((resolve) => provider.on("/revoke", ({ body }) => (resolve(new URLSearchParams(body).get("token")), {})));
  const release = hold();
  const making = auth.agents.create({ ttlSeconds: 60, signal: controller.signal });
  await provider.asked("/token");
  controller.abort();
  await assert.rejects(making, { code: "aborted" });
  release();
  assert.equal(await revoked, provider.issued.at(-1));
});

/** A session whose token is old enough to be replaced, and a way to hold the answers of the token endpoint. */
async function beginSession(t) {
  const { provider } = await begin(t);
  const auth = agent(t, provider);
  await (await auth.signInDevice()).wait();
  const session = await auth.agents.create({ ttlSeconds: 200 });
  const real = performance.now.bind(performance);
  t.mock.method(performance, "now", () => real() + 11_000);
  const hold = () => {
    let release;
    provider.held = new Promise((resolve) => (release = resolve));
    return release;
  };
  return { provider, auth, session, hold };
}

function agent(t, provider, options = {}) {
  const auth = createAgentClient({ issuer: provider.issuer, clientId: "agent", scope: "read write", errors: "throw", ...options });
  t.after(() => auth.dispose());
  return auth;
}

/** A provider whose user decides after `pending` questions. */
async function begin(t, { pending = 0, error, lifetime = 300 } = {}) {
  const provider = await startScriptedProvider();
  t.after(() => provider.close());
  const forms = [];
  let serial = 0;
  Object.assign(provider, { lifetime, authorizations: [], childScope: undefined, issued: [], revoked: [], held: undefined, refused: undefined });
  provider.onDiscovery({
    body: provider.metadata({
      device_authorization_endpoint: `${provider.issuer}/device`,
      revocation_endpoint: `${provider.issuer}/revoke`,
      token_endpoint_auth_methods_supported: ["client_secret_basic"],
    }),
  });
  provider.on("/revoke", ({ body }) => {
    provider.revoked.push(new URLSearchParams(body).get("token"));
    return { body: {} };
  });
  provider.on("/device", {
    body: {
      device_code: "device", user_code: "ADA-ADA", verification_uri: `${provider.issuer}/verify`,
      verification_uri_complete: `${provider.issuer}/verify?user_code=ADA-ADA`, expires_in: 60, interval: 1,
    },
  });
  provider.on("/token", async ({ request, body }) => {
    const form = new URLSearchParams(body);
    forms.push(form);
    provider.authorizations.push(request.headers.authorization);
    if (form.get("grant_type") === DEVICE) {
      if (error) return { status: 400, body: { error } };
      if (forms.length <= pending) return { status: 400, body: { error: "authorization_pending" } };
    }
    await provider.held;
    if (provider.refused) return provider.refused;
    serial += 1;
    provider.issued.push(`access-${serial}`);
    const exchanged = form.get("grant_type") === EXCHANGE;
    return {
      body: {
        access_token: `access-${serial}`, token_type: "Bearer", expires_in: provider.lifetime,
        scope: exchanged ? (provider.childScope ?? form.get("scope") ?? "read write") : "read write",
        ...(exchanged ? { issued_token_type: ACCESS_TOKEN } : { refresh_token: `refresh-${serial}` }),
      },
    };
  });
  return { provider, forms, grants: () => forms.map((form) => form.get("grant_type")) };
}
