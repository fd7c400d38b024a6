/** A gateway that does not know its rules lets nothing through, and says what is wrong. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { issuerConfig, startEdge } from "../support/worker.mjs";

describe("a configuration that is wrong", () => {
  const good = (provider) => ({
    development: true,
    origin: "http://127.0.0.1:9",
    issuers: [issuerConfig(provider)],
  });
  const issuer = (changes) => (provider) => ({ ...good(provider), issuers: [issuerConfig(provider, changes)] });
  const other = (changes) => (provider) => ({ ...good(provider), ...changes });
  const route = (changes) => other({ routes: [{ path: "/a", ...changes }] });

  const WRONG = {
    "not there": () => undefined,
    "no JSON": () => "{",
    "an empty object": () => ({}),
    "a list": () => [],
    "without issuers": other({ issuers: [] }),
    "without an origin": other({ origin: undefined }),
    "with two origins": other({ origin_binding: "ORIGIN" }),
    "with a setting nobody knows": other({ orgin: "x" }),
    "with an origin that has a path": other({ origin: "http://127.0.0.1:9/api" }),
    "with the same issuer twice": (provider) => ({ ...good(provider), issuers: [issuerConfig(provider), issuerConfig(provider)] }),
    "with plain http outside development": other({ development: false }),
    "with a wildcard as allowed origin": other({ allowed_origins: ["*"] }),
    "without an audience": issuer({ audience: [] }),
    "without algorithms": issuer({ algorithms: [] }),
    "with the algorithm none": issuer({ algorithms: ["none"] }),
    "with HMAC and signatures for one issuer": issuer({ algorithms: ["ES256", "HS256"] }),
    "with HMAC and no secret": issuer({ algorithms: ["HS256"] }),
    "with a secret for signatures": issuer({ secret_binding: "S" }),
    "with a route in no normal form": route({ path: "/a/../b" }),
    "with a route that has * in the middle": route({ path: "/a/*/b" }),
    "with scopes on a public route": route({ credential: "none", scopes: ["a"] }),
    "with a credential rule nobody knows": route({ credential: "maybe" }),
  };

  for (const [name, config] of Object.entries(WRONG)) {
    test(`${name}: every request is refused, with a good token too`, async (t) => {
      const edge = await startEdge(t, { rawConfig: config });
      const token = await edge.token();
      for (const answer of [await edge.send("/"), await edge.call(token), await edge.send("/a"), await preflight(edge)]) {
        assert.ok(answer.status === 500 || answer.status === 503, `${answer.status} ${answer.text}`);
        assert.equal(answer.json?.error, "config_invalid");
        assert.equal(answer.headers["cache-control"], "no-store");
      }
      assert.equal(edge.origin.received.length, 0);
      const health = await edge.send("/healthz");
      assert.deepEqual([health.status, health.json.status], [503, "unready"]);
    });
  }

  test("the answer holds nothing of the configuration", async (t) => {
    const edge = await startEdge(t, { rawConfig: issuer({ audience: [], jwks_uri: "http://127.0.0.1/confidential" }) });
    const { json, text } = await edge.send("/");
    assert.equal(json.error, "config_invalid");
    assert.doesNotMatch(text, /confidential|audience|127\.0\.0\.1/);
  });
});

describe("a configuration that is right", () => {
  test("it may be the JSON text of the object", async (t) => {
    const edge = await startEdge(t, { asText: true });
    assert.equal((await edge.call(await edge.token())).status, 200);
  });

  test("the realm of the challenge is configurable", async (t) => {
    const edge = await startEdge(t, { config: { realm: "todos" } });
    assert.equal((await edge.send("/")).headers["www-authenticate"], 'Bearer realm="todos"');
  });

  test("the first route that covers a path decides", async (t) => {
    const routes = [
      { path: "/files/public/*", credential: "none" },
      { path: "/files/exact", scopes: ["exact"] },
      { path: "/files/*", scopes: ["files"] },
    ];
    const edge = await startEdge(t, { routes });
    const token = await edge.token({ scope: "exact" });
    const status = async (path, bearer = token) => (await edge.call(bearer, path)).status;
    assert.equal((await edge.send("/files/public/a")).status, 200);
    assert.equal(await status("/files/exact"), 200);
    assert.equal(await status("/files/exact/below"), 403);
    assert.equal(await status("/files"), 403);
    assert.equal(await status("/other"), 200, "a path that no route covers needs a token alone");
    assert.equal((await edge.send("/other")).status, 401);
  });
});

function preflight(edge) {
  const headers = [["origin", "http://127.0.0.1:3999"], ["access-control-request-method", "GET"]];
  return edge.send("/", { method: "OPTIONS", headers });
}
