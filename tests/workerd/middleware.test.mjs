/** `edgeward/verify` as middleware of Workers: Hono, a bare `fetch`, and a WebSocket, in workerd. */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { before, describe, test } from "node:test";
import { Miniflare } from "miniflare";
import { WebSocket } from "ws";
import { bundle } from "../../examples/hono-worker/lib/build.mjs";
import { atEnd } from "../support/at-end.mjs";
import { bearer, send } from "../support/http.mjs";
import { startScriptedProvider } from "../support/scripted-provider.mjs";
import { AUDIENCE, goodClaims, makeKey, now, sign } from "../support/tokens.mjs";

const WORKER = `
import { env } from "cloudflare:workers";
import { createVerifier } from "edgeward/verify";
import { Hono } from "hono";

// At global scope, where workerd forbids I/O, timers and randomness.
const verifier = createVerifier({
  issuer: env.ISSUER, audience: env.AUDIENCE, algorithms: ["ES256"], development: true,
  cookie: "session", webSocket: true, dpop: true,
});

const app = new Hono();
app.get("/hono", verifier.middleware({ scopes: ["read"] }), (c) => c.json(c.get("auth")));
app.get("/kept", verifier.middleware(), () => new Response("kept", { headers: { "cache-control": "public, max-age=60" } }));
app.get("/origin", verifier.middleware(), () => fetch(env.ISSUER + "/.well-known/openid-configuration"));
app.get("/socket", verifier.middleware(), (c) => {
  const [client, server] = Object.values(new WebSocketPair());
  server.accept();
  server.addEventListener("message", ({ data }) => server.send(c.get("auth").subject + ": " + data));
  return new Response(null, { status: 101, webSocket: client, headers: { "sec-websocket-protocol": "edgeward" } });
});
const bare = verifier.protect((request, auth, env, ctx) => Response.json([auth.subject, env.AUDIENCE, typeof ctx.waitUntil]));

export default {
  fetch: (request, env, ctx) => (new URL(request.url).pathname === "/bare" ? bare(request, env, ctx) : app.fetch(request, env, ctx)),
};
`;

describe("a Worker with the middleware", () => {
  const end = atEnd();
  let url;
  let provider;
  let key;
  before(async () => {
    key = await makeKey("ES256", "key-1");
    provider = await startScriptedProvider([key.jwk]);
    end.after(() => provider.close());
    url = await startWorker(end, { ISSUER: provider.issuer, AUDIENCE });
  });

  const token = (claims) => sign(key, goodClaims(provider.issuer, claims));
  const call = (path, headers = [], options = {}) => send(url + path, { headers, ...options });

  test("fetches the issuer's keys once, and knows who calls", async () => {
    const { status, json, headers } = await call("/hono", [bearer(await token({ sid: "s-1" }))]);
    assert.equal(status, 200);
    assert.deepEqual([json.subject, json.sessionId, json.scope, json.credential], ["ada", "s-1", ["read", "write"], "bearer"]);
    assert.equal(headers["cache-control"], "private, no-store");
    for (let time = 0; time < 5; time++) assert.equal((await call("/hono", [bearer(await token())])).status, 200);
    assert.equal(provider.keyFetches, 1);
  });

  test("hands a bare fetch its environment and its context", async () => {
    assert.deepEqual((await call("/bare", [bearer(await token())])).json, ["ada", AUDIENCE, "function"]);
    const denied = await call("/bare");
    assert.deepEqual([denied.status, denied.json.error], [401, "token_missing"]);
  });

  test("says why it turns somebody away, in both schemes", async () => {
    const { status, headers } = await call("/hono", [bearer(await token({ exp: now() - 100 }))]);
    assert.equal(status, 401);
    assert.match(headers["www-authenticate"], /^Bearer realm="edgeward", error="invalid_token".*, DPoP realm="edgeward", algs="ES256/);
    const scope = await call("/hono", [bearer(await token({ scope: "write" }))]);
    assert.deepEqual([scope.status, scope.json.error], [403, "insufficient_scope"]);
  });

  test("takes a cookie for reading, and for writing only from its own pages", async () => {
    const cookie = ["cookie", `__Host-session=${await token()}`];
    assert.equal((await call("/bare", [cookie])).status, 200);
    assert.equal((await call("/bare", [cookie, ["origin", url]], { method: "POST" })).status, 200);
    for (const headers of [[cookie], [cookie, ["origin", "https://evil.example"]], [cookie, ["origin", "null"]]]) {
      const { status, json } = await call("/bare", headers, { method: "POST" });
      assert.deepEqual([status, json.error], [403, "cross_site_refused"]);
    }
  });

  test("refuses a bound token without its proof", async () => {
    const bound = await token({ cnf: { jkt: "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" } });
    for (const scheme of ["Bearer", "DPoP"]) {
      const { status, json } = await call("/bare", [["authorization", `${scheme} ${bound}`]]);
      assert.deepEqual([status, json.error], [401, "token_proof_missing"], scheme);
    }
  });

  test("leaves no answer to shared caches, also one that came from elsewhere", async () => {
    const kept = await call("/kept", [bearer(await token())]);
    assert.equal(kept.headers["cache-control"], "private, max-age=60");
    const passed = await call("/origin", [bearer(await token())]);
    assert.equal(passed.json.issuer, provider.issuer);
    assert.equal(passed.headers["cache-control"], "private, no-store");
    assert.match(passed.headers.vary, /Authorization, Cookie/);
  });

  test("opens a WebSocket whose token comes as a subprotocol", async () => {
    const socket = new WebSocket(`${url.replace("http", "ws")}/socket`, ["edgeward", `edgeward.bearer.${await token()}`]);
    const heard = new Promise((resolve, reject) => {
      socket.addEventListener("message", ({ data }) => resolve(data));
      socket.addEventListener("error", () => reject(new Error("the socket failed")));
    });
    socket.addEventListener("open", () => socket.send("hello"));
    assert.equal(await heard, "ada: hello");
    assert.equal(socket.protocol, "edgeward");
    socket.close();
  });
});

async function startWorker(end, bindings) {
  // Beside node_modules, so that the packages are found by their names.
  const root = fileURLToPath(new URL("../../target/edgeward/", import.meta.url));
  await mkdir(root, { recursive: true });
  const folder = await mkdtemp(join(root, "middleware-"));
  end.after(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, "worker.js"), WORKER);
  process.env.CLOUDFLARE_CF_FETCH_ENABLED = "false";
  const worker = new Miniflare({
    modules: await bundle(join(folder, "worker.js")),
    compatibilityDate: "2026-07-01",
    host: "127.0.0.1",
    bindings,
  });
  end.after(() => worker.dispose());
  return (await worker.ready).origin;
}
