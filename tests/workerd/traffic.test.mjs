/** What of a message goes on in each direction, and what the gateway writes into it. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { before, describe, test } from "node:test";
import { close, listen } from "../../examples/spa/lib/listen.mjs";
import { atEnd } from "../support/at-end.mjs";
import { startEdge } from "../support/worker.mjs";

describe("the fields of a connection", () => {
  const end = atEnd();
  let edge;
  let token;
  before(async () => {
    edge = await startEdge(end);
    token = await edge.token();
  });

  const received = async (headers, path = "/") => {
    const answer = await edge.call(token, path, { headers });
    assert.equal(answer.status, 200, answer.text);
    return edge.origin.received.at(-1).headers;
  };

  for (const [name, value] of [
    ["keep-alive", "timeout=5"],
    ["te", "trailers"],
    ["proxy-authorization", "Basic YTpi"],
    ["proxy-connection", "keep-alive"],
    ["upgrade", "h2c"],
    ["http2-settings", "AAMAAABkAAQAAP__"],
  ]) {
    test(`${name} stays behind`, async () => {
      assert.equal((await received([[name, value]]))[name], undefined);
    });
  }

  test("what Connection names stays behind", async () => {
    const headers = await received([["connection", "close, X-Own"], ["x-own", "1"], ["x-other", "2"]]);
    assert.deepEqual([headers["x-own"], headers["x-other"]], [undefined, "2"]);
  });

  test("a client cannot take the gateway's word away by naming it in Connection", async () => {
    const named = ["x-edgeward-subject", "x-edgeward-claims", "x-edgeward-request-id", "authorization", "via"];
    const headers = await received([["connection", named.join(", ")], ["x-edgeward-subject", "root"]]);
    for (const name of named) assert.ok(headers[name], name);
    assert.equal(headers["x-edgeward-subject"], "ada");
    assert.doesNotMatch(headers.connection ?? "", /edgeward/);
  });

  test("what was not named arrives as it was sent, in any case", async () => {
    const headers = await received([["X-Own", "a, b"], ["Accept", "text/x"], ["X-Empty", ""]]);
    assert.deepEqual([headers["x-own"], headers.accept, headers["x-empty"]], ["a, b", "text/x", ""]);
  });
});

describe("what the origin is told about the way", () => {
  const CLAIMED = [
    ["forwarded", "for=192.0.2.60;proto=http"],
    ["x-forwarded-for", "10.0.0.1"],
    ["x-forwarded-host", "evil.example"],
    ["x-forwarded-proto", "gopher"],
    ["x-forwarded-client-cert", "By=x"],
  ];

  const start = async (t, config) => {
    const edge = await startEdge(t, { config });
    const answer = await edge.call(await edge.token(), "/", { headers: CLAIMED });
    assert.equal(answer.status, 200, answer.text);
    return { edge, headers: edge.origin.received.at(-1).headers };
  };

  test("what a client claims is replaced", async (t) => {
    const { edge, headers } = await start(t, {});
    assert.equal(headers["x-forwarded-proto"], "http");
    assert.equal(headers["x-forwarded-host"], new URL(edge.url).host);
    assert.notEqual(headers["x-forwarded-for"], "10.0.0.1");
    assert.equal(headers.forwarded, undefined);
    assert.equal(headers["x-forwarded-client-cert"], undefined);
  });

  test("it can be kept, for a gateway behind a proxy", async (t) => {
    const { headers } = await start(t, { forwarded: "keep" });
    for (const [name, value] of CLAIMED) assert.equal(headers[name], value);
  });

  test("it can be removed", async (t) => {
    const { headers } = await start(t, { forwarded: "remove" });
    for (const [name] of CLAIMED) assert.equal(headers[name], undefined);
  });

  test("the gateway is named as a hop, after those before it", async (t) => {
    const edge = await startEdge(t);
    await edge.call(await edge.token(), "/", { headers: [["via", "1.0 fred"]] });
    assert.equal(edge.origin.received.at(-1).headers.via, "1.0 fred, 1.1 edgeward");
  });
});

describe("the id of a request", () => {
  test("client, origin and body have the same", async (t) => {
    const edge = await startEdge(t);
    const answer = await edge.call(await edge.token());
    const id = answer.headers["x-request-id"];
    assert.match(id, /^[\w-]{8,64}$/);
    assert.equal(edge.origin.received.at(-1).headers["x-edgeward-request-id"], id);
    const denied = await edge.send("/");
    assert.equal(denied.json.request_id, denied.headers["x-request-id"]);
    assert.notEqual(denied.headers["x-request-id"], id);
  });

  test("Cloudflare's ray is taken where there is one", async (t) => {
    const edge = await startEdge(t);
    const headers = [["cf-ray", "8f1c2d3e4f5a6b7c-FRA"]];
    assert.equal((await edge.send("/", { headers })).json.request_id, "8f1c2d3e4f5a6b7c-FRA");
    const odd = await edge.send("/", { headers: [["cf-ray", 'a"b']] });
    assert.doesNotMatch(odd.headers["x-request-id"], /"/);
  });

  test("a client cannot choose it for the origin", async (t) => {
    const edge = await startEdge(t);
    await edge.call(await edge.token(), "/", { headers: [["x-edgeward-request-id", "mine"]] });
    assert.notEqual(edge.origin.received.at(-1).headers["x-edgeward-request-id"], "mine");
  });
});

describe("the time that the decision took", () => {
  test("it is told, behind what the origin tells", async (t) => {
    const edge = await startEdge(t, await withAnswer(t, { headers: { "server-timing": "db;dur=53" } }));
    const { headers } = await edge.call(await edge.token());
    assert.match(headers["server-timing"], /^db;dur=53, edgeward;dur=\d+$/);
    assert.match((await edge.send("/")).headers["server-timing"], /^edgeward;dur=\d+$/);
  });

  test("waiting for the issuer's keys is in it", async (t) => {
    const edge = await startEdge(t);
    edge.provider.onKeys(async () => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      return { body: { keys: edge.keys.map(({ jwk }) => jwk) } };
    });
    const { headers } = await edge.call(await edge.token());
    const took = Number(/edgeward;dur=(\d+)/.exec(headers["server-timing"])[1]);
    assert.ok(took >= 250 && took < 8_000, `${took}`);
  });

  test("it can be hidden", async (t) => {
    const edge = await startEdge(t, { config: { server_timing: false } });
    assert.equal((await edge.call(await edge.token())).headers["server-timing"], undefined);
  });
});

describe("methods", () => {
  for (const method of ["TRACE", "TRACK"]) {
    test(`${method} is not passed on: its answer would show what the gateway adds`, async (t) => {
      const edge = await startEdge(t);
      const answer = await edge.call(await edge.token(), "/", { method });
      // workerd itself knows no TRACK.
      assert.ok([405, 501].includes(answer.status), `${answer.status}`);
      assert.equal(edge.origin.received.length, 0);
    });
  }

  test("a HEAD that is denied has the headers of a GET and no body", async (t) => {
    const edge = await startEdge(t);
    const answer = await edge.send("/", { method: "HEAD" });
    assert.deepEqual([answer.status, answer.text], [401, ""]);
    assert.match(answer.headers["www-authenticate"], /^Bearer/);
  });

  test("a HEAD tells the length that a GET would have", async (t) => {
    const edge = await startEdge(t, await withAnswer(t, { headers: { "content-length": "1234" } }));
    const { status, headers, text } = await edge.call(await edge.token(), "/", { method: "HEAD" });
    assert.deepEqual([status, headers["content-length"], text], [200, "1234", ""]);
  });

  test("OPTIONS with a token reaches the origin, which answers it", async (t) => {
    const edge = await startEdge(t, await withAnswer(t, { status: 204, headers: { allow: "GET, OPTIONS" } }));
    const { status, headers } = await edge.call(await edge.token(), "/", { method: "OPTIONS" });
    assert.deepEqual([status, headers.allow], [204, "GET, OPTIONS"]);
  });
});

describe("an origin that answers what no answer can be", () => {
  for (const status of [600, 999]) {
    test(`${status} is a 502, and the isolate lives on`, async (t) => {
      const edge = await startEdge(t, await withAnswer(t, { status }));
      const token = await edge.token();
      const answer = await edge.call(token);
      assert.equal(answer.status, 502, answer.text);
      assert.equal((await edge.call(token, "/again")).status, 502);
      assert.deepEqual((await edge.send("/healthz")).json.issuers[0].keys_loaded, true, "the same instance");
    });
  }

  test("fields of its connection do not reach the client", async (t) => {
    const service = async () =>
      new Response("x", { headers: { connection: "x-inner", "x-inner": "1", "keep-alive": "timeout=9", "x-own": "2" } });
    const edge = await startEdge(t, {
      config: { origin: undefined, origin_binding: "ORIGIN" },
      options: { serviceBindings: { ORIGIN: service } },
    });
    const { headers } = await edge.call(await edge.token());
    assert.deepEqual([headers["x-inner"], headers["x-own"]], [undefined, "2"]);
    assert.notEqual(headers["keep-alive"], "timeout=9");
  });
});

describe("a gateway whose origin is a Worker's own handlers", () => {
  test("has nothing to say where there are none", async (t) => {
    const edge = await startEdge(t, { config: { origin: "self" } });
    const { status, json } = await edge.call(await edge.token());
    assert.deepEqual([status, json.error], [404, "not_found"]);
    assert.equal((await edge.send("/")).status, 401);
  });
});

/** An origin that gives one answer to everything. */
async function withAnswer(t, { status = 200, headers = {} }) {
  const server = createServer((_request, response) => {
    response.writeHead(status, headers);
    response.end();
  });
  const origin = await listen(server, 0);
  t.after(() => close(server));
  return { config: { origin } };
}
