/** Loading the core: invisible, safe to race, and tried again after a failure. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { copyFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { goodClaims, makeKey, sign } from "../support/tokens.mjs";

const ISSUER = "https://id.example";
const CLIENT = { issuer: ISSUER, clientId: "spa", redirectUri: "https://app.example/" };

/** A copy of an entry with a core of its own. */
function fresh(entry) {
  return import(`../../pkg/dist/${entry}?copy=${randomUUID()}`);
}

async function verifierOptions() {
  const key = await makeKey("ES256", "key-1");
  const token = await sign(key, goodClaims(ISSUER));
  const options = { issuer: ISSUER, audience: goodClaims(ISSUER).aud, algorithms: ["ES256"], jwks: { keys: [key.jwk] } };
  return { token, options };
}

test("fifty first calls compile the core once", async (t) => {
  const { token, options } = await verifierOptions();
  const { createVerifier } = await fresh("verify/inline.js");
  const compile = t.mock.method(WebAssembly, "compile");
  const verifiers = Array.from({ length: 5 }, () => createVerifier(options));
  const results = await Promise.all(Array.from({ length: 50 }, (_, i) => verifiers[i % 5].verify(token)));
  assert.ok(results.every(({ ok }) => ok));
  // Node compiles a module of its own for `fetch`.
  const { size } = await stat(new URL("../../pkg/dist/verify/verifier.wasm", import.meta.url));
  const ours = compile.mock.calls.filter(({ arguments: [bytes] }) => bytes.byteLength === size);
  assert.equal(ours.length, 1);
});

test("a synchronous call does not overtake a start that is under way", async () => {
  const { token, options } = await verifierOptions();
  const { createVerifier } = await fresh("verify/inline.js");
  const verifier = createVerifier(options);
  assert.equal(verifier.verifySync(token).error.code, "keys_not_loaded");
  const ready = verifier.ready();
  assert.equal(verifier.verifySync(token).error.code, "keys_not_loaded");
  await ready;
  assert.equal(verifier.verifySync(token).ok, true);
});

test("Node verifies without waiting for anything", async () => {
  const { token, options } = await verifierOptions();
  const { createVerifier } = await fresh("verify/node.js");
  assert.equal(createVerifier(options).verifySync(token).ok, true);
});

test("a policy without 'wasm-unsafe-eval' is a typed error, and the next call tries again", async (t) => {
  const { createClient, isAuthError } = await fresh("client/inline.js");
  const refuse = () => Promise.reject(new WebAssembly.CompileError("blocked by CSP"));
  const compile = t.mock.method(WebAssembly, "compile", refuse);
  const client = createClient(CLIENT);
  const told = [];
  client.onAuthStateChange(({ type, state }) => void told.push([type, state.status]));
  const { error } = await client.getAccessToken();
  assert.ok(isAuthError(error, "runtime_wasm_blocked"));
  assert.match(error.message, /'wasm-unsafe-eval'/);
  assert.ok(error.cause instanceof WebAssembly.CompileError);
  assert.deepEqual(told, [["initial", "signedOut"]], "a listener does not wait for ever");
  await assert.rejects(client.ready(), { code: "runtime_wasm_blocked" });
  compile.mock.restore();
  await client.ready();
  assert.equal((await client.getAccessToken()).error.code, "session_missing");
});

test("a runtime without WebAssembly is the same error", async (t) => {
  const { createClient } = await fresh("client/inline.js");
  const { WebAssembly: real } = globalThis;
  delete globalThis.WebAssembly;
  t.after(() => Object.defineProperty(globalThis, "WebAssembly", { value: real, configurable: true, writable: true }));
  assert.equal((await createClient(CLIENT).getAccessToken()).error.code, "runtime_wasm_blocked");
});

test("a text that was cut off is a typed error", async (t) => {
  const built = new URL("../../pkg/dist/client/", import.meta.url);
  const folder = await mkdtemp(join(tmpdir(), "edgeward-cut-"));
  t.after(() => rm(folder, { recursive: true }));
  const text = await readFile(new URL("wasm-text.js", built), "utf8");
  for (const length of [200, text.length >> 1, text.length - 50]) {
    const place = join(folder, String(length));
    await mkdir(place);
    await writeFile(join(place, "package.json"), '{ "type": "module" }');
    await writeFile(join(place, "wasm-text.js"), `${text.slice(0, length)}"];`);
    await copyFile(new URL("inline.js", built), join(place, "inline.js"));
    const { createClient } = await import(pathToFileURL(join(place, "inline.js")));
    const { error } = await createClient(CLIENT).getAccessToken();
    assert.equal(error.code, "internal_error", `${length} characters`);
    assert.match(error.cause.message, /damaged/);
  }
});

test("a text that was altered ends, too", async () => {
  const { bytesOf } = await import("../../pkg/src/shared/inline.js");
  const { default: [mask, text] } = await import("../../pkg/dist/client/wasm-text.js");
  // The lengths of streams come first. Of the signs behind them, one stands for what ends a function.
  const [lengths, streams] = [text.slice(0, 200), text.slice(200)];
  for (const sign of new Set(streams)) {
    const altered = lengths + streams.replaceAll(sign, sign === "!" ? "#" : "!");
    try {
      assert.ok(bytesOf([mask, altered]).length <= 2 * text.length, sign);
    } catch (error) {
      assert.match(error.message, /damaged/, sign);
    }
  }
});

test("wrong options show on first use, by name", async () => {
  const { createClient } = await fresh("client/node.js");
  for (const [changes, at] of [
    [{ issuer: undefined }, "issuer"],
    [{ issuer: "http://id.example" }, "issuer"],
    [{ clientId: "" }, "clientId"],
    [{ postLogoutRedirectURI: "https://app.example/" }, "options"],
    [{ redirectUri: "/callback" }, "redirectUri"],
    [{ apiOrigins: ["https://api.example/v1"] }, "apiOrigins"],
    [{ storage: "cookie" }, "storage"],
    [{ idTokenAlgorithms: ["HS256"] }, "idTokenAlgorithms"],
    [{ idTokenAlgorithms: ["none"] }, "idTokenAlgorithms"],
    [{ clockToleranceSeconds: 301 }, "clockToleranceSeconds"],
  ]) {
    const { error } = await createClient({ ...CLIENT, ...changes }).getAccessToken();
    assert.deepEqual([error?.code, error?.at], ["config_invalid", at], JSON.stringify(changes));
  }
});

test("errors are known across copies of the package", async () => {
  const [one, two] = await Promise.all([fresh("client/node.js"), fresh("verify/inline.js")]);
  const { error } = await one.createClient(CLIENT).getAccessToken();
  assert.ok(two.isAuthError(error) && two.isAuthError(error, "session_missing") && error instanceof two.AuthError);
  assert.ok(!two.isAuthError(error, "token_expired") && !two.isAuthError(new Error("x")) && !two.isAuthError(null));
  assert.deepEqual([error.name, String(error)], ["AuthError", `AuthError: ${error.message}`]);
  assert.equal(error.constructor.name, "AuthError");
});
