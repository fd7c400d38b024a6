/** Ten thousand sign-ins leave nothing behind: the core's memory does not grow, nor JavaScript's. */
import assert from "node:assert/strict";
import { createSign, generateKeyPairSync } from "node:crypto";
import { before, describe, test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

const ISSUER = "https://id.example";
const PAGE = "https://app.example/";
/** What a garbage collector may be late with; a hundred bytes a sign-in are more. */
const HEAP = 1_000_000;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc");

describe("over ten thousand sign-ins", () => {
  let createClient;
  let memories;
  let provider;
  before(async () => {
    memories = watchMemories();
    provider = scriptedProvider();
    ({ createClient } = await import("../../pkg/dist/client/node.js"));
  });

  const made = () =>
    createClient({ issuer: ISSUER, clientId: "app", redirectUri: PAGE, scope: "openid offline_access", storage: "memory", fetch: provider.fetch });

  test("one client keeps its memory", async () => {
    const client = made();
    await assertFlat(1_000, 10_000, () => signIn(client, provider));
    client.dispose();
  });

  test("clients that are disposed of leave none, and nobody has to free anything", async () => {
    assert.ok(!("free" in made()));
    await assertFlat(500, 2_000, async () => {
      const client = made();
      await signIn(client, provider);
      client.dispose();
    });
  });

  /** Works until every buffer, cache and list has the size that it keeps, and then as often as is asked. */
  async function assertFlat(warmUp, times, work) {
    const after = async (count) => {
      for (let i = 0; i < count; i++) await work();
      await collected();
      return { wasm: memories().reduce((sum, memory) => sum + memory.buffer.byteLength, 0), heap: process.memoryUsage().heapUsed };
    };
    const warm = await after(warmUp);
    const end = await after(times);
    console.log(`wasm ${warm.wasm} → ${end.wasm} bytes, heap ${warm.heap} → ${end.heap}`);
    assert.equal(memories().length, 1, "one core serves all");
    assert.equal(end.wasm, warm.wasm);
    assert.ok(end.heap - warm.heap < HEAP, `the heap grew by ${end.heap - warm.heap} bytes`);
  }
});

/** What is held weakly goes a turn after it was last looked at, and what hung on it a turn later. */
async function collected() {
  for (let round = 0; round < 8; round++) {
    collect();
    await new Promise(setImmediate);
  }
}

/** Signs in, refreshes, signs out. */
async function signIn(client, provider) {
  await client.ready();
  let address;
  globalThis.document = { location: { href: PAGE, assign: (url) => (address = url) } };
  const left = await client.signIn({ appState: { page: 1 } });
  delete globalThis.document;
  assert.ok(left.ok, left.error?.message);
  const back = await client.handleCallback(provider.authorize(address));
  assert.ok(back.ok, back.error?.message);
  const renewed = await client.getAccessToken({ forceRefresh: true });
  assert.ok(renewed.ok, renewed.error?.message);
  await client.signOut({ endSession: false });
}

/** The memories of all instances that are made from now on. */
function watchMemories() {
  const { Instance } = WebAssembly;
  const memories = [];
  WebAssembly.Instance = class extends Instance {
    constructor(...args) {
      super(...args);
      if (this.exports.core_handle) memories.push(this.exports.memory);
    }
  };
  return () => memories;
}

/** A provider that is a function in place of `fetch`. */
function scriptedProvider() {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const jwk = { ...publicKey.export({ format: "jwk" }), kid: "k", alg: "ES256", use: "sig" };
  let nonce;
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const idToken = () => {
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: ISSUER, aud: "app", sub: "ada", iat: now, exp: now + 300, nonce };
    const input = `${part({ alg: "ES256", kid: "k" })}.${part(claims)}`;
    const signature = createSign("sha256").update(input).sign({ key: privateKey, dsaEncoding: "ieee-p1363" });
    return `${input}.${signature.toString("base64url")}`;
  };
  const endpoints = { authorization_endpoint: `${ISSUER}/authorize`, token_endpoint: `${ISSUER}/token`, jwks_uri: `${ISSUER}/jwks` };
  const answers = {
    "/.well-known/openid-configuration": () => ({ issuer: ISSUER, ...endpoints, code_challenge_methods_supported: ["S256"] }),
    "/jwks": () => ({ keys: [jwk] }),
    "/token": () => ({ access_token: "at", refresh_token: "rt", id_token: idToken(), token_type: "Bearer", expires_in: 300 }),
  };
  return {
    fetch: async (input) => Response.json(answers[new URL(input.url ?? input).pathname]()),
    authorize(address) {
      const asked = new URL(address).searchParams;
      nonce = asked.get("nonce");
      return `${PAGE}?code=c&state=${asked.get("state")}`;
    },
  };
}
