/** Opaque tokens: what their issuer says about them, and what happens when it does not answer (RFC 7662). */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { exportJWK, generateKeyPair } from "jose";
import { atEnd } from "../support/at-end.mjs";
import { GATEWAY, KEYED, OPAQUE, startRealProvider } from "../support/real-provider.mjs";
import { startEdge } from "../support/worker.mjs";
import { now } from "../support/tokens.mjs";

describe("opaque tokens of a certified server", () => {
  const end = atEnd();
  let provider;
  let edge;
  const start = (changes, secret = GATEWAY.secret) =>
    startEdge(end, {
      config: {
        introspection: {
          endpoint: provider.introspectionEndpoint,
          client_id: GATEWAY.id,
          secret_binding: "SECRET",
          issuer: provider.issuer,
          audience: OPAQUE,
          ...changes,
        },
        dpop: {},
      },
      routes: [{ path: "/write", scopes: ["write"] }],
      bindings: { SECRET: secret },
    });
  before(async () => {
    provider = await startRealProvider(end);
    edge = await start();
  });

  test("are let through with what the server says of them", async () => {
    const token = await provider.client.token(OPAQUE, { scope: "read write" });
    assert.ok(!token.includes("."));
    const answer = await edge.call(token, "/write");
    assert.equal(answer.status, 200);
    assert.equal(answer.json.headers["x-edgeward-issuer"], provider.issuer);
    assert.deepEqual(answer.json.identity.scope, ["read", "write"]);
  });

  test("are asked about once for as long as the answer is kept", async () => {
    const token = await provider.client.token(OPAQUE);
    const before = provider.introspections.length;
    for (let call = 0; call < 5; call += 1) assert.equal((await edge.call(token)).status, 200);
    assert.equal(provider.introspections.length, before + 1);
  });

  test("meet the same policy as signed ones", async () => {
    const answer = await edge.call(await provider.client.token(OPAQUE, { scope: "read" }), "/write");
    assert.deepEqual([answer.status, answer.json.error], [403, "insufficient_scope"]);
  });

  test("that nobody issued, or that were revoked, are not active", async () => {
    const token = await provider.client.token(OPAQUE);
    await provider.client.revoke(token);
    for (const odd of [token, "invented", "a.b", "a.b.c.d"]) {
      const answer = await edge.call(odd);
      assert.deepEqual([answer.status, answer.json.error], [401, "token_inactive"], odd);
    }
  });

  test("for another audience are refused", async () => {
    const other = await start({ audience: "https://other.example" });
    const answer = await other.call(await provider.client.token(OPAQUE));
    assert.deepEqual([answer.status, answer.json.error], [401, "token_audience_invalid"]);
  });

  test("that are bound to a key need its proof as well", async () => {
    const proofs = await provider.client.proofs();
    const token = await provider.client.token(OPAQUE, { proofs });
    assert.equal((await provider.client.call(token, `${edge.url}/todos`, proofs)).status, 200);
    const answer = await edge.call(token);
    assert.deepEqual([answer.status, answer.json.error], [401, "token_proof_missing"]);
  });

  test("are asked about with the secret in the body as well", async () => {
    const posting = await start({ auth_method: "client_secret_post" });
    assert.equal((await posting.call(await provider.client.token(OPAQUE))).status, 200);
  });

  test("are asked about with a key of the gateway's own, which signs for each question", async () => {
    const keyed = (key) => start({ client_id: KEYED, auth_method: "private_key_jwt" }, JSON.stringify(key));
    const { gatewayKey } = provider;
    const good = await keyed(gatewayKey);
    for (let call = 0; call < 2; call += 1) assert.equal((await good.call(await provider.client.token(OPAQUE))).status, 200);
    const { privateKey } = await generateKeyPair("ES256", { extractable: true });
    const forged = await keyed({ ...(await exportJWK(privateKey)), kid: gatewayKey.kid, alg: "ES256" });
    const refused = await forged.call(await provider.client.token(OPAQUE));
    assert.deepEqual([refused.status, refused.json.error], [503, "introspection_unavailable"]);
    const { d: _, ...half } = gatewayKey;
    const broken = await (await keyed(half)).call(await provider.client.token(OPAQUE));
    assert.deepEqual([broken.status, broken.json.error], [500, "config_invalid"]);
  });

  test("are not judged by a server that does not know the gateway", async () => {
    const stranger = await start({ client_id: "stranger" });
    const answer = await stranger.call(await provider.client.token(OPAQUE));
    assert.deepEqual([answer.status, answer.json.error], [503, "introspection_unavailable"]);
  });

  test("do not hide signed ones", async () => {
    assert.equal((await edge.call(await edge.token())).status, 200);
  });
});

describe("a server that does not answer as it should", () => {
  const end = atEnd();
  let edge;
  let asked;
  before(async () => {
    const config = { development: true };
    edge = await startEdge(end, {
      rawConfig: (provider) => ({
        ...config,
        origin: provider.issuer,
        introspection: {
          endpoint: `${provider.issuer}/introspect`,
          client_id: "c",
          secret_binding: "SECRET",
          issuer: provider.issuer,
        },
      }),
      bindings: { SECRET: "s" },
    });
    edge.provider.on("/", { body: {} });
    asked = () => edge.provider.count("/introspect");
  });

  const active = { active: true, sub: "ada" };
  for (const [name, script] of [
    ["fails", { status: 500 }],
    ["refuses the gateway", { status: 401, body: { error: "invalid_client" } }],
    ["sends the gateway elsewhere", { status: 302, headers: { location: "/x" }, body: active }],
    ["writes no JSON", { body: "active" }],
    ["says nothing about the token", { body: {} }],
    ["says it in a word", { body: { active: "true" } }],
    ["writes without end", { body: { ...active, x: "x".repeat(70_000) } }],
  ]) {
    test(`${name}: that is an outage, and no verdict on the token`, async () => {
      edge.provider.on("/introspect", script);
      for (const before of [asked(), asked() + 1]) {
        const answer = await edge.call("opaque");
        assert.deepEqual([answer.status, answer.json.error], [503, "introspection_unavailable"]);
        assert.equal(answer.headers["www-authenticate"], undefined);
        assert.equal(asked(), before + 1, "an outage is not kept");
      }
    });
  }

  test("refusals are kept for a moment, and one token's never stands for another's", async () => {
    edge.provider.on("/introspect", { body: { active: false } });
    const before = asked();
    for (const token of ["gone", "gone", "also-gone"]) assert.equal((await edge.call(token)).status, 401);
    assert.equal(asked(), before + 2);
    edge.provider.on("/introspect", { body: active });
    assert.equal((await edge.call("fresh")).status, 200);
    assert.equal((await edge.call("gone")).status, 401);
  });

  test("an answer is not kept longer than its token lives", async () => {
    edge.provider.on("/introspect", { body: { ...active, exp: now() - 61 } });
    const answer = await edge.call("expired");
    assert.deepEqual([answer.status, answer.json.error], [401, "token_expired"]);
  });

  test("a refresh token, or a token of another issuer, is none for an API", async () => {
    edge.provider.on("/introspect", { body: { ...active, token_type: "refresh_token" } });
    assert.equal((await edge.call("refresh")).json.error, "token_type_invalid");
    edge.provider.on("/introspect", { body: { ...active, iss: "https://other.example" } });
    assert.equal((await edge.call("foreign")).json.error, "token_issuer_invalid");
    edge.provider.on("/introspect", { body: { ...active, aud: "somebody" } });
    assert.equal((await edge.call("audience")).json.error, "token_audience_invalid");
  });

  test("an endless token is not asked about", async () => {
    const before = asked();
    assert.equal((await edge.call("t".repeat(5000))).json.error, "token_too_large");
    assert.equal(asked(), before);
  });
});
