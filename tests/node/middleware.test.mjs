/** The middleware where it runs: Hono and a bare `fetch` handler, Express and Node's own server. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { before, describe, test } from "node:test";
import express from "express";
import { Hono } from "hono";
import { cors } from "hono/cors";
import { createVerifier } from "../../pkg/dist/verify/node.js";
import { close, listen } from "../../examples/spa/lib/listen.mjs";
import { atEnd } from "../support/at-end.mjs";
import { bearer, send } from "../support/http.mjs";
import { AUDIENCE, goodClaims, makeKey, sign } from "../support/tokens.mjs";

const ISSUER = "https://id.example";
const PAGE = "https://app.example";
const PREFLIGHT = [["origin", PAGE], ["access-control-request-method", "POST"], ["access-control-request-headers", "authorization"]];

let key;
let token;
before(async () => {
  key = await makeKey("ES256", "key-1");
  token = await sign(key, goodClaims(ISSUER, { roles: ["admin"] }));
});

const verifier = (options) =>
  createVerifier({
    issuer: ISSUER, audience: AUDIENCE, algorithms: ["ES256"], jwks: { keys: [key.jwk] }, allowedOrigins: [PAGE],
    resource: "https://api.example", ...options,
  });

/** One small API in each of the frameworks, started on a port. */
const SERVERS = {
  "Hono": () => {
    const own = verifier();
    const app = new Hono();
    app.use("/.well-known/*", own.middleware());
    app.get("/open", (c) => c.text("open"));
    app.all("/me", own.middleware(), (c) => c.json({ subject: c.get("auth")?.subject ?? null }));
    app.get("/optional", own.middleware({ credential: "optional" }), (c) => c.json({ subject: c.get("auth")?.subject ?? null }));
    app.get("/write", own.middleware({ scopes: ["delete"] }), (c) => c.text("written"));
    app.get("/kept", own.middleware(), (c) => c.text("kept", 200, cached()));
    app.get("/raw", own.middleware(), () => new Response("raw", { headers: cached() }));
    app.post("/echo", own.middleware(), async (c) => c.text(await c.req.text()));
    app.get("/broken", own.middleware(), () => Promise.reject(new Error("broken")));
    app.onError((error, c) => c.text(error.message, 500));
    return served((request) => app.fetch(request));
  },
  "a bare fetch": () => {
    const own = verifier();
    const json = (_request, auth) => Response.json({ subject: auth?.subject ?? null });
    const routes = {
      "/open": () => new Response("open"),
      "/me": own.protect(json),
      "/optional": own.protect(json, { credential: "optional" }),
      "/write": own.protect(() => new Response("written"), { scopes: ["delete"] }),
      "/kept": own.protect(() => new Response("kept", { headers: cached() })),
      "/raw": own.protect(() => new Response("raw", { headers: cached() })),
      "/echo": own.protect((request) => new Response(request.body)),
      "/broken": (request) => own.protect(() => Promise.reject(new Error("broken")))(request).catch(({ message }) => new Response(message, { status: 500 })),
    };
    return served((request) => (routes[new URL(request.url).pathname] ?? own.protect(() => new Response(null, { status: 404 })))(request));
  },
  "Express": () => {
    const own = verifier();
    const app = express();
    app.use("/.well-known", own.express());
    app.get("/open", (_request, response) => response.send("open"));
    const json = (request, response) => response.json({ subject: request.auth?.subject ?? null });
    app.all("/me", own.express(), json);
    app.get("/optional", own.express({ credential: "optional" }), json);
    app.get("/write", own.express({ scopes: ["delete"] }), (_request, response) => response.send("written"));
    app.get("/kept", own.express(), (_request, response) => response.set(cached()).send("kept"));
    app.get("/raw", own.express(), (_request, response) => response.writeHead(200, "Fine", cached()).end("raw"));
    app.post("/echo", own.express(), (request, response) => request.pipe(response));
    app.get("/broken", own.express(), () => Promise.reject(new Error("broken")));
    app.use((error, _request, response, _next) => response.status(500).send(error.message));
    return createServer(app);
  },
};

for (const [name, make] of Object.entries(SERVERS)) {
  describe(name, () => {
    const end = atEnd();
    let url;
    before(async () => {
      const server = make();
      url = await listen(server, 0);
      end.after(() => close(server));
    });
    const call = (path, headers = [], options = {}) => send(url + path, { headers, ...options });

    test("lets the holder of a token through, and the handler knows who it is", async () => {
      const { status, json } = await call("/me", [bearer(token)]);
      assert.deepEqual([status, json], [200, { subject: "ada" }]);
    });

    test("turns away whoever has none, as the Worker does", async () => {
      const { status, json, headers } = await call("/me");
      assert.equal(status, 401);
      assert.deepEqual(Object.keys(json), ["error", "message", "request_id"]);
      assert.deepEqual([json.error, json.message], ["token_missing", "The request carries no credential."]);
      assert.match(headers["www-authenticate"], /^Bearer realm="edgeward", resource_metadata="https:\/\/api\.example\/\.well-known\/oauth-protected-resource"$/);
      assert.equal(headers["cache-control"], "no-store");
    });

    test("turns away whoever lacks a scope, and names it", async () => {
      const { status, json, headers } = await call("/write", [bearer(token)]);
      assert.deepEqual([status, json.error], [403, "insufficient_scope"]);
      assert.match(headers["www-authenticate"], /scope="delete"/);
    });

    test("sees two Authorization lines, which the platform would make one of", async () => {
      const { status, json } = await call("/me", [bearer(token), ["Authorization", "Bearer other"]]);
      assert.deepEqual([status, json.error], [400, "credential_malformed"]);
    });

    test("knows nobody where a credential is optional and absent, and refuses a bad one", async () => {
      assert.deepEqual((await call("/optional")).json, { subject: null });
      assert.deepEqual((await call("/optional", [bearer(token)])).json, { subject: "ada" });
      assert.equal((await call("/optional", [bearer("a.b.c")])).status, 401);
    });

    test("leaves open what is open", async () => {
      const { status, text, headers } = await call("/open");
      assert.deepEqual([status, text, headers["cache-control"]], [200, "open", undefined]);
    });

    test("keeps what somebody was told out of every shared cache", async () => {
      const { headers } = await call("/me", [bearer(token)]);
      assert.equal(headers["cache-control"], "private, no-store");
      assert.match(headers.vary, /Authorization/);
      for (const path of ["/kept", "/raw"]) {
        const { text, headers } = await call(path, [bearer(token)]);
        assert.equal(text, path.slice(1));
        assert.equal(headers["cache-control"], "private, max-age=60", path);
        assert.equal(headers["cdn-cache-control"], undefined, path);
        assert.match(headers.vary, /^accept, Authorization, Origin$/i, path);
      }
    });

    test("says of an answer to nobody that it depends on who asks", async () => {
      const { headers } = await call("/optional");
      assert.match(headers.vary, /Authorization/);
    });

    test("lets a preflight pass, and a page read the denial", async () => {
      const preflight = await call("/me", PREFLIGHT, { method: "OPTIONS" });
      assert.ok(preflight.status < 300, String(preflight.status));
      const denied = await call("/me", [["origin", PAGE]]);
      assert.equal(denied.headers["access-control-allow-origin"], PAGE);
      assert.match(denied.headers["access-control-expose-headers"], /WWW-Authenticate/);
      const foreign = await call("/me", [["origin", "https://evil.example"]]);
      assert.equal(foreign.headers["access-control-allow-origin"], undefined);
    });

    test("asks for a credential on OPTIONS that is no preflight", async () => {
      assert.equal((await call("/me", [["origin", PAGE]], { method: "OPTIONS" })).status, 401);
    });

    test("tells at the well-known address where tokens come from", async () => {
      const { status, json, headers } = await call("/.well-known/oauth-protected-resource");
      assert.equal(status, 200);
      assert.deepEqual(json, {
        resource: "https://api.example", authorization_servers: [ISSUER], bearer_methods_supported: ["header"],
      });
      assert.equal(headers["access-control-allow-origin"], "*");
    });

    test("leaves bodies alone, in both directions", async () => {
      const body = "x".repeat(300_000);
      const { status, text } = await call("/echo", [bearer(token)], { method: "POST", body });
      assert.deepEqual([status, text.length], [200, body.length]);
    });

    test("leaves the handler's failures to the framework", async () => {
      const { status, text } = await call("/broken", [bearer(token)]);
      assert.deepEqual([status, text], [500, "broken"]);
    });
  });
}

test("Hono's own cors before the middleware is heard in denials", async () => {
  const app = new Hono();
  app.use(cors({ origin: PAGE, exposeHeaders: ["www-authenticate"] }));
  app.get("/me", verifier({ allowedOrigins: [] }).middleware(), (c) => c.text("in"));
  const denied = await app.request("/me", { headers: { origin: PAGE } });
  assert.equal(denied.status, 401);
  assert.equal(denied.headers.get("access-control-allow-origin"), PAGE);
  assert.match(denied.headers.get("www-authenticate"), /^Bearer/);
});

test("a wrong requirement closes the route, and says nothing of it", async () => {
  const app = new Hono();
  app.get("/me", verifier().middleware({ scopes: ["a b"] }), (c) => c.text("in"));
  const answer = await app.request("/me", { headers: { authorization: `Bearer ${token}` } });
  assert.deepEqual([answer.status, (await answer.json()).error], [500, "config_invalid"]);
});

test("express behind a proxy is called by its public origin: cookies change something only from there", async (t) => {
  const app = express();
  app.post("/", verifier({ cookie: "session", publicOrigin: "https://api.example" }).express(), (_request, response) => response.send("done"));
  const server = createServer(app);
  const url = await listen(server, 0);
  t.after(() => close(server));
  const from = (origin) => send(url, { method: "POST", headers: [["cookie", `session=${token}`], ["origin", origin]] });
  assert.equal((await from("https://api.example")).text, "done");
  assert.deepEqual((await from("https://evil.example")).json.error, "cross_site_refused");
});

test("protect hands on what else the platform gives, and keeps the isolate alive for keys", async () => {
  const waited = [];
  const context = { waitUntil: (promise) => waited.push(promise) };
  const handler = verifier().protect((_request, auth, env, ctx) => Response.json([auth.subject, env, ctx === context]));
  const request = new Request("https://api.example", { headers: { authorization: `Bearer ${token}` } });
  assert.deepEqual(await (await handler(request, "env", context)).json(), ["ada", "env", true]);
});

function cached() {
  return { "Cache-Control": "public, max-age=60", "CDN-Cache-Control": "max-age=600", Vary: "accept" };
}

/** A Fetch handler behind Node's server, header lines kept as they came. */
function served(fetchHandler) {
  return createServer(async (incoming, outgoing) => {
    const headers = new Headers();
    for (let at = 0; at < incoming.rawHeaders.length; at += 2) headers.append(incoming.rawHeaders[at], incoming.rawHeaders[at + 1]);
    const chunks = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const body = chunks.length > 0 ? Buffer.concat(chunks) : undefined;
    const answer = await fetchHandler(new Request(`http://${incoming.headers.host}${incoming.url}`, { method: incoming.method, headers, body }));
    outgoing.writeHead(answer.status, Object.fromEntries(answer.headers)).end(Buffer.from(await answer.arrayBuffer()));
  });
}
