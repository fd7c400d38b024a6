/** A gateway and an authority in one Worker: the gateway takes the authority's tokens, and each tells its own metadata. */
import assert from "node:assert/strict";
import { request } from "node:http";
import { describe, test } from "node:test";
import { SignJWT, generateKeyPair } from "jose";
import { startAuthority } from "../support/authority.mjs";
import { bearer, send } from "../support/http.mjs";
import { API, SECRET, settings } from "../support/provider.mjs";

const WELL_KNOWN = "/.well-known/oauth-protected-resource";
/** A client that asks for tokens for itself, and for what the API takes. */
const SERVICE = { client_id: "service", grant_types: ["client_credentials"], client_secret_sha256: undefined, scope: "notes:read" };

/** Starts both; whatever the Worker asks of others is answered by an origin that tells what it was told. */
async function start(t, { resource, issuers = (issuer) => [issuer] } = {}) {
  const asked = [];
  const logs = [];
  const own = settings();
  const service = { ...SERVICE, client_secret_sha256: own.oauth.clients.find(({ client_id }) => client_id === "server").client_secret_sha256 };
  own.oauth.clients.push(service);
  const authority = await startAuthority(t, {
    settings: { ...own, gotrue: {} },
    onLog: ({ message }) => void logs.push(message),
    outside: async (request) => {
      asked.push(new URL(request.url).href);
      return Response.json({ subject: request.headers.get("x-edgeward-subject"), path: new URL(request.url).pathname });
    },
    gateway: (issuer) => ({
      development: true,
      origin: "https://origin.example",
      issuers: issuers(issuer).map((own) => ({ issuer: own, audience: [API, "authenticated"], algorithms: ["ES256"] })),
      routes: [{ path: "/notes", scopes: ["notes:read"] }],
      ...(resource && { resource: resource(issuer) }),
    }),
  });
  return { authority, asked, logs };
}

/** Asks under another name of the same Worker. */
function ask(url, headers = {}) {
  return new Promise((resolve, reject) => {
    const read = async (answer) => {
      const chunks = await answer.toArray();
      resolve({ json: JSON.parse(Buffer.concat(chunks).toString()) });
    };
    request(url, { headers }, read).on("error", reject).end();
  });
}

/** A token of the client for itself. */
async function token(authority) {
  const body = new URLSearchParams({ grant_type: "client_credentials", scope: "notes:read", resource: API });
  const authorization = `Basic ${btoa(`service:${SECRET}`)}`;
  const answer = await fetch(`${authority.url}/oauth/token`, { method: "POST", headers: { authorization }, body });
  assert.equal(answer.status, 200, await answer.clone().text());
  return (await answer.json()).access_token;
}

describe("a gateway and an authority in one Worker", () => {
  test("take the authority's tokens without asking anybody for its keys", async (t) => {
    const { authority, asked } = await start(t);
    const good = await token(authority);
    for (let at = 0; at < 3; at++) {
      const answer = await send(`${authority.url}/notes`, { headers: [bearer(good)] });
      assert.deepEqual([answer.status, answer.json], [200, { subject: "service", path: "/notes" }], answer.text);
    }
    assert.deepEqual(asked, Array(3).fill("https://origin.example/notes"));
    assert.equal((await send(`${authority.url}/notes`)).status, 401);
    const { privateKey } = await generateKeyPair("ES256");
    const forged = await new SignJWT({ scope: "notes:read", client_id: "service" })
      .setProtectedHeader({ alg: "ES256", typ: "at+jwt", kid: JSON.parse(atob(good.split(".")[0])).kid })
      .setIssuer(authority.url)
      .setAudience(API)
      .setSubject("service")
      .setJti("x")
      .setIssuedAt()
      .setExpirationTime("5m")
      .sign(privateKey);
    assert.equal((await send(`${authority.url}/notes`, { headers: [bearer(forged)] })).status, 401);
    assert.equal(asked.length, 3);
  });

  test("take those that it issues as GoTrue, too, and nobody else's without asking", async (t) => {
    const { authority, asked, logs } = await start(t, { issuers: (issuer) => [`${issuer}/auth/v1`, "https://id.example"] });
    const { privateKey } = await generateKeyPair("ES256");
    const of = (issuer) =>
      new SignJWT({ scope: "notes:read" })
        .setProtectedHeader({ alg: "ES256", kid: "unknown" })
        .setIssuer(issuer)
        .setAudience("authenticated")
        .setSubject("u")
        .setExpirationTime("5m")
        .sign(privateKey);
    const own = await send(`${authority.url}/notes`, { headers: [bearer(await of(`${authority.url}/auth/v1`))] });
    assert.deepEqual([own.status, own.json.error], [401, "token_key_not_found"], logs.join("\n"));
    assert.deepEqual(asked, []);
    await send(`${authority.url}/notes`, { headers: [bearer(await of("https://id.example"))] });
    assert.match(asked[0], /^https:\/\/id\.example\/\.well-known\//);
  });

  test("each tells the metadata of its own resource", async (t) => {
    // The other name of the Worker: a browser that goes there asks the same Worker.
    let identifier;
    const resource = (issuer) => {
      identifier = issuer.replace("127.0.0.1", "localhost");
      return { identifier, paths: ["/mcp"], scopes_supported: ["notes:read"] };
    };
    const { authority } = await start(t, { resource });
    const at = async (path, headers) => (await ask(authority.url + path, headers)).json;
    assert.equal((await at(WELL_KNOWN)).resource, authority.url);
    assert.equal((await at(`${WELL_KNOWN}/mcp`)).resource, `${identifier}/mcp`);
    const own = await at(WELL_KNOWN, { host: new URL(identifier).host });
    assert.deepEqual([own.resource, own.authorization_servers], [identifier, [authority.url]]);
    const refused = await send(`${authority.url}/notes`);
    assert.ok(refused.headers["www-authenticate"].includes(`resource_metadata="${identifier}${WELL_KNOWN}"`));
  });

  test("a gateway that is called as the authority is speaks for both if it takes the authority's tokens", async (t) => {
    const resource = (issuer) => ({ identifier: issuer, scopes_supported: ["notes:read"], name: "Notes" });
    const told = async ({ authority }) => (await fetch(authority.url + WELL_KNOWN)).json();
    const both = await told(await start(t, { resource }));
    assert.deepEqual([both.resource_name, both.scopes_supported], ["Notes", ["notes:read"]]);
    assert.equal(both.authorization_servers.length, 1);
    const apart = await told(await start(t, { resource, issuers: () => ["https://id.example"] }));
    assert.equal(apart.resource_name, undefined);
    assert.deepEqual(apart.authorization_servers, [apart.resource]);
  });
});
