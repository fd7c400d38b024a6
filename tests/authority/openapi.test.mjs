/** The document at `/openapi.json`: valid by OpenAPI's own schema, and true of what the Worker answers. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import addFormats from "ajv-formats";
import { Ajv2020 } from "ajv/dist/2020.js";
import { atEnd } from "../support/at-end.mjs";
import { signIn, startProvider } from "../support/provider.mjs";

const ID = "https://edgeward.invalid/openapi.json";

describe("/openapi.json", () => {
  const end = atEnd();
  let authority;
  let document;
  let ajv;
  let token;
  let cookie;
  before(async () => {
    authority = await startProvider(end);
    document = await (await fetch(`${authority.url}/openapi.json`)).json();
    ajv = addFormats(new Ajv2020({ strict: false, allErrors: true }));
    ajv.addSchema({ ...document, $id: ID });
    token = await authority.apiToken("ada");
    cookie = await signIn(authority);
  });

  test("is valid OpenAPI 3.1, and says so of nothing else", async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(document));
    assert.ok(valid, JSON.stringify(errors, null, 1));
    const [path] = Object.keys(document.paths);
    const broken = structuredClone(document);
    delete broken.paths[path][Object.keys(broken.paths[path])[0]].responses["200"].description;
    assert.equal((await new Validator().validate(broken)).valid, false);
  });

  /** What a value breaks of the schema at a place of the document. */
  function breaches(value, ...place) {
    const pointer = place.map((part) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"))).join("/");
    const validate = ajv.compile({ $ref: `${ID}#/${pointer}` });
    return validate(value) ? [] : validate.errors.map(({ instancePath, message }) => `${instancePath} ${message}`);
  }

  const content = ["content", "application/json", "schema"];
  const created = ["paths", "/api/auth/createApiToken", "post", "responses", "200", ...content];

  test("says of an answer that lacks something that it does", () => {
    assert.notDeepEqual(breaches({ token: "sk_x" }, ...created), []);
    assert.notDeepEqual(breaches("text", ...created), []);
  });

  /** Calls an operation, and compares what goes out and what comes back with the document. */
  async function call(name, args = {}, { as = { authorization: `Bearer ${token}` }, says = 200 } = {}) {
    const path = `/api/auth/${name}`;
    const operation = document.paths[path].post;
    if (says !== 400 && operation.requestBody) {
      assert.deepEqual(breaches(args, "paths", path, "post", "requestBody", ...content), [], `${name}: arguments`);
    }
    const answer = await fetch(authority.url + path, {
      method: "POST",
      headers: { "content-type": "application/json", origin: authority.url, ...as },
      body: JSON.stringify(args),
    });
    const told = await answer.json();
    assert.equal(answer.status, says, `${name}: ${JSON.stringify(told)}`);
    assert.ok(operation.responses[says], `${name}: ${says} is not documented`);
    assert.deepEqual(breaches(told, "paths", path, "post", "responses", String(says), ...content), [], `${name}: ${says}`);
    return told;
  }

  test("tells the truth of API tokens", async () => {
    const made = await call("createApiToken", { name: "ci", scopes: ["skills:read"], expiresIn: 3600 });
    await call("listApiTokens", { limit: 1 });
    await call("getApiToken", { tokenId: made.tokenId });
    await call("updateApiToken", { tokenId: made.tokenId, name: "cd", rateLimit: { maxRequests: 5, windowMs: 1000 } });
    await call("verifyApiToken", { token: made.token });
    const next = await call("rotateApiToken", { tokenId: made.tokenId });
    await call("revokeApiToken", { tokenId: next.tokenId });
    await call("removeApiToken", { tokenId: next.tokenId });
  });

  test("tells the truth of agents and of their sessions", async () => {
    const made = await call("createSession", { agentId: "a1", ttl: 60, metadata: { task: { of: ["any", "form"] } } });
    const good = await call("validateSession", { token: made.token });
    assert.equal(good.valid, true);
    const next = await call("refreshSession", { token: made.token, ttl: 90 });
    await call("endSession", { token: next.token });
    const over = await call("validateSession", { token: next.token });
    assert.deepEqual(over, { valid: false, agentId: null, expiresAt: null, metadata: null });
  });

  test("tells the truth of users and of their sessions", async () => {
    const as = { cookie };
    const made = await call("createWebSession", { userId: "ada", userAgent: "Browser/1" });
    await call("validateWebSession", { sessionId: made.sessionId });
    await call("validateWebSession", { sessionId: "nobody's" });
    const { user } = await call("getSession", {}, { as });
    assert.equal(user.id, "ada");
    assert.deepEqual(await call("getSession", {}, { as: {} }), { session: null, user: null });
    const { sessions } = await call("listSessions", {}, { as });
    assert.ok(sessions.length >= 2);
    await call("revokeSession", { id: sessions.find(({ current }) => !current).id }, { as });
    for (const name of ["listAccounts", "listOAuthConnections", "userScopes"]) await call(name, {}, { as });
    await call("revokeOtherSessions", {}, { as });
  });

  test("tells the truth of failures", async () => {
    await call("listApiTokens", {}, { as: {}, says: 401 });
    await call("listSessions", {}, { says: 403 });
    await call("revokeApiToken", { tokenId: "unknown" }, { says: 404 });
    for (const wrong of [{ name: "n" }, { name: 1, scopes: [] }, { name: "n", scopes: [], more: 1 }]) {
      const place = ["paths", "/api/auth/createApiToken", "post", "requestBody", ...content];
      assert.notDeepEqual(breaches(wrong, ...place), [], "what the server refuses is refused by the document");
      await call("createApiToken", wrong, { says: 400 });
    }
  });

  test("tells the truth of the Convex protocol", async () => {
    const post = async (path, body) => {
      const headers = { "content-type": "application/json", authorization: `Bearer ${token}` };
      const answer = await fetch(authority.url + path, { method: "POST", headers, body: JSON.stringify(body) });
      const told = await answer.json();
      const { responses } = document.paths[path].post;
      assert.ok(responses[answer.status], `${path}: ${answer.status} is not documented`);
      assert.deepEqual(breaches(told, "paths", path, "post", "responses", String(answer.status), ...content), []);
      assert.deepEqual(breaches(body, "paths", path, "post", "requestBody", ...content), []);
      return { status: answer.status, told };
    };
    const good = await post("/api/query", { path: "auth:listApiTokens", args: [{}], format: "convex_encoded_json" });
    assert.deepEqual([good.status, good.told.status], [200, "success"]);
    const bad = await post("/api/mutation", { path: "auth:revokeApiToken", args: [{ tokenId: "unknown" }] });
    assert.deepEqual([bad.status, bad.told.errorData.code], [560, "KEY_NOT_FOUND"]);
  });
});
