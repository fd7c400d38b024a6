/** The packed package in workerd: resolved by its `workerd` condition, with the wasm as a static import. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { atEnd } from "../support/at-end.mjs";
import { startScriptedProvider } from "../support/scripted-provider.mjs";
import { AUDIENCE, goodClaims, makeKey, sign } from "../support/tokens.mjs";
import { install } from "./installed.mjs";

const WORKER = `
import { createVerifier } from "edgeward/verify";
import { createClient } from "edgeward";

// At global scope, where workerd forbids I/O, timers and randomness.
const client = createClient({ issuer: "https://id.example", clientId: "w", redirectUri: "https://w.example/" });

export default {
  async fetch(request) {
    const { token, options, errors } = await request.json();
    const verifier = createVerifier(options);
    const sync = verifier.verifySync(token);
    const later = await verifier.verify(token);
    const plain = (result) => (result.ok ? result.data.subject : result.error.code);
    const access = await client.getAccessToken();
    const leave = await client.signIn();
    return Response.json([plain(sync), plain(later), plain(verifier.verifySync(token)), plain(access), plain(leave)]);
  },
};
`;

describe("the packed package in workerd", () => {
  const end = atEnd();
  let worker;
  let key;
  let provider;
  before(async () => {
    key = await makeKey("ES256", "key-1");
    provider = await startScriptedProvider([key.jwk]);
    end.after(() => provider.close());
    worker = await startWorker(end);
  });

  test("verifies at once with keys given, before anything was awaited", async () => {
    const options = { issuer: provider.issuer, audience: AUDIENCE, algorithms: ["ES256"], jwks: { keys: [key.jwk] } };
    const answer = await ask({ token: await sign(key, goodClaims(provider.issuer)), options });
    assert.deepEqual(answer, ["ada", "ada", "ada", "session_missing", "runtime_unsupported"]);
  });

  test("fetches the keys, and verifies at once from then on", async () => {
    const options = { issuer: provider.issuer, audience: AUDIENCE, algorithms: ["ES256"], development: true };
    const answer = await ask({ token: await sign(key, goodClaims(provider.issuer)), options });
    assert.deepEqual(answer.slice(0, 3), ["keys_not_loaded", "ada", "ada"]);
  });

  async function ask(body) {
    const answer = await worker.dispatchFetch("http://worker/", { method: "POST", body: JSON.stringify(body) });
    assert.equal(answer.status, 200, await answer.clone().text());
    return answer.json();
  }
});

async function startWorker(end) {
  const { project } = await install(end);
  const entry = join(project, "worker.js");
  await writeFile(entry, WORKER);
  const modules = await bundle(entry);
  const worker = new Miniflare({ modules, compatibilityDate: "2026-07-01" });
  end.after(() => worker.dispose());
  await worker.ready;
  return worker;
}

/** Bundles as wrangler does: the `workerd` condition, and wasm files as modules of their own. */
async function bundle(entry) {
  const wasm = [];
  const wasmModules = {
    name: "wasm-modules",
    setup(build) {
      build.onResolve({ filter: /\.wasm$/ }, ({ path, resolveDir }) => {
        wasm.push(join(resolveDir, path));
        return { path, external: true };
      });
    },
  };
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: "esm",
    conditions: ["workerd", "worker", "browser"],
    plugins: [wasmModules],
  });
  const compiled = wasm.map(async (path) => ({
    type: "CompiledWasm",
    path: path.split("/").at(-1),
    contents: await readFile(path),
  }));
  return [{ type: "ESModule", path: "worker.js", contents: outputFiles[0].text }, ...(await Promise.all(compiled))];
}
