/** Who a verified subject is to the application: from a database, or from a server. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { before, describe, test } from "node:test";
import { close, listen } from "../../examples/spa/lib/listen.mjs";
import { atEnd } from "../support/at-end.mjs";
import { now } from "../support/tokens.mjs";
import { startEdge } from "../support/worker.mjs";

const MIGRATION = new URL("../../edge/migrations/0001_users.sql", import.meta.url);
const ROUTES = [
  { path: "/public/*", credential: "none" },
  { path: "/either/*", credential: "optional" },
  { path: "/edit/*", roles: ["editor"] },
  { path: "/write/*", permissions: ["todos:write"] },
  { path: "/platform/*", roles: ["platform_admin"] },
];

/** What the origin is told of the user. */
function told({ json }) {
  const user = json.headers["x-edgeward-user"];
  return {
    user: user && JSON.parse(Buffer.from(user, "base64url")),
    organization: json.headers["x-edgeward-organization"],
    role: json.headers["x-edgeward-role"],
    roles: json.headers["x-edgeward-roles"],
    permissions: json.headers["x-edgeward-permissions"],
  };
}

describe("users in a database", () => {
  const end = atEnd();
  let edge;
  let database;
  before(async () => {
    edge = await startEdge(end, {
      routes: ROUTES,
      config: { users: { database_binding: "USERS", cache_seconds: 0 } },
      options: { d1Databases: ["USERS"] },
    });
    database = await edge.worker.miniflare.getD1Database("USERS", "gateway");
    const script = (await readFile(MIGRATION, "utf8")).replaceAll(/--.*/g, "");
    for (const statement of script.split(";").filter((text) => text.trim())) await database.prepare(statement).run();
    const { issuer } = edge.provider;
    const insert = (table, ...values) =>
      database.prepare(`INSERT INTO ${table} VALUES (${values.map(() => "?").join(", ")})`).bind(...values);
    await database.batch([
      insert("edgeward_profiles", issuer, "ada", "ada@example.org", "Ada", 0),
      insert("edgeward_profiles", issuer, "root", "root@example.org", null, 1),
      insert("edgeward_profiles", issuer, "mute", null, null, 0),
      insert("edgeward_profiles", "https://other.example", "eve", "eve@example.org", null, 1),
      insert("edgeward_organizations", "o-1", "First"),
      insert("edgeward_organizations", "o-2", "Second"),
      insert("edgeward_memberships", issuer, "ada", "o-2", "owner", 0),
      insert("edgeward_memberships", issuer, "ada", "o-1", "editor", 1),
      insert("edgeward_role_permissions", "o-1", "editor", "todos:write"),
      insert("edgeward_role_permissions", "o-1", "editor", "todos:read"),
      insert("edgeward_role_permissions", "o-1", "owner", "everything"),
      insert("edgeward_role_permissions", "o-2", "editor", "elsewhere"),
    ]);
  });

  const call = async (sub, path = "/", claims = {}) => edge.call(await edge.token({ sub, ...claims }), path);

  test("profile, primary organization, role and permissions there", async () => {
    const answer = await call("ada");
    assert.equal(answer.status, 200, answer.text);
    const organization = { id: "o-1", name: "First", role: "editor", permissions: ["todos:read", "todos:write"] };
    assert.deepEqual(told(answer), {
      user: { id: "ada", email: "ada@example.org", name: "Ada", organization, platform_admin: false },
      organization: "o-1",
      role: "editor",
      roles: "editor",
      permissions: "todos:read todos:write",
    });
  });

  test("a user without organization is one all the same", async () => {
    const { user, organization, roles } = told(await call("root"));
    assert.deepEqual([user.organization, user.platform_admin, organization, roles], [null, true, undefined, "platform_admin"]);
  });

  test("routes count what the user may, not what the token says", async () => {
    const status = async (sub, path, claims) => (await call(sub, path, claims)).status;
    assert.equal(await status("ada", "/edit/x"), 200);
    assert.equal(await status("ada", "/write/x"), 200);
    assert.equal(await status("ada", "/platform/x"), 403);
    assert.equal(await status("root", "/platform/x"), 200);
    const claimed = { roles: ["editor", "platform_admin"], permissions: ["todos:write"] };
    assert.equal(await status("root", "/edit/x", claimed), 403);
    assert.equal(await status("ada", "/platform/x", claimed), 403);
  });

  for (const [name, sub, claims] of [
    ["no profile", "nobody", {}],
    ["no e-mail address", "mute", {}],
    ["an e-mail address that is not verified", "mute", { email: "m@example.org", email_verified: false }],
    ["no subject", undefined, {}],
    ["a profile of the same subject of another issuer", "eve", {}],
  ]) {
    test(`${name}: 404, and the origin hears nothing`, async () => {
      const asked = edge.origin.received.length;
      const { status, json } = await call(sub, "/", claims);
      assert.deepEqual([status, json.error], [404, "user_not_found"]);
      assert.equal(edge.origin.received.length, asked);
    });
  }

  test("the token's e-mail address stands in for one that the profile lacks", async () => {
    assert.equal(told(await call("mute", "/", { email: "m@example.org" })).user.email, "m@example.org");
  });

  test("a subject is data, not SQL", async () => {
    assert.equal((await call("ada' OR '1'='1")).status, 404);
    assert.equal((await call("x'; DROP TABLE edgeward_profiles; --")).status, 404);
    assert.equal((await call("ada")).status, 200);
  });

  test("nobody is looked up where nobody is asked for", async () => {
    assert.equal((await edge.send("/public/x")).status, 200);
    assert.equal((await edge.send("/either/x")).status, 200);
    assert.equal((await call("nobody", "/either/x")).status, 404, "a token that is sent must be somebody's");
  });

  test("what only the gateway may say is never a client's word", async () => {
    const headers = [["x-edgeward-user", "e30"], ["x-edgeward-role", "owner"], ["x-edgeward-organization", "o-2"]];
    const answer = await edge.call(await edge.token({ sub: "root" }), "/", { headers });
    const { organization, role, user } = told(answer);
    assert.deepEqual([organization, role, user.id], [undefined, undefined, "root"]);
  });
});

describe("users of a server", () => {
  const end = atEnd();
  let edge;
  let asked;
  let answer;
  const good = { email: "ada@example.org", organization: { id: "o-1", role: "editor", permissions: ["todos:write"] } };
  before(async () => {
    const server = createServer(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      asked.push({ method: request.method, url: request.url, authorization: request.headers.authorization, body });
      const { status = 200, headers = {}, body: text } = answer;
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(typeof text === "string" ? text : JSON.stringify(text));
    });
    const url = await listen(server, 0);
    end.after(() => close(server));
    edge = await startEdge(end, {
      routes: ROUTES,
      config: { users: { url: `${url}/resolve`, secret_binding: "USERS_SECRET" }, errors: "fastapi" },
      bindings: { USERS_SECRET: "service-secret" },
    });
  });

  const call = async (sub, claims = {}, path = "/") => edge.call(await edge.token({ sub, ...claims }), path);
  const script = (next) => {
    answer = next;
    asked = [];
  };

  test("it is asked with the service's own credential, and never with the user's", async () => {
    script({ body: good });
    const result = await call("u-1", {}, "/edit/x");
    assert.equal(result.status, 200, result.text);
    assert.equal(told(result).organization, "o-1");
    assert.deepEqual(asked, [
      {
        method: "POST",
        url: "/resolve",
        authorization: "Bearer service-secret",
        body: JSON.stringify({ issuer: edge.provider.issuer, subject: "u-1" }),
      },
    ]);
  });

  test("a user is remembered, for other tokens of theirs too", async () => {
    script({ body: good });
    for (let at = 0; at < 5; at++) assert.equal((await call("u-2")).status, 200);
    assert.equal(asked.length, 1);
    assert.equal((await call("u-3")).status, 200);
    assert.equal(asked.length, 2);
  });

  test("never longer than the token lives", async () => {
    script({ body: good });
    // The gateway tolerates a minute; the user of such a token is looked up each time.
    for (let at = 0; at < 2; at++) assert.equal((await call("u-4", { exp: now() - 10 })).status, 200);
    assert.equal(asked.length, 2);
  });

  test("nobody is 404, in the words of the seed, and is asked for again", async () => {
    script({ status: 404, body: {} });
    const { status, json } = await call("u-5");
    assert.deepEqual([status, json], [404, { detail: "User not found" }]);
    script({ body: good });
    assert.equal((await call("u-5")).status, 200);
  });

  for (const [name, next] of [
    ["fails", { status: 500, body: {} }],
    ["refuses the credential", { status: 401, body: {} }],
    ["redirects", { status: 302, headers: { location: "/elsewhere" }, body: "" }],
    ["sends no JSON", { body: "<html>" }],
    ["sends too much", { body: `{"email":"${"x".repeat(70_000)}"}` }],
    ["says that a user administers the platform, but not plainly", { body: { ...good, platform_admin: "yes" } }],
  ]) {
    test(`a server that ${name} is an outage, and nobody passes`, async () => {
      script(next);
      const { status, json } = await call(`u-${name}`);
      assert.deepEqual([status, /^Authentication failed: /.test(json.detail)], [503, true], JSON.stringify(json));
      assert.equal(asked.length, 1);
    });
  }

  test("a token that is not good is no reason to ask", async () => {
    script({ body: good });
    assert.equal((await call("u-6", { exp: 1 })).status, 401);
    assert.equal(asked.length, 0);
  });
});
