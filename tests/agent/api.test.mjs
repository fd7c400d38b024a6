/** `edgeward/api` with the fetch of a client in place of a token. */
import { test } from "node:test";
import assert from "node:assert/strict";
import { createAgentClient } from "edgeward/agent";
import { AuthError, createApi } from "edgeward/api";

const AUTHORITY = "https://auth.example";

test("what a client's fetch refuses is told as it tells it", async (t) => {
  for (const [apiOrigins, code] of [[[AUTHORITY], "session_missing"], [["https://other.example"], "origin_not_allowed"]]) {
    const auth = createAgentClient({ issuer: AUTHORITY, clientId: "agent", apiOrigins });
    t.after(() => auth.dispose());
    const { error: alone } = await settled(auth.fetch(AUTHORITY));
    assert.equal(alone.code, code);
    const { error } = await createApi({ url: AUTHORITY, fetch: auth.fetch }).tokens.list();
    assert.ok(error instanceof AuthError);
    assert.deepEqual({ ...error }, { ...alone });
  }
});

test("any other failure of a given fetch is one of the network", async () => {
  for (const fetch of [() => Promise.reject(new TypeError("fetch failed")), () => { throw new TypeError("fetch failed"); }]) {
    const { error } = await createApi({ url: AUTHORITY, fetch }).tokens.list();
    assert.deepEqual([error.code, error.retryable], ["network_failed", true]);
  }
});

const settled = (promise) => promise.then(() => ({}), (error) => ({ error }));
