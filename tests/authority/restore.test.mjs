/** A database that is lost comes back from a copy, as docs/operations.md says it, with the real wrangler. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { startAuthority } from "../support/authority.mjs";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const OWN = join(ROOT, "node_modules/node22/bin/node");
/** wrangler wants a newer Node than the rest. */
const NODE = existsSync(OWN) ? OWN : process.execPath;
/** What the configuration calls its database. */
const DATABASE = "00000000-0000-0000-0000-000000000000";
const SECRET = "a-secret-that-is-kept-elsewhere-than-the-copy";
const CLIENT = { client_id: "own", client_secret_sha256: "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b", grant_types: ["client_credentials"] };

describe("a copy of the database", () => {
  let home;
  let port;
  let stop = async () => {};
  before(async () => (home = await mkdtemp(join(tmpdir(), "edgeward-restore-"))));
  after(async () => {
    await stop();
    await rm(home, { recursive: true, force: true });
  });

  /** A folder of wrangler's, with a database of its own: where the configuration lies, its state is. */
  async function folder(name) {
    const path = join(home, name);
    await mkdir(path);
    const config = (await readFile(join(ROOT, "edge/authority.toml"), "utf8")).replace('"migrations"', JSON.stringify(join(ROOT, "edge/migrations")));
    await writeFile(join(path, "authority.toml"), config);
    return path;
  }

  const wrangler = (path, ...words) =>
    promisify(execFile)(NODE, [join(ROOT, "node_modules/wrangler/bin/wrangler.js"), "d1", ...words, "--local", "--config", join(path, "authority.toml")], {
      cwd: path,
      env: { ...process.env, HOME: home, CI: "true", WRANGLER_SEND_METRICS: "false", CLOUDFLARE_CF_FETCH_ENABLED: "false" },
      timeout: 120_000,
    });

  /** The Worker over the database of a folder. */
  async function over(path) {
    await stop();
    const settings = { oauth: { clients: [CLIENT] } };
    const bindings = { EDGEWARD_SECRET: SECRET };
    const options = { d1Databases: { DB: DATABASE } };
    const authority = await startAuthority({ after: (done) => (stop = done) }, { settings, bindings, options, port, stateDir: join(path, ".wrangler", "state", "v3", "d1") });
    port = Number(new URL(authority.url).port);
    return authority;
  }

  /** What is in every table. */
  const rows = async (authority) => JSON.parse(await authority.dump()).map(({ results }) => JSON.stringify(results)).sort();

  const issued = async ({ url }) => {
    const body = new URLSearchParams({ grant_type: "client_credentials", client_id: "own", client_secret: "secret" });
    return (await (await fetch(`${url}/oauth/token`, { method: "POST", body })).json()).access_token;
  };

  test("has everything that was there: users, sessions, API tokens, signing keys, and what was revoked", async () => {
    const [lost, restored, copy] = [await folder("lost"), await folder("restored"), join(home, "backup.sql")];
    await wrangler(lost, "migrations", "apply", "DB");
    const before = await over(lost);
    await before.user("ada", { role: "admin", email: "ada@example.com", email_verified: 1 });
    const [token, revoked] = [await before.apiToken("ada"), await before.apiToken("ada")];
    const { json: session } = await before.call("createWebSession", { userId: "ada" }, { token });
    const { json: ended } = await before.call("createWebSession", { userId: "ada" }, { token });
    await before.call("signOut", {}, { token: ended.sessionId });
    const { json: agent } = await before.call("createSession", { agentId: "a", ttl: 3600, metadata: { quote: "it's; -- \n ünï" } }, { token });
    await before.database.prepare("UPDATE edgeward_api_tokens SET revoked_at = 1 WHERE prefix = ?").bind(revoked.slice(0, 7)).run();
    const access = await issued(before);
    const kept = await rows(before);
    await stop();

    await wrangler(lost, "export", "DB", "--output", copy);
    assert.ok(!(await readFile(copy, "utf8")).includes(token), "it holds no credential");
    await rm(lost, { recursive: true });
    await wrangler(restored, "execute", "DB", "--yes", "--file", copy);
    assert.match((await wrangler(restored, "migrations", "apply", "DB")).stdout, /No migrations to apply/);

    const now = await over(restored);
    assert.deepEqual(await rows(now), kept);
    const known = async (sessionId) => (await now.call("validateWebSession", { sessionId })).json;
    assert.deepEqual(await known(session.sessionId), { valid: true, userId: "ada", expiresAt: session.expiresAt });
    assert.equal((await known(ended.sessionId)).valid, false);
    assert.equal((await now.call("listApiTokens", {}, { token })).status, 200);
    assert.equal((await now.call("listApiTokens", {}, { token: revoked })).json.error, "api_key_revoked");
    assert.deepEqual((await now.call("validateSession", { token: agent.token })).json.metadata, { quote: "it's; -- \n ünï" });
    const keys = createRemoteJWKSet(new URL(`${now.url}/.well-known/jwks.json`));
    for (const one of [access, await issued(now)]) await jwtVerify(one, keys, { issuer: now.url });
    assert.equal(keys.jwks().keys.length, 1, "the key is the one that it was");
    // What was kept together is kept together: a user's sessions go with the user.
    await now.database.prepare("DELETE FROM edgeward_users").run();
    assert.equal((await now.database.prepare("SELECT count(*) AS rows FROM edgeward_sessions").first()).rows, 0);
  });
});
