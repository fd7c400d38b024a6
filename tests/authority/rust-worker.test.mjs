/** `examples/rust-worker` in workerd, beside the authority whose tokens it takes. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { before, describe, test } from "node:test";
import { AUTHORITY } from "../../examples/spa/gateway.mjs";
import { atEnd } from "../support/at-end.mjs";
import { startAuthority } from "../support/authority.mjs";
import { bearer, send } from "../support/http.mjs";
import { API, SECRET, settings } from "../support/provider.mjs";

const BUILT = fileURLToPath(new URL("../../target/edgeward/rust-worker/", import.meta.url));
const NAME = "edgeward_example_rust_worker.wasm";

/** The example as a Worker of its own: the database and the Durable Objects are those of the authority's Worker. */
function example({ compatibilityDate, bindings }) {
  const { EDGEWARD_AUTHORITY, EDGEWARD_SECRET } = bindings;
  const durable = Object.entries(AUTHORITY.durableObjects).map(([name, { className }]) => [name, { className, scriptName: "gateway" }]);
  return [
    {
      name: "example",
      modulesRoot: BUILT,
      modules: [
        { type: "ESModule", path: `${BUILT}worker.mjs` },
        { type: "CompiledWasm", path: `${BUILT}${NAME}` },
      ],
      compatibilityDate,
      unsafeDirectSockets: [{ host: "127.0.0.1" }],
      d1Databases: AUTHORITY.d1Databases,
      durableObjects: Object.fromEntries(durable),
      bindings: {
        EDGEWARD_AUTHORITY,
        EDGEWARD_SECRET,
        EDGEWARD: {
          development: true,
          origin: "self",
          issuers: [{ issuer: EDGEWARD_AUTHORITY.issuer, audience: API, algorithms: ["ES256"] }],
          routes: [
            { path: "/public/*", credential: "none" },
            { path: "/admin/*", scopes: ["admin"] },
          ],
        },
      },
    },
  ];
}

describe("the example of a Rust Worker", () => {
  const end = atEnd();
  let authority;
  let url;
  before(async () => {
    const own = settings();
    const { client_secret_sha256 } = own.oauth.clients.find(({ client_id }) => client_id === "server");
    const service = { client_id: "service", grant_types: ["client_credentials"], client_secret_sha256, scope: "notes:read" };
    own.oauth.clients.push(service);
    authority = await startAuthority(end, { settings: own, beside: example });
    await authority.user("ada");
    url = await authority.worker.urlOf("example");
  });

  async function token() {
    const body = new URLSearchParams({ grant_type: "client_credentials", resource: API });
    const authorization = `Basic ${btoa(`service:${SECRET}`)}`;
    const answer = await fetch(`${authority.url}/oauth/token`, { method: "POST", headers: { authorization }, body });
    return (await answer.json()).access_token;
  }

  test("greets who comes with a token of the authority, and knows a stranger", async () => {
    const known = await send(`${url}/hello`, { headers: [bearer(await token())] });
    assert.deepEqual([known.status, known.text], [200, "Hello, service! You asked for /hello."]);
    const stranger = await send(`${url}/public/page`);
    assert.deepEqual([stranger.status, stranger.text], [200, "Hello, stranger! You asked for /public/page."]);
  });

  test("refuses as the gateway does", async () => {
    const nobody = await send(`${url}/hello`);
    assert.deepEqual([nobody.status, nobody.json.error], [401, "token_missing"]);
    assert.match(nobody.headers["www-authenticate"], /^Bearer realm=/);
    const weak = await send(`${url}/admin/users`, { headers: [bearer(await token())] });
    assert.deepEqual([weak.status, weak.json.error], [403, "insufficient_scope"]);
    const bad = await send(`${url}/hello`, { headers: [bearer("a.b.c")] });
    assert.equal(bad.status, 401);
    assert.equal((await send(`${url}/healthz`)).status, 200);
  });

  test("has an endpoint for API tokens with a scope, for every page", async () => {
    const good = await authority.apiToken("ada", [{ resource: "reports", actions: ["read"] }]);
    const reports = await send(`${url}/reports`, { headers: [bearer(good), ["origin", "https://app.example"]] });
    assert.deepEqual([reports.status, reports.text], [200, "The reports of ada."]);
    assert.equal(reports.headers["access-control-allow-origin"], "*");
    const other = await authority.apiToken("ada", ["skills:read"]);
    const refused = await send(`${url}/reports`, { headers: [bearer(other)] });
    assert.deepEqual([refused.status, refused.json.code], [403, "SCOPE_CHECK_FAILED"]);
    assert.equal((await send(`${url}/reports`)).status, 401);
    const asked = await send(`${url}/reports`, { method: "OPTIONS", headers: [["origin", "https://app.example"]] });
    assert.equal(asked.status, 204);
  });

  test("sees at once that an API token is revoked", async () => {
    const token = await authority.apiToken("ada", ["admin"]);
    assert.equal((await send(`${url}/reports`, { headers: [bearer(token)] })).status, 200);
    await authority.database.prepare("UPDATE edgeward_api_tokens SET revoked_at = ?").bind(Date.now()).run();
    const revoked = await send(`${url}/reports`, { headers: [bearer(token)] });
    assert.deepEqual([revoked.status, revoked.json.code], [401, "API_KEY_REVOKED"]);
  });
});
