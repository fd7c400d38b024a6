/** Changing the secret that everything is sealed under, in workerd over a database that stays. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { symmetricDecrypt } from "better-auth/crypto";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { startAuthority } from "../support/authority.mjs";
import { CLIENT, MONA, scriptedProviders } from "../support/scripted-oauth.mjs";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const REDIRECT = "https://hubify.example/oauth/callback";
const SETTINGS = {
  providers: { github: { client_id: CLIENT.id, secret_binding: "PROVIDER_SECRET" } },
  connections: { redirect_uris: [REDIRECT] },
  oauth: { clients: [{ client_id: "own", client_secret_sha256: "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b", grant_types: ["client_credentials"] }] },
};

describe("an old secret", () => {
  const secret = () => randomBytes(32).toString("base64url");
  const [OLD, NEW] = [secret(), secret()];
  const providers = scriptedProviders();
  let stateDir;
  let port;
  let stop = async () => {};
  before(async () => (stateDir = await mkdtemp(join(tmpdir(), "edgeward-secrets-"))));
  after(async () => {
    await stop();
    await rm(stateDir, { recursive: true, force: true });
  });

  /** The authority again, over the same database, with these secrets. */
  async function restarted(secrets) {
    await stop();
    let end;
    const authority = await startAuthority(
      { after: (done) => (end = done) },
      { settings: SETTINGS, stateDir, port, outside: providers.fetch, bindings: { PROVIDER_SECRET: CLIENT.secret, EDGEWARD_SECRET: secrets } },
    );
    port = Number(new URL(authority.url).port);
    stop = end;
    return authority;
  }

  const issued = async ({ url }) => {
    const body = new URLSearchParams({ grant_type: "client_credentials", client_id: "own", client_secret: "secret" });
    return (await (await fetch(`${url}/oauth/token`, { method: "POST", body })).json()).access_token;
  };
  const reseal = (authority, token) =>
    promisify(execFile)("cargo", ["xtask", "admin", "reseal", "--at", authority.url], { cwd: ROOT, env: { ...process.env, EDGEWARD_ADMIN_TOKEN: token }, timeout: 120_000 });

  test("is not needed any more after everything was sealed anew", async () => {
    let authority = await restarted(OLD);
    await authority.user("ada", { role: "admin" });
    const token = await authority.apiToken("ada");
    const call = async (operation, args) => {
      const { status, json } = await authority.call(operation, args, { token });
      assert.equal(status, 200, JSON.stringify(json));
      return json;
    };
    const { authUrl, state } = await call("initiateOAuth", { provider: "github", scopes: ["repo"], redirectUri: REDIRECT });
    const { query } = providers.github.allow(authUrl, MONA, ["repo"]);
    await call("completeOAuth", { provider: "github", code: query.code, state });
    const { accessToken } = await call("getOAuthToken", { provider: "github" });
    assert.ok(accessToken);
    const old = await issued(authority);

    authority = await restarted(`${NEW} ${OLD}`);
    const { stdout } = await reseal(authority, token);
    assert.match(stdout, /^2 sealed anew/m);
    assert.match(stdout, /nothing that is kept needs an older secret/);

    authority = await restarted(NEW);
    assert.equal((await call("getOAuthToken", { provider: "github" })).accessToken, accessToken);
    const keys = createRemoteJWKSet(new URL(`${authority.url}/.well-known/jwks.json`));
    for (const one of [old, await issued(authority)]) await jwtVerify(one, keys, { issuer: authority.url });
    assert.equal(keys.jwks().keys.length, 1, "no other key was made");
    const { access_token } = await authority.database.prepare("SELECT access_token FROM edgeward_connections").first();
    assert.equal(await symmetricDecrypt({ key: NEW, data: access_token }), accessToken);
  });

  test("is missed where it was taken away before", async () => {
    const authority = await restarted(`${OLD} ${NEW}`);
    const token = await authority.apiToken("ada");
    await reseal(authority, token);
    const gone = await restarted(NEW);
    const refused = await gone.call("getOAuthToken", { provider: "github" }, { token });
    assert.deepEqual([refused.status, refused.json.error], [500, "seal_broken"]);
    await assert.rejects(reseal(gone, token), /2 are opened by none of the secrets/);
  });

  test("is searched for by the cron trigger", async () => {
    const authority = await restarted(`${NEW} ${OLD}`);
    const worker = await authority.worker.miniflare.getWorker("gateway");
    assert.equal((await worker.scheduled({ cron: "17 * * * *" })).outcome, "ok");
    const { sealed, lost } = await authority.database.prepare("SELECT sealed, lost FROM edgeward_resealing").first();
    assert.deepEqual([sealed, lost], [2, 0]);
  });
});
