/** Signing keys in workerd: every algorithm, and how one key follows another while tokens of both are good. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import { SECRET, startProvider } from "../support/provider.mjs";

async function issued(authority) {
  const body = new URLSearchParams({ grant_type: "client_credentials", client_id: "server", client_secret: SECRET });
  const { access_token } = await (await fetch(`${authority.url}/oauth/token`, { method: "POST", body })).json();
  return access_token;
}

async function published(authority) {
  const answer = await fetch(`${authority.url}/.well-known/jwks.json`);
  assert.equal(answer.headers.get("content-type"), "application/json");
  assert.match(answer.headers.get("cache-control"), /^public, max-age=15,/);
  return (await answer.json()).keys;
}

describe("signing keys", () => {
  for (const [algorithm, members] of [
    ["ES256", ["crv", "x", "y"]],
    ["EdDSA", ["crv", "x"]],
    ["RS256", ["e", "n"]],
  ]) {
    test(`${algorithm} signs, and its public half alone is published`, async (t) => {
      const authority = await startProvider(t, { more: { algorithm } });
      const token = await issued(authority);
      assert.equal(decodeProtectedHeader(token).alg, algorithm);
      await jwtVerify(token, createRemoteJWKSet(new URL(`${authority.url}/.well-known/jwks.json`)), { typ: "at+jwt" });
      const [key] = await published(authority);
      assert.deepEqual(Object.keys(key).sort(), ["alg", "key_ops", "kid", "kty", "use", ...members].sort());
    });
  }

  test("the cron trigger stages the next key; it signs an hour later, and the old token stays good", async (t) => {
    const authority = await startProvider(t);
    const old = await issued(authority);
    const run = (sql) => authority.database.prepare(sql).run();
    const worker = await authority.worker.miniflare.getWorker("gateway");
    await worker.scheduled({ cron: "0 * * * *" });
    assert.equal((await published(authority)).length, 1, "the key is young");
    await run("UPDATE edgeward_signing_keys SET signs_from = signs_from - 91 * 86400000");
    await worker.scheduled({ cron: "0 * * * *" });
    assert.equal((await published(authority)).length, 2);
    const staged = await issued(authority);
    assert.equal(decodeProtectedHeader(staged).kid, decodeProtectedHeader(old).kid, "it does not sign yet");
    await run("UPDATE edgeward_signing_keys SET signs_from = signs_from - 3600000");
    const next = await issued(authority);
    assert.notEqual(decodeProtectedHeader(next).kid, decodeProtectedHeader(old).kid);
    const keys = createRemoteJWKSet(new URL(`${authority.url}/.well-known/jwks.json`));
    for (const token of [old, staged, next]) await jwtVerify(token, keys, { issuer: authority.url });
  });
});
