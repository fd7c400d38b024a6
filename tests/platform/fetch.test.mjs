/** The effect `fetch`, over real connections. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { before, describe, test } from "node:test";
import { close, listen } from "../../examples/spa/lib/listen.mjs";
import { Failed } from "../../pkg/src/platform/failed.js";
import { send } from "../../pkg/src/platform/fetch.js";
import { atEnd } from "../support/at-end.mjs";

const code = (expected) => (error) => error instanceof Failed && error.code === expected && error.at === undefined;
const never = new AbortController().signal;

describe("fetch", () => {
  const end = atEnd();
  let origin;
  let handler;
  before(async () => {
    const server = createServer((request, response) => handler(request, response));
    end.after(() => close(server));
    origin = await listen(server, 0);
  });

  const effect = (more = {}, request = {}) => ({
    request: { method: "GET", url: `${origin}/x`, headers: [], ...request },
    deadline: 5_000,
    limit: 1_000,
    ...more,
  });

  test("sends method, headers and body, and gives status, headers and text", async () => {
    handler = (request, response) => {
      let body = "";
      request.on("data", (piece) => (body += piece));
      request.on("end", () => {
        response.writeHead(400, { "x-answer": "1", "content-type": "text/plain" });
        response.end(`${request.method} ${request.headers["x-one"]} ${request.headers["content-type"]} ${body} é😀`);
      });
    };
    const request = { method: "POST", headers: [["x-one", "1"], ["content-type", "application/x-www-form-urlencoded"]], body: "a=b" };
    const answer = await send(effect({ keepalive: true }, request), never);
    assert.equal(answer.status, 400);
    assert.equal(answer.body, "POST 1 application/x-www-form-urlencoded a=b é😀");
    assert.deepEqual(answer.headers.filter(([name]) => name === "x-answer"), [["x-answer", "1"]]);
    assert.deepEqual(JSON.parse(JSON.stringify(answer)), answer);
  });

  test("a wait until a date is one of seconds, by the server's own clock", async () => {
    const waits = async (wait, date = "Fri, 31 Dec 1999 23:59:59 GMT") => {
      const headers = { "retry-after": wait, ...(date && { date }) };
      const answer = await send(effect(), never, async () => new Response("", { status: 503, headers }));
      return Object.fromEntries(answer.headers)["retry-after"];
    };
    assert.equal(await waits("Sat, 01 Jan 2000 00:01:59 GMT"), "120");
    assert.equal(await waits("Saturday, 01-Jan-00 00:01:59 GMT"), "120");
    assert.equal(await waits("Sat Jan  1 00:01:59 2000"), "120");
    assert.equal(await waits("Fri, 31 Dec 1999 00:00:00 GMT"), "0");
    for (const span of ["120", "-1", "1.5", "soon"]) assert.equal(await waits(span), span);
    // Without the server's clock, and for what is no date, there is no number.
    for (const [wait, date] of [["Sat, 01 Jan 2000 00:01:59 GMT", ""], ["Never", undefined], ["Sat, 01 Jan 2000 00:01:59 GMT", "now"]]) {
      assert.equal(await waits(wait, date), "NaN");
    }
  });

  /** An answer of these pieces; `cancelled` says whether its reader gave up. */
  function streamed(...pieces) {
    const made = { cancelled: false };
    const body = new ReadableStream({
      pull: (controller) => (pieces.length ? controller.enqueue(pieces.shift()) : controller.close()),
      cancel: () => void (made.cancelled = true),
    }, { highWaterMark: 0 });
    made.fetch = async () => new Response(body);
    return made;
  }

  test("joins characters that two pieces share", async () => {
    const bytes = new TextEncoder().encode("😀");
    assert.equal((await send(effect(), never, streamed(bytes.subarray(0, 2), bytes.subarray(2)).fetch)).body, "😀");
  });

  test("stops reading what is too large, also from a fetch that does not listen", async () => {
    const large = streamed(new Uint8Array(600), new Uint8Array(600), new Uint8Array(600));
    await assert.rejects(send(effect(), never, large.fetch), code("response_too_large"));
    assert.equal(large.cancelled, true);
  });

  for (const status of [301, 302, 303, 307, 308]) {
    test(`does not follow ${status}`, async () => {
      const paths = [];
      handler = ({ url }, response) => {
        paths.push(url);
        response.writeHead(url === "/x" ? status : 200, { location: "/stolen" }).end();
      };
      await assert.rejects(send(effect({}, { method: "POST", body: "code=secret" }), never), code("redirect_refused"));
      assert.deepEqual(paths, ["/x"]);
    });
  }

  test("refuses what a custom fetch followed", async () => {
    handler = ({ url }, response) => response.writeHead(url === "/x" ? 302 : 200, { location: "/y" }).end("ok");
    const follows = (url, init) => fetch(url, { ...init, redirect: "follow" });
    await assert.rejects(send(effect(), never, follows), code("redirect_refused"));
  });

  test("reads up to the limit and not a byte more, and ends an endless body", async () => {
    handler = (_, response) => response.end("a".repeat(1_000));
    assert.equal((await send(effect(), never)).body.length, 1_000);
    let closed;
    handler = (_, response) => {
      closed = new Promise((resolve) => response.on("close", resolve));
      const more = () => {
        while (!response.destroyed && response.write("a".repeat(100)));
      };
      response.on("drain", more);
      more();
    };
    await assert.rejects(send(effect(), never), code("response_too_large"));
    await closed;
  });

  test("counts bytes, not characters", async () => {
    handler = (_, response) => response.end("é".repeat(501));
    await assert.rejects(send(effect(), never), code("response_too_large"));
  });

  test("ends at the deadline: before the head, within the body, and with a fetch that does not listen", async () => {
    let closed;
    handler = (_, response) => (closed = new Promise((resolve) => response.on("close", resolve)));
    await assert.rejects(send(effect({ deadline: 50 }), never), code("network_timeout"));
    await closed;
    handler = (_, response) => {
      closed = new Promise((resolve) => response.on("close", resolve));
      response.write("a");
    };
    await assert.rejects(send(effect({ deadline: 50 }), never), code("network_timeout"));
    await closed;
    await assert.rejects(send(effect({ deadline: 50 }), never, () => new Promise(() => {})), code("network_timeout"));
  });

  test("ends when it is cancelled", async () => {
    let closed;
    const controller = new AbortController();
    handler = (_, response) => {
      closed = new Promise((resolve) => response.on("close", resolve));
      controller.abort();
    };
    const begun = performance.now();
    await assert.rejects(send(effect(), controller.signal), Failed);
    await closed;
    assert.ok(performance.now() - begun < 4_000, "not at the deadline");
  });

  test("tells a refused connection, a reset and a broken body alike, without what was thrown", async () => {
    handler = (request) => request.socket.destroy();
    await assert.rejects(send(effect(), never), code("network_failed"));
    handler = (request, response) => {
      response.writeHead(200, { "content-length": 100 });
      response.write("half", () => request.socket.destroy());
    };
    await assert.rejects(send(effect(), never), code("network_failed"));
    await assert.rejects(send(effect({}, { url: "http://127.0.0.1:1/" }), never), code("network_failed"));
    const throws = () => { throw new Error("token=secret"); };
    await assert.rejects(send(effect(), never, throws), code("network_failed"));
  });

  test("gives a custom fetch the address and all the rules, without `this`", async () => {
    let seen;
    function custom(url, init) {
      seen = { self: this, url, init };
      return Promise.resolve(new Response("{}", { status: 201 }));
    }
    const answer = await send(effect({}, { headers: [["accept", "application/json"]] }), never, custom);
    assert.equal(answer.status, 201);
    const { signal, ...init } = seen.init;
    assert.ok(signal instanceof AbortSignal);
    assert.deepEqual({ ...seen, init }, {
      self: undefined,
      url: `${origin}/x`,
      init: { method: "GET", headers: [["accept", "application/json"]], redirect: "manual", credentials: "omit", cache: "no-store" },
    });
  });

  test("does without streams, within the limit", async () => {
    const plain = (length) => () => ({
      status: 200, type: "default", headers: new Headers(), body: undefined,
      arrayBuffer: async () => new TextEncoder().encode("a".repeat(length)).buffer,
    });
    assert.equal((await send(effect(), never, plain(3))).body, "aaa");
    await assert.rejects(send(effect(), never, plain(1_001)), code("response_too_large"));
  });

  test("says nothing of credentials and the cache where a place does not know them", async () => {
    const { Request } = globalThis;
    let init;
    globalThis.Request = class {};
    try {
      await send(effect(), never, async (_, given) => ((init = given), new Response("")));
    } finally {
      globalThis.Request = Request;
    }
    assert.deepEqual(Object.keys(init).sort(), ["headers", "method", "redirect", "signal"]);
  });
});
