/** Every token of the corpus through the gateway, with all of its issuers configured at once. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { connect } from "node:net";
import { test } from "node:test";
import { close, listen } from "../../examples/spa/lib/listen.mjs";
import { SECRET, SETTINGS, TOKENS, isRight, table } from "../hostile/corpus.mjs";
import { startEdge } from "../support/worker.mjs";

test("the gateway answers every token as the corpus says", async (t) => {
  const keys = await startKeys(t);
  const edge = await startEdge(t, {
    issuers: () => Object.entries(SETTINGS).map(([name, setting]) => issuer(name, setting, keys.url)),
    bindings: { CORPUS_SECRET: SECRET },
  });
  const answers = [];
  const wrong = [];
  for (const entry of TOKENS) {
    const { status, code } = await present(edge.url, entry.token);
    const right = status === 200 ? GOOD.has(carried(entry.token)) : isRightRefusal(entry, code);
    answers.push([entry, right]);
    if (!right) wrong.push(`${entry.class}/${entry.name}: ${status} ${code}, not ${entry.codes.join(" or ") || "accepted"}`);
  }
  console.log(table("workerd", answers));
  assert.deepEqual(wrong, []);
  assert.deepEqual(keys.strangers, [], "no address out of a token was asked");
  // One fetch for each issuer, and one more for an unknown key id in each half minute.
  assert.ok(keys.fetches <= 4 * Object.keys(SETTINGS).length, `${keys.fetches} fetches`);
});

const GOOD = new Set(TOKENS.filter(({ expect }) => expect === "accept").map(({ token }) => token));

/**
 * What arrives of a token: a line end ends the field (RFC 9112 §5), and there may be several spaces
 * behind the scheme (RFC 6750 §2.1).
 */
function carried(token) {
  return token.replace(/^ +/, "").replace(/(\r?\n)+$/, "");
}

/** A `b64token` of RFC 6750 §2.1; nothing else gets as far as to be read as a token. */
const B64TOKEN = /^[A-Za-z0-9._~+/-]+=*$/;

function isRightRefusal(entry, code) {
  if (entry.expect === "accept") return false;
  if (isRight(entry, code)) return true;
  // A header field is refused by HTTP, or by the grammar of the scheme, before the token is read.
  const unreadable = !B64TOKEN.test(entry.token) || entry.token.length > 64 * 1024;
  return unreadable && ["http", "credential_malformed", "token_missing"].includes(code);
}

/** Serves every key set, and notes who asks for anything else. */
async function startKeys(t) {
  const keys = { fetches: 0, strangers: [] };
  const server = createServer((request, response) => {
    const setting = SETTINGS[request.url.slice(1)];
    if (setting) keys.fetches += 1;
    else keys.strangers.push(request.url);
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ keys: setting?.keys ?? [] }));
  });
  keys.url = await listen(server, 0);
  t.after(() => close(server));
  return keys;
}

function issuer(name, setting, url) {
  return {
    issuer: setting.issuer,
    audience: setting.audience,
    algorithms: setting.algorithms,
    ...(setting.secret ? { secret_binding: "CORPUS_SECRET" } : { jwks_uri: `${url}/${name}` }),
    ...(setting.type && { token_type: setting.type }),
    ...(setting.maxAge && { max_token_age_seconds: setting.maxAge }),
    ...(setting.expires !== undefined && { require_expiration: setting.expires }),
  };
}

/**
 * Presents a token byte for byte, as no client library would; a refusal without a code of ours is
 * `http`, and so is a connection that is closed.
 *
 * @returns {Promise<{ status: number, code: string }>}
 */
function present(url, token) {
  const { hostname, port, host } = new URL(url);
  const { promise, resolve } = Promise.withResolvers?.() ?? deferred();
  const chunks = [];
  const socket = connect(Number(port), hostname, () => {
    socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\nAuthorization: Bearer ${token}\r\n\r\n`);
  });
  const done = () => resolve(read(Buffer.concat(chunks).toString("utf8")));
  socket.on("data", (chunk) => {
    chunks.push(chunk);
    if (isWhole(Buffer.concat(chunks).toString("latin1"))) socket.destroy();
  });
  socket.on("error", done);
  socket.on("close", done);
  socket.setTimeout(10_000, () => socket.destroy());
  return promise;
}

/** Whether an answer has ended; the server leaves the connection open for a while. */
function isWhole(answer) {
  const [head, body] = answer.split(/\r\n\r\n(.*)/s);
  if (body === undefined) return false;
  const length = /^content-length: *(\d+)/im.exec(head)?.[1];
  return length === undefined ? body.endsWith("0\r\n\r\n") : body.length >= Number(length);
}

function deferred() {
  let resolve;
  const promise = new Promise((done) => (resolve = done));
  return { promise, resolve };
}

function read(answer) {
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0);
  const code = /"error":\s*"([a-z0-9_]+)"/.exec(answer)?.[1] ?? "http";
  return { status, code: status === 200 ? "" : code };
}
