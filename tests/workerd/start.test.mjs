/** What the Worker does as it starts, before there is a request. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startEdge } from "../support/worker.mjs";

const DIST = fileURLToPath(new URL("../../edge/dist/", import.meta.url));

/**
 * The built Worker behind one that gives it `environment` with each request, an expression, and hands on in a header how
 * many errors were logged during the request.
 */
function behind(environment) {
  const contents = `
    import worker from "./worker.mjs";
    export * from "./worker.mjs";
    const { error } = console;
    let errors = 0;
    console.error = (...line) => (errors++, error(...line));
    export default {
      async fetch(request, env, context) {
        errors = 0;
        const answer = await worker.fetch(request, ${environment}, context);
        const headers = new Headers(answer.headers);
        headers.set("x-errors", String(errors));
        return new Response(answer.body, { status: answer.status, headers });
      },
    };`;
  return {
    modules: [
      { type: "ESModule", path: join(DIST, "behind.mjs"), contents },
      { type: "ESModule", path: join(DIST, "worker.mjs") },
      { type: "CompiledWasm", path: join(DIST, "edgeward_edge.wasm") },
    ],
  };
}

describe("as it starts", () => {
  test("the Worker makes its gateway: a request need not bring the configuration", async (t) => {
    const edge = await startEdge(t, { options: behind("{}") });
    assert.equal((await edge.call(await edge.token())).status, 200);
    assert.equal((await edge.call("x")).status, 401);
  });

  const authority = { issuer: "https://auth.example" };
  const WRONG = {
    "the gateway's configuration": { rawConfig: () => ({ orgin: "x" }) },
    "the authority's settings": { bindings: { EDGEWARD_AUTHORITY: { ...authority, nobody_knows: 1 }, EDGEWARD_SECRET: "s".repeat(64) } },
    "the authority's secret": { bindings: { EDGEWARD_AUTHORITY: authority } },
  };
  for (const [what, wrong] of Object.entries(WRONG)) {
    test(`nothing is said of what is wrong with ${what}: the first request is told, once`, async (t) => {
      const edge = await startEdge(t, { ...wrong, options: behind("env") });
      const answers = [await edge.send("/"), await edge.send("/")];
      assert.deepEqual(answers.map(({ status, json }) => [status, json.error]), Array(2).fill([500, "config_invalid"]));
      assert.deepEqual(answers.map(({ headers }) => headers["x-errors"]), ["1", "0"]);
    });
  }
});
