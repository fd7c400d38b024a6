/** The example `node-agent`, with somebody who confirms its code. */
import { test } from "node:test";
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { start } from "../../examples/node-agent/start.mjs";
import { Person } from "../peers/oidc-provider/person.mjs";

const DEADLINE = 30_000;

test("the agent signs in, hands on a narrower token, and needs nobody the second time", async (t) => {
  const example = await start();
  t.after(() => example.close());
  const folder = await mkdtemp(join(tmpdir(), "edgeward-node-agent-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const session = join(folder, "session.json");

  const first = run(t, example, session);
  const [, address] = await first.says(/Open (\S+)/);
  await new Person("ada").visit(address);
  const { code, output } = await first.ended;
  assert.equal(code, 0, output);
  const tells = ["Signed in for ada.", "read:  the notes of ada, for example-agent", "write: notes:write is needed", "notes:admin: invalid_scope"];
  for (const line of tells) assert.ok(output.includes(line), `${line}\n${output}`);
  assert.equal((await stat(session)).mode & 0o777, 0o600);
  assert.deepEqual(example.tools.calls.map(({ tool, subject, actor, allowed }) => ({ tool, subject, actor, allowed })), [
    { tool: "read", subject: "ada", actor: "example-agent", allowed: true },
    { tool: "write", subject: "ada", actor: "example-agent", allowed: false },
  ]);
  assert.ok(example.tools.calls.every(({ scope }) => scope === "notes:read"));

  const second = await run(t, example, session).ended;
  assert.equal(second.code, 0, second.output);
  assert.ok(!second.output.includes("Open "));
  assert.equal(example.provider.requests.filter((grant) => grant.endsWith("device_code")).length, 1);
});

/** Runs the agent, and reads what it says. */
function run(t, example, session) {
  const agent = example.runAgent(session, { stdio: ["ignore", "pipe", "pipe"] });
  t.after(() => agent.kill());
  let output = "";
  const heard = (part) => (output += part);
  agent.stdout.setEncoding("utf8").on("data", heard);
  agent.stderr.setEncoding("utf8").on("data", heard);
  const ended = once(agent, "close").then(([code]) => ({ code, output }));
  const says = async (pattern) => {
    const signal = AbortSignal.timeout(DEADLINE);
    for (;;) {
      const found = pattern.exec(output);
      if (found) return found;
      await Promise.race([once(agent.stdout, "data", { signal }), ended.then(() => assert.fail(output))]);
    }
  };
  return { ended, says };
}
