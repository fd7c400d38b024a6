/** Bodies pass through piece by piece, as fast as the slower side, and end when either side ends. */
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, request as httpRequest } from "node:http";
import { before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { close, listen } from "../../examples/spa/lib/listen.mjs";
import { atEnd } from "../support/at-end.mjs";
import { startEdge } from "../support/worker.mjs";

const MEBIBYTE = 1024 * 1024;
/** Far more than the sockets and streams on the way may hold together. */
const LARGE = 64 * MEBIBYTE;
/** What sockets and streams on the way may hold: the kernel's buffers of four sockets, and little else. */
const ON_THE_WAY = 40 * MEBIBYTE;
/** miniflare compresses for clients that allow it: slowly, and what broke off it ends as if it were whole. */
const UNCOMPRESSED = { "accept-encoding": "identity" };
const CHUNK = randomBytes(MEBIBYTE / 4);

describe("bodies", { timeout: 300_000 }, () => {
  const end = atEnd();
  let edge;
  let headers;
  let answer;
  before(async () => {
    const server = createServer((request, response) => answer(request, response));
    const origin = await listen(server, 0);
    end.after(() => close(server));
    edge = await startEdge(end, { config: { origin } });
    headers = { authorization: `Bearer ${await edge.token()}` };
  });

  test("a large download arrives whole", async () => {
    answer = (_request, response) => void write(response, LARGE);
    const response = await fetch(edge.url, { headers: { ...headers, ...UNCOMPRESSED } });
    assert.deepEqual(await measure(response.body), expected(LARGE));
  });

  test("a large upload arrives whole, with the length that was said", async () => {
    const received = deferred();
    answer = async (request, response) => {
      received.resolve({ ...(await measure(request)), length: request.headers["content-length"] });
      response.end();
    };
    const upload = startUpload({ "content-length": LARGE });
    await write(upload, LARGE);
    assert.deepEqual(await received.promise, { ...expected(LARGE), length: String(LARGE) });
  });

  test("a slow reader holds the origin back", async () => {
    const sent = { bytes: 0 };
    answer = (_request, response) => void write(response, LARGE, sent);
    const response = await startDownload();
    response.pause();
    await settled(() => sent.bytes);
    assert.ok(sent.bytes < ON_THE_WAY, `the origin could send ${sent.bytes} bytes that nobody read`);
    assert.deepEqual(await measure(response), expected(LARGE));
  });

  test("a slow origin holds the sender back", async () => {
    const go = deferred();
    const received = deferred();
    answer = async (request, response) => {
      await go.promise;
      received.resolve(await measure(request));
      response.end();
    };
    const sent = { bytes: 0 };
    const upload = startUpload({ "transfer-encoding": "chunked" });
    const written = write(upload, LARGE, sent);
    await settled(() => sent.bytes);
    assert.ok(sent.bytes < ON_THE_WAY, `the client could send ${sent.bytes} bytes that nobody read`);
    go.resolve();
    await written;
    assert.deepEqual(await received.promise, expected(LARGE));
  });

  test("an origin learns that the client has gone away", async () => {
    const gone = deferred();
    answer = (_request, response) => {
      response.on("close", () => gone.resolve(response.writableFinished));
      void write(response, LARGE).catch(() => {});
    };
    const response = await startDownload();
    await once(response, "data");
    response.destroy();
    assert.equal(await gone.promise, false);
  });

  test("an origin learns that an upload has ended early", async () => {
    const gone = deferred();
    const begun = deferred();
    answer = (request) => {
      request.on("data", begun.resolve);
      request.on("error", () => {});
      request.on("close", () => gone.resolve(request.complete));
    };
    const upload = startUpload({ "content-length": LARGE });
    upload.on("error", () => {});
    upload.write(CHUNK);
    await begun.promise;
    upload.destroy();
    assert.equal(await gone.promise, false);
  });

  test("an answer that breaks off does not look whole", async () => {
    answer = (_request, response) => {
      response.writeHead(200, { "content-length": LARGE });
      response.write(CHUNK, () => response.destroy());
    };
    const response = await fetch(edge.url, { headers: { ...headers, ...UNCOMPRESSED } });
    await assert.rejects(measure(response.body));
  });

  test("server-sent events arrive one by one", async () => {
    const next = deferred();
    answer = async (_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write("data: 1\n\n");
      await next.promise;
      response.end("data: 2\n\n");
    };
    const reader = (await fetch(edge.url, { headers })).body.getReader();
    assert.equal(Buffer.from((await reader.read()).value).toString(), "data: 1\n\n");
    next.resolve();
    assert.equal(Buffer.from((await reader.read()).value).toString(), "data: 2\n\n");
  });

  function startUpload(more) {
    const upload = httpRequest(edge.url, { method: "POST", headers: { ...headers, ...more }, agent: false });
    upload.on("response", (response) => response.resume());
    return upload;
  }

  async function startDownload() {
    const download = httpRequest(edge.url, { headers, agent: false });
    download.on("error", () => {});
    download.end();
    const [response] = await once(download, "response");
    response.on("error", () => {});
    return response;
  }
});

/** Writes as much as is wanted, never more than the other side takes; counts what was taken. */
async function write(stream, wanted, sent = { bytes: 0 }) {
  while (sent.bytes < wanted) {
    const more = stream.write(CHUNK);
    sent.bytes += CHUNK.length;
    if (!more) await Promise.race([once(stream, "drain"), once(stream, "close").then(() => Promise.reject(new Error("closed")))]);
  }
  stream.end();
}

async function measure(stream) {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.length;
    hash.update(chunk);
  }
  return { bytes, digest: hash.digest("hex") };
}

function expected(bytes) {
  const hash = createHash("sha256");
  for (let at = 0; at < bytes; at += CHUNK.length) hash.update(CHUNK);
  return { bytes, digest: hash.digest("hex") };
}

/** Waits until a number stands still. */
async function settled(number) {
  for (let before = -1, still = 0; still < 5; ) {
    await delay(100);
    still = number() === before ? still + 1 : 0;
    before = number();
  }
}

function deferred() {
  const result = {};
  result.promise = new Promise((resolve) => (result.resolve = resolve));
  return result;
}
