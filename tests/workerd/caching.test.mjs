/** Answers to somebody in particular are for no shared cache (RFC 9111 §3.5). */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { before, describe, test } from "node:test";
import { close, listen } from "../../examples/spa/lib/listen.mjs";
import { atEnd } from "../support/at-end.mjs";
import { PAGE, startEdge } from "../support/worker.mjs";

describe("answers and caches", () => {
  const end = atEnd();
  let edge;
  let token;
  let headers;
  let seen;
  before(async () => {
    const server = createServer((request, response) => {
      seen = request.headers;
      response.writeHead(200, headers);
      response.end("x");
    });
    const origin = await listen(server, 0);
    end.after(() => close(server));
    const routes = [
      { path: "/public/*", credential: "none" },
      { path: "/either/*", credential: "optional" },
    ];
    const config = { origin, credentials: { cookies: ["token"] } };
    edge = await startEdge(end, { routes, config });
    token = await edge.token();
  });

  const answer = (said, path = "/", bearer = token) => {
    headers = said;
    return bearer ? edge.call(bearer, path) : edge.send(path);
  };

  for (const [said, wanted] of [
    [undefined, "private, no-store"],
    ["public, max-age=600", "private, max-age=600"],
    ["s-maxage=600", "private, no-store"],
    ["private, max-age=5", "private, max-age=5"],
    ["no-store", "no-store"],
    ["no-store, public", "no-store, public"],
  ]) {
    test(`an origin that says ${said ?? "nothing"} is passed on as ${wanted}`, async () => {
      const { headers } = await answer(said ? { "cache-control": said } : {});
      assert.equal(headers["cache-control"], wanted);
    });
  }

  test("a cookie protects an answer no less than a header", async () => {
    headers = { "cache-control": "public, max-age=600" };
    const { status, headers: got } = await edge.send("/", { headers: [["cookie", `token=${token}`]] });
    assert.deepEqual([status, got["cache-control"]], [200, "private, max-age=600"]);
  });

  test("what speaks to CDNs alone goes", async () => {
    const { headers } = await answer({
      "cache-control": "private, max-age=5",
      "cdn-cache-control": "max-age=600",
      "cloudflare-cdn-cache-control": "max-age=600",
      "surrogate-control": "max-age=600",
    });
    const left = Object.keys(headers).filter((name) => /cache-control|surrogate/.test(name));
    assert.deepEqual(left, ["cache-control"]);
  });

  test("answers depend on where a credential may stand", async () => {
    const { headers } = await answer({ vary: "accept" });
    assert.equal(headers.vary, "accept, Authorization, Cookie");
    assert.equal((await answer({ vary: "*" })).headers.vary, "*");
    assert.match((await edge.send("/")).headers.vary, /Authorization, Cookie/);
  });

  test("a denial that names a page depends on the page as well", async () => {
    const denied = await edge.send("/", { headers: [["origin", PAGE]] });
    assert.match(denied.headers.vary, /Origin/);
    assert.match(denied.headers.vary, /Authorization/);
    assert.equal(denied.headers["cache-control"], "no-store");
  });

  test("a public route stays as public as the origin says", async () => {
    const { headers } = await answer({ "cache-control": "public, max-age=600", vary: "accept" }, "/public/a", null);
    assert.deepEqual([headers["cache-control"], headers.vary], ["public, max-age=600", "accept"]);
  });

  test("without an optional credential an answer is anybody's, but not everybody's", async () => {
    const anonymous = await answer({ "cache-control": "public, max-age=600" }, "/either/a", null);
    assert.equal(anonymous.headers["cache-control"], "public, max-age=600");
    assert.match(anonymous.headers.vary, /Authorization/);
    const known = await answer({ "cache-control": "public, max-age=600" }, "/either/a");
    assert.equal(known.headers["cache-control"], "private, max-age=600");
  });

  test("the request for somebody goes past caches on its way to the origin", async () => {
    await edge.call(token, "/", { headers: [["cache-control", "max-age=60"]] });
    assert.equal(seen["cache-control"], "max-age=60", "what the client says stays");
    await answer({});
    assert.equal(seen["cache-control"], "no-cache", "as `cache: no-store` of fetch says it");
    await answer({}, "/public/a", null);
    assert.equal(seen["cache-control"], undefined);
  });
});
