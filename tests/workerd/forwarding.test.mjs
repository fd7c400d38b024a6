/** What goes through the gateway, in both directions, and what it answers by itself. */
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { before, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { close, listen } from "../../examples/spa/lib/listen.mjs";
import { atEnd } from "../support/at-end.mjs";
import { PAGE, startEdge } from "../support/worker.mjs";

describe("a request that is let through", () => {
  const end = atEnd();
  let edge;
  let token;
  before(async () => {
    edge = await startEdge(end);
    token = await edge.token();
  });

  for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
    test(`${method} reaches the origin as ${method}, with path and query untouched`, async () => {
      const path = "/a%20b/c?x=1&x=%2F&y";
      const body = method === "GET" || method === "OPTIONS" ? undefined : "{}";
      const { status, json } = await edge.call(token, path, { method, body });
      assert.equal(status, 200);
      assert.deepEqual([json.method, json.path], [method, path]);
    });
  }

  test("HEAD is answered with headers and without a body", async () => {
    const answer = await edge.call(token, "/todos", { method: "HEAD" });
    assert.deepEqual([answer.status, answer.text], [200, ""]);
    assert.equal(edge.origin.received.at(-1).method, "HEAD");
  });

  test("a body arrives byte for byte, whatever its type", async () => {
    const body = randomBytes(300_000).toString("base64");
    const headers = [["content-type", "application/vnd.example+custom; charset=x"]];
    const { json } = await edge.call(token, "/upload", { method: "POST", headers, body });
    assert.equal(json.body, body);
    assert.equal(json.headers["content-type"], headers[0][1]);
  });
});

describe("an origin with answers of its own", () => {
  const end = atEnd();
  let server;
  let edge;
  let answer;
  before(async () => {
    server = createServer((request, response) => answer(request, response));
    const origin = await listen(server, 0);
    end.after(() => close(server));
    edge = await startEdge(end, { config: { origin } });
  });

  test("status, headers, cookies and body come back as they are", async () => {
    const body = randomBytes(70_000);
    answer = (_request, response) => {
      response.writeHead(418, { "x-own": "yes", "set-cookie": ["a=1; Path=/", "b=2"], "content-type": "application/x" });
      response.end(body);
    };
    const response = await fetch(`${edge.url}/brew`, { headers: { authorization: `Bearer ${await edge.token()}` } });
    assert.equal(response.status, 418);
    assert.equal(response.headers.get("x-own"), "yes");
    assert.deepEqual(response.headers.getSetCookie(), ["a=1; Path=/", "b=2"]);
    assert.equal(digest(Buffer.from(await response.arrayBuffer())), digest(body));
  });

  test("a compressed answer arrives as what was compressed", async () => {
    const text = "edgeward ".repeat(5_000);
    answer = (_request, response) => {
      response.writeHead(200, { "content-encoding": "gzip", "content-type": "text/plain" });
      response.end(gzipSync(text));
    };
    const headers = { authorization: `Bearer ${await edge.token()}`, "accept-encoding": "gzip" };
    const response = await fetch(`${edge.url}/large`, { headers });
    assert.equal(await response.text(), text);
  });

  for (const status of [204, 304]) {
    test(`${status} passes without a body`, async () => {
      answer = (_request, response) => response.writeHead(status, { etag: '"1"' }).end();
      const response = await fetch(`${edge.url}/empty`, { headers: { authorization: `Bearer ${await edge.token()}` } });
      assert.deepEqual([response.status, response.headers.get("etag"), await response.text()], [status, '"1"', ""]);
    });
  }

  test("a redirect of the origin goes to the caller and is not followed", async () => {
    const paths = [];
    answer = (request, response) => {
      paths.push(request.url);
      response.writeHead(302, { location: "/elsewhere" }).end();
    };
    const response = await edge.call(await edge.token(), "/here");
    assert.deepEqual([response.status, response.headers.location], [302, "/elsewhere"]);
    assert.deepEqual(paths, ["/here"]);
  });

  test("a body is streamed: the origin reads its beginning before its end is sent", { timeout: 30_000 }, async () => {
    const first = Promise.withResolvers?.() ?? deferred();
    answer = async (request, response) => {
      let text = "";
      for await (const chunk of request) {
        text += chunk;
        first.resolve();
      }
      response.end(text);
    };
    const body = new ReadableStream({
      async start(stream) {
        stream.enqueue(Buffer.from("begin "));
        await first.promise;
        stream.enqueue(Buffer.from("end"));
        stream.close();
      },
    });
    const headers = { authorization: `Bearer ${await edge.token()}` };
    const response = await fetch(edge.url, { method: "POST", headers, body, duplex: "half" });
    assert.equal(await response.text(), "begin end");
  });

  test("an origin that is down is a 502 of the gateway, without a challenge", async (t) => {
    const gone = await startEdge(t);
    await gone.origin.close();
    const response = await gone.call(await gone.token());
    assert.deepEqual([response.status, response.json?.error], [502, "origin_unavailable"]);
    assert.equal(response.headers["www-authenticate"], undefined);
  });

  test("a service binding can be the origin", async (t) => {
    const service = async (request) =>
      Response.json({ path: new URL(request.url).pathname, subject: request.headers.get("x-edgeward-subject") });
    const bound = await startEdge(t, {
      config: { origin: undefined, origin_binding: "ORIGIN" },
      options: { serviceBindings: { ORIGIN: service } },
    });
    const { json } = await bound.call(await bound.token(), "/todos");
    assert.deepEqual(json, { path: "/todos", subject: "ada" });
  });
});

describe("what browsers ask", () => {
  const end = atEnd();
  let edge;
  before(async () => {
    edge = await startEdge(end);
  });

  test("a preflight passes to the origin without a credential and without identity", async () => {
    const answer = await edge.send("/todos", {
      method: "OPTIONS",
      headers: [["origin", PAGE], ["access-control-request-method", "GET"], ["x-edgeward-subject", "root"]],
    });
    assert.equal(answer.status, 204);
    assert.equal(answer.headers["access-control-allow-origin"], PAGE);
    assert.match(answer.headers["access-control-allow-headers"], /authorization/);
    const { headers } = edge.origin.received.at(-1);
    const own = Object.keys(headers).filter((name) => name.startsWith("x-edgeward-"));
    assert.deepEqual(own, ["x-edgeward-request-id"]);
  });

  for (const headers of [[], [["origin", PAGE]], [["access-control-request-method", "GET"]]]) {
    test(`OPTIONS that is no preflight needs a credential: ${JSON.stringify(headers)}`, async () => {
      assert.equal((await edge.send("/todos", { method: "OPTIONS", headers })).status, 401);
    });
  }

  test("another method with a preflight's headers needs a credential", async () => {
    const headers = [["origin", PAGE], ["access-control-request-method", "GET"]];
    for (const method of ["GET", "POST"]) {
      assert.equal((await edge.send("/todos", { method, headers })).status, 401);
    }
  });

  test("a denial can be read by an allowed page, challenge included", async () => {
    const { headers } = await edge.send("/todos", { headers: [["origin", PAGE]] });
    assert.equal(headers["access-control-allow-origin"], PAGE);
    assert.match(headers["access-control-expose-headers"] ?? "", /www-authenticate/i);
    assert.match(headers.vary ?? "", /origin/i);
  });

  test("a denial cannot be read by another page", async () => {
    for (const origin of ["https://evil.example", "null", `${PAGE}.evil.example`, PAGE.toUpperCase()]) {
      const { status, headers } = await edge.send("/todos", { headers: [["origin", origin]] });
      assert.equal(status, 401);
      assert.equal(headers["access-control-allow-origin"], undefined, origin);
      assert.match(headers.vary ?? "", /origin/i, "a cache must not give it to an allowed page");
    }
  });
});

describe("the gateway's health", () => {
  test("it is told without a credential, and never by the origin", async (t) => {
    const edge = await startEdge(t);
    const { status, json, headers } = await edge.send("/healthz");
    assert.equal(status, 200);
    assert.equal(json.status, "ok");
    assert.match(json.version, /^\d+\.\d+\.\d+/);
    assert.deepEqual(json.issuers, [{ issuer: edge.provider.issuer, keys_loaded: false }]);
    assert.equal(headers["cache-control"], "no-store");
    assert.equal(edge.origin.received.length, 0);
  });

  test("it tells of each issuer whether its keys are there", async (t) => {
    const edge = await startEdge(t);
    assert.equal((await edge.call(await edge.token())).status, 200);
    assert.deepEqual((await edge.send("/healthz")).json.issuers, [{ issuer: edge.provider.issuer, keys_loaded: true }]);
  });

  test("asking for it fetches nothing", async (t) => {
    const edge = await startEdge(t);
    await edge.send("/healthz");
    assert.equal(edge.provider.discoveries, 0);
  });

  test("only that very path is answered", async (t) => {
    const edge = await startEdge(t);
    for (const path of ["/healthz/", "/healthz/x", "/HEALTHZ"]) assert.equal((await edge.send(path)).status, 401);
    assert.equal((await edge.send("/healthz", { method: "POST" })).status, 401);
  });
});

function digest(bytes) {
  return createHash("sha256").update(bytes).digest("hex");
}

function deferred() {
  const result = {};
  result.promise = new Promise((resolve) => (result.resolve = resolve));
  return result;
}
