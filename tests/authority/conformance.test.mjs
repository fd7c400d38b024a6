/** The suite of the MCP project for authorization servers, on every date of the protocol that it knows. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { freePort } from "../../examples/spa/lib/listen.mjs";
import { atEnd } from "../support/at-end.mjs";
import { API, agree, signIn, startProvider } from "../support/provider.mjs";

const at = (path) => fileURLToPath(new URL(`../../node_modules/${path}`, import.meta.url));
/** The suite asks for a newer Node than the client. */
const NODE = at("node24/bin/node");
const SUITE = at("mcp-conformance-next/dist/index.js");
/** What the protocol had when this was written; the suite may know later ones, which count as well. */
const DATES = ["2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"];
const SCENARIOS = ["authorization-server-metadata-endpoint", "authorization-code-grant"];
/**
 * One that is the operator's own, and one whose user is asked. Neither has a secret: where a server takes clients without
 * one, the suite leaves the secret of a client away that has one. `oauth4webapi.test.mjs` has those.
 */
const CLIENTS = ["own", "app"];
const DEADLINE = 60_000;

describe("@modelcontextprotocol/conformance authorization", () => {
  let authority;
  let cookie;
  const end = atEnd();
  before(async () => {
    authority = await startProvider(end);
    cookie = await signIn(authority);
  });

  test("knows these dates and scenarios, and no other", async (t) => {
    const { output } = await run(t, ["list", "--authorization"]);
    const rows = [...output.matchAll(/^ {2}- (\S+) \[(.+)\]$/gm)];
    assert.deepEqual(rows.map(([, scenario]) => scenario), SCENARIOS);
    for (const [, , dates] of rows) assert.deepEqual(dates.split(","), DATES);
  });

  for (const date of DATES) {
    for (const id of CLIENTS) {
      test(`passes on ${date} for the client ${id}`, async (t) => {
        const port = String(await freePort(0));
        const what = ["--url", authority.url, "--client-id", id, "--resource", API, "--spec-version", date];
        const { status, output, checks } = await run(t, ["authorization", ...what, "--port", port], visit);
        assert.equal(status, 0, output);
        const told = checks.map(({ id: name, status: outcome }) => `${name}: ${outcome}`).sort();
        // A client may have a document for an id since 2025-11-25 (SHOULD): nothing is only warned of.
        const documents = date >= "2025-11-25" ? ["authorization-server-metadata-cimd: SUCCESS"] : [];
        assert.deepEqual(
          told,
          ["authorization-code-grant: SUCCESS", "authorization-server-metadata: SUCCESS", ...documents].sort(),
          output,
        );
      });
    }
  }

  /** What the suite asks a person to do: opens the address, agrees, and goes where that leads. */
  async function visit(address) {
    const callback = await agree(authority, address, cookie);
    await (await fetch(callback)).text();
  }
});

/** Runs the suite, which writes its results to where it is told, and visits the address that it prints. */
async function run(t, args, visit) {
  const folder = await mkdtemp(join(tmpdir(), "edgeward-conformance-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const results = visit ? ["--output-dir", folder] : [];
  const suite = spawn(NODE, [SUITE, ...args, ...results], { cwd: folder, timeout: DEADLINE });
  let output = "";
  let visited;
  const hear = (text) => {
    output += text;
    const [address] = output.match(/^http\S+\/oauth\/authorize\?\S+$/m) ?? [];
    if (visit && address) visited ??= visit(address);
  };
  suite.stdout.setEncoding("utf8").on("data", hear);
  suite.stderr.setEncoding("utf8").on("data", hear);
  const [status] = await new Promise((resolve) => suite.on("close", (...outcome) => resolve(outcome)));
  await visited;
  return { status, output, checks: await checksIn(folder) };
}

async function checksIn(folder) {
  const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith("checks.json"));
  const read = files.map(async (name) => JSON.parse(await readFile(join(folder, name), "utf8")));
  return (await Promise.all(read)).flat();
}
