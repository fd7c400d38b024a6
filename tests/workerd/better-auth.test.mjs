/** Session cookies written by the real `better-auth`, in each of its notations, read by the gateway. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { atEnd } from "../support/at-end.mjs";
import { cookieHeader, cookiesOf, makeAuth, SECRET, signUp } from "../support/better-auth.mjs";
import { PAGE, startEdge } from "../support/worker.mjs";

const ISSUER = "http://auth.example";
const TOKEN = "better-auth.session_token";
const DATA = "better-auth.session_data";

const start = (end, changes = {}, bindings = {}) =>
  startEdge(end, {
    issuers: () => [],
    config: { better_auth: { issuer: ISSUER, secret_binding: "SECRET", ...changes } },
    routes: [{ path: "/public", credential: "optional" }],
    bindings: { SECRET, ...bindings },
  });

const get = (edge, cookies, path = "/todos", headers = []) =>
  edge.send(path, { headers: [cookieHeader(cookies), ...headers] });

function assertDenied(answer, status, code, message) {
  assert.deepEqual([answer.status, answer.json?.error], [status, code], message);
}

for (const strategy of ["compact", "jwt", "jwe"]) {
  describe(`a session in the notation ${strategy}`, () => {
    const end = atEnd();
    const auth = makeAuth({ strategy });
    let edge;
    let cookies;
    before(async () => {
      edge = await start(end, { strategy });
      cookies = await signUp(auth);
    });

    test("says who is signed in", async () => {
      const answer = await get(edge, cookies);
      assert.equal(answer.status, 200, answer.text);
      const { headers } = answer.json;
      const claims = JSON.parse(Buffer.from(headers["x-edgeward-claims"], "base64url"));
      assert.equal(headers["x-edgeward-subject"], claims.user.id);
      assert.equal(headers["x-edgeward-issuer"], ISSUER);
      assert.deepEqual([claims.user.name, claims.sid, claims.email], ["Ada", claims.session.id, claims.user.email]);
      assert.equal(claims.session.token, undefined, "the session's token goes no further");
    });

    test("says it when it was renewed by the server as well", async () => {
      const headers = new Headers([cookieHeader(new Map([[TOKEN, cookies.get(TOKEN)]]))]);
      const renewed = cookiesOf(await auth.api.getSession({ headers, asResponse: true }));
      assert.ok([...renewed.keys()].some((name) => name.startsWith(DATA)));
      assert.equal((await get(edge, new Map([...cookies, ...renewed]))).status, 200);
    });

    test("is read when it was too long for one cookie", async () => {
      const bio = Array.from({ length: 4500 }, (_, at) => String.fromCharCode(97 + ((at * 7) % 26))).join("");
      const long = await signUp(auth, { bio });
      const chunks = [...long.keys()].filter((name) => name.startsWith(`${DATA}.`));
      assert.ok(chunks.length > 1 && !long.has(DATA), chunks.join());
      const answer = await get(edge, new Map([...long].reverse()));
      assert.equal(answer.status, 200, answer.text);
      const claims = JSON.parse(Buffer.from(answer.json.headers["x-edgeward-claims"], "base64url"));
      assert.equal(claims.user.bio, bio);
      long.delete(chunks[0]);
      assertDenied(await get(edge, long), 400, "credential_malformed");
    });

    test("is refused with any part of it altered", async () => {
      for (const name of cookies.keys()) {
        const value = decodeURIComponent(cookies.get(name));
        for (let at = 0; at < value.length; at += Math.ceil(value.length / 23)) {
          const other = value[at] === "A" ? "B" : "A";
          const flipped = value.slice(0, at) + other + value.slice(at + 1);
          const answer = await get(edge, new Map([...cookies, [name, encodeURIComponent(flipped)]]));
          assert.equal(answer.status, 401, `${name} at ${at}`);
        }
      }
    });

    test("is refused with the snapshot of another session, or none", async () => {
      const other = await signUp(auth);
      assertDenied(await get(edge, new Map([...cookies, [DATA, other.get(DATA)]])), 401, "session_snapshot_invalid");
      assertDenied(await get(edge, new Map([[TOKEN, cookies.get(TOKEN)]])), 401, "session_snapshot_invalid");
      assertDenied(await get(edge, new Map([[DATA, cookies.get(DATA)]])), 401, "token_missing");
    });

    test("is refused once the snapshot has expired", async () => {
      const late = await signUp(makeAuth({ strategy, cookieCache: { maxAge: -1 } }));
      assert.ok(late.has(DATA));
      assertDenied(await get(edge, late), 401, "session_snapshot_invalid");
    });

    test("is refused in another version, and accepted in the configured one", async () => {
      const second = await signUp(makeAuth({ strategy, cookieCache: { version: "2" } }));
      assertDenied(await get(edge, second), 401, "session_snapshot_invalid");
      assert.equal((await get(await start(end, { strategy, version: "2" }), second)).status, 200);
    });

    test("is read under the secret before the current one, until that is gone", async () => {
      const secrets = { secret_binding: "NEW", secret_bindings: ["SECRET"], strategy };
      const rotated = await start(end, secrets, { NEW: "n".repeat(40) });
      assert.equal((await get(rotated, cookies)).status, 200);
      const gone = await start(end, { strategy, secret_binding: "NEW" }, { NEW: "n".repeat(40) });
      assertDenied(await get(gone, cookies), 401, "session_missing");
    });

    test("over https has names that begin with __Secure-, and these go first", async () => {
      const secure = await signUp(makeAuth({ strategy, baseURL: "https://auth.example" }));
      assert.ok(secure.has(`__Secure-${TOKEN}`));
      assert.equal((await get(edge, secure)).status, 200);
      const both = await get(edge, new Map([...cookies, ...secure]));
      const planted = new Map([...secure, [TOKEN, "planted.AAAA"], [DATA, "planted"]]);
      const subject = ({ json }) => json.headers["x-edgeward-subject"];
      assert.equal(subject(both), subject(await get(edge, secure)));
      assert.equal(subject(await get(edge, planted)), subject(both));
    });
  });
}

describe("requests with a session cookie", () => {
  const end = atEnd();
  let edge;
  let cookies;
  before(async () => {
    edge = await start(end);
    cookies = await signUp(makeAuth());
  });

  const send = (method, headers, path = "/todos") =>
    edge.send(path, { method, headers: [cookieHeader(cookies), ...headers] });

  for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
    test(`change nothing by ${method} unless a page of ours sends them`, async () => {
      for (const headers of [
        [],
        [["origin", "null"]],
        [["origin", "https://evil.example"]],
        [["origin", `${PAGE}.evil.example`]],
        [["sec-fetch-site", "cross-site"]],
      ]) {
        assertDenied(await send(method, headers), 403, "cross_site_refused", JSON.stringify(headers));
      }
      for (const headers of [[["origin", PAGE]], [["origin", edge.url]], [["sec-fetch-site", "same-origin"]]]) {
        assert.equal((await send(method, headers)).status, 200, JSON.stringify(headers));
      }
    });
  }

  test("read without saying where they come from", async () => {
    assert.equal((await send("GET", [])).status, 200);
    assert.equal((await send("HEAD", [])).status, 200);
  });

  test("are nobody's without the cookie, and never nobody's with a bad one", async () => {
    assertDenied(await edge.send("/todos"), 401, "token_missing");
    assert.equal((await edge.send("/public")).status, 200);
    const bad = new Map([...cookies, [TOKEN, "forged.AAAA"]]);
    assertDenied(await get(edge, bad, "/public"), 401, "session_missing");
  });

  test("carry each cookie once, and no other credential beside it", async () => {
    const twice = [cookieHeader(cookies), cookieHeader(new Map([[TOKEN, cookies.get(TOKEN)]]))];
    assertDenied(await edge.send("/todos", { headers: twice }), 400, "credential_malformed");
    const beside = await get(edge, cookies, "/todos", [["authorization", "Bearer a.b.c"]]);
    assertDenied(beside, 400, "credential_ambiguous");
  });
});

test("a gateway whose secret is too short lets nothing through", async (t) => {
  const edge = await start(t, {}, { SECRET: "short" });
  assertDenied(await edge.send("/public"), 500, "config_invalid");
});
