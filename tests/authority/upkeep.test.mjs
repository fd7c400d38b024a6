/** The cron trigger: what has expired is swept, what has not stays. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startAuthority } from "../support/authority.mjs";

test("the cron trigger sweeps what has expired", async (t) => {
  const authority = await startAuthority(t);
  await authority.user("ada");
  const token = await authority.apiToken("ada");
  for (const agentId of ["long-gone", "still-here"]) {
    const { status } = await authority.call("createSession", { agentId, ttl: 3600 }, { token });
    assert.equal(status, 200);
  }
  const yesterday = Date.now() - 86_400_000;
  await authority.database
    .prepare("UPDATE edgeward_agent_sessions SET expires_at = ? WHERE agent_id = 'long-gone'")
    .bind(yesterday)
    .run();
  const worker = await authority.worker.miniflare.getWorker("gateway");
  const { outcome } = await worker.scheduled({ cron: "0 * * * *" });
  assert.equal(outcome, "ok");
  const { results } = await authority.database.prepare("SELECT agent_id FROM edgeward_agent_sessions").all();
  assert.deepEqual(results, [{ agent_id: "still-here" }]);
});
