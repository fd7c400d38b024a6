/** Signing keys in workerd: every algorithm, and how one key follows another while tokens of both are good. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, test } from "node:test";
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import { SECRET, startProvider } from "../support/provider.mjs";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** `cargo xtask admin`, as an administrator of this authority types it. */
async function admin(authority, ...words) {
  await authority.user("root", { role: "admin" });
  const env = { ...process.env, EDGEWARD_ADMIN_TOKEN: await authority.apiToken("root") };
  return promisify(execFile)("cargo", ["xtask", "admin", ...words, "--at", authority.url], { cwd: ROOT, env, timeout: 120_000 });
}

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

  test("a key that has leaked is replaced by hand: its tokens are refused here at once, and by whoever fetches the keys", async (t) => {
    const authority = await startProvider(t);
    const introspected = async (token) => {
      const body = new URLSearchParams({ token, client_id: "server", client_secret: SECRET });
      return (await (await fetch(`${authority.url}/oauth/introspect`, { method: "POST", body })).json()).active;
    };
    const keySet = () => createRemoteJWKSet(new URL(`${authority.url}/.well-known/jwks.json`));
    const old = await issued(authority);
    await jwtVerify(old, keySet(), { issuer: authority.url });
    assert.equal(await introspected(old), true);
    const [{ kid }] = await published(authority);
    const { stdout } = await admin(authority, "rotate-key", "--now");
    const [next, ...more] = await published(authority);
    assert.deepEqual(more, []);
    assert.notEqual(next.kid, kid);
    assert.match(stdout, new RegExp(`^${next.kid} signs; every other key is gone$`, "m"));
    assert.equal(await introspected(old), false);
    await assert.rejects(jwtVerify(old, keySet()), { code: "ERR_JWKS_NO_MATCHING_KEY" });
    const token = await issued(authority);
    assert.equal(decodeProtectedHeader(token).kid, next.kid);
    assert.equal(await introspected(token), true);
    await jwtVerify(token, keySet(), { issuer: authority.url });
  });

  test("a verifier that has kept the keys meets the next one when it is staged by hand", async (t) => {
    const authority = await startProvider(t);
    const keys = createRemoteJWKSet(new URL(`${authority.url}/.well-known/jwks.json`), { cooldownDuration: 0 });
    const old = await issued(authority);
    await jwtVerify(old, keys);
    await authority.user("root", { role: "admin" });
    const token = await authority.apiToken("root");
    const staged = await authority.call("rotateSigningKey", { mode: "staged" }, { token });
    assert.deepEqual([staged.status, staged.json.made], [200, true]);
    assert.equal(decodeProtectedHeader(await issued(authority)).kid, decodeProtectedHeader(old).kid);
    await authority.database.prepare("UPDATE edgeward_signing_keys SET signs_from = signs_from - 3600000").run();
    const next = await issued(authority);
    assert.equal(decodeProtectedHeader(next).kid, staged.json.keyId);
    for (const one of [old, next]) await jwtVerify(one, keys);
    const narrow = await authority.apiToken("root", ["skills:read"]);
    assert.equal((await authority.call("rotateSigningKey", { mode: "now" }, { token: narrow })).status, 403);
  });
});
