/** An agent's own session under the SDK's client. */
import { test } from "node:test";
import assert from "node:assert/strict";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { SessionMcpProvider } from "../../../pkg/src/agent/mcp/session-provider.js";
import { startServers } from "./servers.mjs";

const PARALLEL = 6;

test("the session's token is shown to a server that names our issuer, and not before", async (t) => {
  const { server, agent, asked } = await begin(t);
  await agent.connect();
  assert.equal(server.refused, 1);
  assert.ok(server.presented.every((token) => token === "token-1"));
  assert.deepEqual(asked[0], { resource: server.url, force: false });
});

test("calls that are refused side by side ask for another token, which is shared", async (t) => {
  const { issuer, server, agent } = await begin(t);
  await agent.connect();
  issuer.expire();
  await Promise.all(Array.from({ length: PARALLEL }, () => agent.call()));
  assert.deepEqual([...new Set(server.presented)], ["token-1", "token-2"]);
});

test("a server of another issuer never sees the token", async (t) => {
  const { server, agent, asked } = await begin(t, { issuer: "https://another.example" });
  await assert.rejects(agent.connect(), /bound to authorization server https:\/\/another\.example/);
  assert.deepEqual([server.presented, asked], [[], []]);
});

test("a token that cannot be had is the caller's to hear of", async (t) => {
  const failure = Object.assign(new Error("The network failed."), { code: "network_failed", retryable: true });
  const { agent } = await begin(t, { fail: failure });
  await assert.rejects(agent.connect(), (error) => error === failure);
});

async function begin(t, { issuer: named, fail } = {}) {
  const { issuer, server } = await startServers(t);
  const asked = [];
  let serial = 0;
  let shared;
  const mint = () => issuer.live.set(`token-${++serial}`, null);
  const tokenFor = async (wanted) => {
    asked.push(wanted);
    if (fail) throw fail;
    if (serial === 0) mint();
    if (wanted.force && !shared) {
      mint();
      shared = setTimeout(() => (shared = undefined), 10_000).unref();
    }
    return `token-${serial}`;
  };
  const provider = new SessionMcpProvider({ issuer: named ?? issuer.url, clientId: "agent" }, tokenFor);
  const client = new Client({ name: "agent", version: "1" });
  t.after(() => client.close());
  const connect = () => client.connect(new StreamableHTTPClientTransport(new URL(server.url), { authProvider: provider }));
  const call = () => client.callTool({ name: "tool", arguments: {} });
  return { issuer, server, asked, agent: { connect, call } };
}
