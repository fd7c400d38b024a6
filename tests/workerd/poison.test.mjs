/** One isolate under malformed requests: it must go on answering the good ones, and not grow. */
import assert from "node:assert/strict";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { startEdge } from "../support/worker.mjs";
import { flood } from "../support/flood.mjs";
import { inspect } from "../support/heap.mjs";
import { forge, goodClaims, makeKey } from "../support/tokens.mjs";

const MALFORMED = 10_000;
/** One good request after so many malformed ones. */
const GOOD_EVERY = 10;
const MAY_GROW = 5 * 1000 * 1000;

const base64 = (value) => Buffer.from(value).toString("base64url");
const nested = (depth) => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;

/** A generator with a seed, so that a failure comes again. */
function random(seed) {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

/** Tokens of every malformed class, from a good one. */
async function malformedTokens(edge, good) {
  const [header, payload, signature] = good.split(".");
  const claims = Buffer.from(payload, "base64url").toString();
  const stranger = await makeKey("ES256", "stranger");
  const headed = (text) => `${base64(text)}.${payload}.${signature}`;
  const claiming = (text) => `${header}.${base64(text)}.${signature}`;
  const forged = (head, body = {}) =>
    forge({ alg: "ES256", kid: "key-1", ...head }, goodClaims(edge.provider.issuer, body), () => Buffer.alloc(64, 1));
  return [
    "", ".", "..", "...", "....", "a.b.c", header, `${header}.${payload}`, `${header}.${payload}.`, `${good}.`, `.${good}`,
    `${good}.${good}`, `${good}=`, `${good}A`, good.replace(".", ".."), good.replaceAll(".", ","), good.slice(0, -1),
    good.split("").reverse().join(""), `${header}.${payload}.${signature}.${signature}.${signature}`,
    `${header}.${payload}.${"A".repeat(20_000)}`, "A".repeat(16 * 1024 + 1), `${"A".repeat(8000)}.${"A".repeat(8000)}.A`,
    headed("{}"), headed("[]"), headed("null"), headed("7"), headed('"x"'), headed(""), headed("{"), headed('{"alg":"ES256"'),
    headed('{"alg":"ES256","alg":"none"}'), headed('{"alg":"none"}'), headed('{"alg":7}'), headed('{"alg":null}'),
    headed(`{"alg":"ES256","kid":${nested(40)}}`), headed('{"alg":"ES256","kid":["a"]}'), headed('{"alg":"ES256","crit":["x"],"x":1}'),
    headed('{"alg":"ES256","kid":"\\u0000\\ud800"}'), headed(Buffer.from([0x7b, 0xff, 0x7d])), headed('\ufeff{"alg":"ES256"}'),
    claiming("{}"), claiming("[]"), claiming(""), claiming('{"iss":1}'), claiming(nested(500)), claiming(`${claims}x`),
    claiming(claims.replace('"exp":', '"exp":1e999,"x":')), claiming(claims.replace('"exp":', '"exp":"soon","x":')),
    claiming(claims.replace("{", '{"iss":"https://evil.example",')), claiming(Buffer.from([0x7b, 0xc0, 0x80, 0x7d])),
    await forged({}), await forged({ kid: "x".repeat(9000) }), await forged({ kid: "../../etc/passwd\n" }),
    await forged({ alg: "HS256" }), await forged({ alg: "RS256" }), await forged({ alg: "ES512" }), await forged({ zip: "DEF" }),
    await forged({ jwk: stranger.jwk, jku: "http://127.0.0.1:1/" }), await forged({ typ: "x".repeat(4000) }),
    await forged({}, { aud: Array.from({ length: 500 }, (_, n) => `a${n}`) }), await forged({}, { scope: "s ".repeat(3000) }),
    await edge.token({ exp: 1 }), await edge.token({ nbf: 9e9 }), await edge.token({ aud: "other" }), await edge.token({ aud: 7 }),
    await edge.token({ iss: "https://evil.example" }), await edge.token({ iat: "now" }), await edge.token({ exp: undefined }),
    await edge.token({ sub: 7 }), await edge.token({ cnf: { jkt: "x" } }), await edge.token({}, {}, stranger),
  ];
}

const AUTHORIZATIONS = [
  undefined, "", " ", "Bearer", "Bearer ", "bearer  x", "Bearer a b", "Bearer\ta", "Basic YTpi", "DPoP a.b.c", "Negotiate",
  "Bearer é", "Bearer ÿþ", "Bearer a,Bearer b", `Bearer ${"x".repeat(30_000)}`, "Bearer token=\"x\"", "B e a r e r", "\u00a0",
];
const PATHS = [
  "/", "//", "/..", "/../..", "/%2e%2e/", "/a/..%2fb", "/a%5cb", "/%00", "/%", "/%zz", "/;a=b", "/a;b/c", "/\\", "/a//b", "/.", "/%2f",
  "/healthz/", "/HEALTHZ", "/%68ealthz", "/?", "/??", "/?%", `/${"a".repeat(7000)}`, `/?${"q=1&".repeat(1500)}`, "/é", "/%c3%28",
];
const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "PROPFIND", "SEARCH", "LOCK", "PURGE", "TRACE"];
const ODDITIES = [
  [], ["x-edgeward-subject", "root"], ["x-edgeward-claims", "e30"], ["cookie", "a=b; ".repeat(500)], ["dpop", "a.b.c"],
  ["authorization", "Bearer second"], ["sec-websocket-protocol", "a, b"], ["upgrade", "websocket"], ["origin", "null"],
  ["origin", "http://127.0.0.1:3999"], ["content-length", "0"], ["x", "ÿ".repeat(2000)], ["cf-ray", "\"<script>"],
];

/** The request of a number: every class comes up, in combinations that a seed decides. */
function malformed(edge, tokens, number) {
  const pick = random(number + 1);
  const from = (list) => list[pick(list.length)];
  const token = tokens[number % tokens.length];
  const authorization = pick(4) === 0 ? from(AUTHORIZATIONS) : `Bearer ${pick(4) === 0 ? mutated(token, pick) : token}`;
  return {
    url: edge.url,
    path: pick(3) === 0 ? from(PATHS) : "/",
    method: pick(3) === 0 ? from(METHODS) : "GET",
    headers: [...(authorization === undefined ? [] : ["authorization", authorization]), ...from(ODDITIES)],
  };
}

function mutated(token, pick) {
  const at = pick(token.length + 1);
  return token.slice(0, at) + "AZaz09-_.=+/ \u00e9"[pick(15)] + token.slice(at + pick(3));
}

const DIST = fileURLToPath(new URL("../../edge/dist/", import.meta.url));

/** The built Worker, whose memory cannot grow beyond so many pages of 64 KiB: beyond, it traps. */
async function smallWorker(test, pages) {
  const folder = await mkdtemp(join(tmpdir(), "edgeward-small-"));
  test.after(() => rm(folder, { recursive: true, force: true }));
  await copyFile(join(DIST, "worker.mjs"), join(folder, "worker.mjs"));
  const wasm = join(folder, "edgeward_edge.wasm");
  await writeFile(wasm, limited(await readFile(join(DIST, "edgeward_edge.wasm")), pages));
  const modules = [{ type: "ESModule", path: join(folder, "worker.mjs") }, { type: "CompiledWasm", path: wasm }];
  return { modulesRoot: folder, modules };
}

/** The module with a maximum at its one memory. Source: https://webassembly.github.io/spec/core/binary/modules.html */
function limited(wasm, pages) {
  const MEMORY = 5;
  for (let at = 8; at < wasm.length; ) {
    const [size, start] = unsigned(wasm, at + 1);
    if (wasm[at] !== MEMORY) {
      at = start + size;
      continue;
    }
    const [initial] = unsigned(wasm, start + 2);
    assert.ok(initial <= pages, `the module begins with ${initial} pages`);
    const memory = [1, 1, ...leb128(initial), ...leb128(pages)];
    return Buffer.concat([wasm.subarray(0, at), Buffer.from([MEMORY, ...leb128(memory.length), ...memory]), wasm.subarray(start + size)]);
  }
  throw new Error("the module has no memory");
}

function unsigned(bytes, at) {
  let value = 0;
  for (let shift = 0; ; shift += 7, at++) {
    value |= (bytes[at] & 0x7f) << shift;
    if (bytes[at] < 0x80) return [value, at + 1];
  }
}

function leb128(value) {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb128(value >> 7)];
}

describe("an isolate", () => {
  test("answers 1,000 good requests right among 10,000 malformed ones, and does not grow", { timeout: 240_000 }, async (t) => {
    const edge = await startEdge(t, { inspector: true, config: { log: "none" } });
    const good = await Promise.all(Array.from({ length: 50 }, (_, n) => edge.token({ sub: `user-${n}` })));
    const tokens = await malformedTokens(edge, good[0]);
    const isGood = (number) => number % (GOOD_EVERY + 1) === GOOD_EVERY;
    const next = (number) =>
      isGood(number)
        ? { url: edge.url, headers: ["authorization", `Bearer ${good[number % good.length]}`] }
        : malformed(edge, tokens, number);
    const inspector = await inspect(edge.worker.miniflare);
    t.after(() => inspector.close());
    const total = MALFORMED + MALFORMED / GOOD_EVERY;

    await flood(total / 5, 32, next);
    const before = await inspector.heldBytes();
    const answers = await flood(total, 32, next);
    edge.origin.received.length = 0;
    const after = await inspector.heldBytes();

    for (const [number, { status, body }] of answers.entries()) {
      if (isGood(number)) {
        assert.equal(status, 200, body);
        assert.equal(JSON.parse(body).identity.subject, `user-${number % good.length}`);
      } else {
        const { method, path, headers } = next(number);
        assert.ok([400, 401, 403, 404, 405, 414, 431, 501].includes(status), `${method} ${path} ${headers.join(": ")}: ${status} ${body}`);
      }
    }
    assert.ok(after.total - before.total < MAY_GROW, `${JSON.stringify(before)} → ${JSON.stringify(after)}`);
    assert.ok(edge.provider.keyFetches <= 8, `${edge.provider.keyFetches} fetches`);
    t.diagnostic(`${JSON.stringify(before)} → ${JSON.stringify(after)}`);
  });

  test("whose memory is exhausted fails those requests, and answers the next ones", { timeout: 60_000 }, async (t) => {
    const options = await smallWorker(t, 26);
    const edge = await startEdge(t, { options, config: { log: "none" } });
    const scope = "s ".repeat(4000);
    const token = await edge.token({ scope });
    assert.equal((await edge.call(token)).status, 200, "it works within its memory");
    const stranger = await makeKey("ES256", "stranger");
    edge.provider.onKeys({ hang: true });
    const long = await edge.token({ scope }, {}, stranger);
    const answers = await flood(120, 120, () => ({ url: edge.url, headers: ["authorization", `Bearer ${long}`] }));
    const broken = answers.filter(({ status }) => status === 500).length;
    assert.ok(broken > 0, `none broke: ${[...new Set(answers.map(({ status }) => status))]}`);
    edge.provider.onKeys(() => ({ body: { keys: edge.provider.keys } }));
    for (let call = 0; call < 20; call++) assert.equal((await edge.call(token)).status, 200);
    t.diagnostic(`${broken} of 120 requests broke`);
  });
});
