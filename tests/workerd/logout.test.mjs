/** A provider signs somebody out and says so: OpenID Connect Back-Channel Logout 1.0. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, test } from "node:test";
import { startOrigin } from "../../examples/spa/origin.mjs";
import { freePort } from "../../examples/spa/lib/listen.mjs";
import { startWorker } from "../../examples/spa/gateway.mjs";
import { NAMESPACE, ROUTES, startRevoking, until } from "../support/revocation.mjs";
import { AUDIENCE, CLIENT_ID, startLogoutProvider } from "../support/logout-provider.mjs";
import { bearer, send } from "../support/http.mjs";
import { forge, makeKey, now, sign } from "../support/tokens.mjs";

const PATIENCE = { timeout: 60_000 };
const EVENT = "http://schemas.openid.net/event/backchannel-logout";
const PATH = "/backchannel-logout";

describe("oidc-provider signs a person out", PATIENCE, () => {
  /** The gateway in front of the echoing origin, trusting the real provider. */
  async function start(t, withSession) {
    const provider = await startLogoutProvider(t);
    const origin = await startOrigin({ allowedOrigins: [] });
    t.after(() => origin.close());
    const config = {
      development: true,
      origin: origin.url,
      issuers: [{ issuer: provider.issuer, audience: AUDIENCE, algorithms: ["ES256"] }],
      routes: ROUTES,
      revocation: {
        binding: "REVOCATION",
        poll_seconds: 4,
        backchannel_logout: [{ issuer: provider.issuer, client_ids: [CLIENT_ID] }],
      },
    };
    const port = await freePort(0);
    const durableObjects = { REVOCATION: { ...NAMESPACE.REVOCATION, scriptName: "gateway" } };
    const twin = (gateway) => ({ ...gateway, name: "twin", durableObjects, unsafeDirectSockets: [{ port: 0 }] });
    const worker = await startWorker({
      bindings: { EDGEWARD: config },
      port,
      options: { durableObjects: NAMESPACE },
      beside: (gateway) => [twin(gateway)],
    });
    t.after(() => worker.close());
    await provider.register(`${worker.url}${PATH}`, withSession);
    const twinUrl = await worker.urlOf("twin");
    const call = (url, token, mode) => send(`${url}/${mode}`, { headers: [bearer(token)] });
    return { provider, here: (...o) => call(worker.url, ...o), there: (...o) => call(twinUrl, ...o) };
  }

  for (const withSession of [false, true]) {
    test(`and the person's calls are refused within the poll's interval (${withSession ? "with" : "without"} sid)`, async (t) => {
      const { provider, here, there } = await start(t, withSession);
      const [ada, bob] = [await provider.signIn("ada"), await provider.signIn("bob")];
      for (const person of [ada, bob]) {
        for (const call of [here, there]) assert.equal((await call(person.accessToken, "fail_closed")).status, 200);
      }
      await provider.signOut(ada);
      assert.deepEqual(provider.told, ["accepted"]);
      for (const mode of ["fail_closed", "fail_open", "per_request"]) {
        const answer = await here(ada.accessToken, mode);
        assert.deepEqual([answer.status, answer.json.error], [401, "token_revoked"], mode);
      }
      assert.equal((await there(ada.accessToken, "per_request")).status, 401);
      const took = await until(() => there(ada.accessToken, "fail_closed"), ({ status }) => status === 401);
      assert.ok(took < 7_500, `another isolate took ${took} ms`);
      assert.equal((await here(ada.accessToken, "off")).status, 200);
      assert.equal((await here(bob.accessToken, "fail_closed")).status, 200, "nobody else is signed out");
      await new Promise((resolve) => setTimeout(resolve, 1000));
      const again = await provider.signIn("ada");
      assert.equal((await here(again.accessToken, "per_request")).status, 200, "a new sign-in counts");
    });
  }
});

describe("a logout token", PATIENCE, () => {
  const claims = (issuer, changes = {}) => ({
    iss: issuer, aud: CLIENT_ID, iat: now(), jti: randomBytes(8).toString("hex"), sub: "ada", events: { [EVENT]: {} }, ...changes,
  });
  const start = (t) => startRevoking(t, { clients: [CLIENT_ID] });
  const tell = (edge, token, o = {}) =>
    send(`${edge.url}${PATH}`, {
      method: "POST",
      headers: [["content-type", "application/x-www-form-urlencoded"]],
      body: new URLSearchParams({ logout_token: token }).toString(),
      ...o,
    });
  const isRefused = (answer, what) => {
    assert.deepEqual([answer.status, answer.json?.error], [400, "invalid_request"], `${what}: ${answer.text}`);
    assert.equal(answer.headers["cache-control"], "no-store");
  };

  test("signs out, and is answered with an empty 200 that nobody keeps", async (t) => {
    const edge = await start(t);
    const token = await edge.token({ iat: now() - 5 });
    const answer = await tell(edge, await sign(edge.key, claims(edge.provider.issuer), { typ: "logout+jwt" }));
    assert.deepEqual([answer.status, answer.text, answer.headers["cache-control"]], [200, "", "no-store"]);
    assert.equal((await edge.call(token, "/per_request")).status, 401);
    assert.equal(edge.origin.received.length, 0, "it is not forwarded");
  });

  test("that names a session ends that session, and what does not say its session", async (t) => {
    const edge = await start(t);
    const logout = claims(edge.provider.issuer, { sid: "s1" });
    assert.equal((await tell(edge, await sign(edge.key, logout))).status, 200);
    const status = async (sid) => (await edge.call(await edge.token({ sid, iat: now() - 5 }), "/per_request")).status;
    assert.deepEqual([await status("s1"), await status("s2"), await status(undefined)], [401, 200, 401]);
  });

  test("is the API's, where nobody's are taken", async (t) => {
    const edge = await startRevoking(t);
    const answer = await edge.call(await edge.token(), PATH, { method: "POST", body: "x" });
    assert.deepEqual([answer.status, edge.origin.received.length], [200, 1]);
  });

  test("counts once", async (t) => {
    const edge = await start(t);
    const token = await sign(edge.key, claims(edge.provider.issuer));
    assert.equal((await tell(edge, token)).status, 200);
    isRefused(await tell(edge, token), "the second time");
  });

  test("that breaks a rule is refused and revokes nothing", async (t) => {
    const edge = await start(t);
    const issuer = edge.provider.issuer;
    const other = await makeKey("ES256", edge.key.kid);
    const wrong = {
      "another key": await sign(other, claims(issuer)),
      "no signature": await forge({ alg: "none" }, claims(issuer), () => ""),
      "another audience": await sign(edge.key, claims(issuer, { aud: "https://api.example" })),
      "another issuer": await sign(edge.key, claims("https://other.example")),
      "no event": await sign(edge.key, claims(issuer, { events: undefined })),
      "another event": await sign(edge.key, claims(issuer, { events: { "urn:other": {} } })),
      "a nonce": await sign(edge.key, claims(issuer, { nonce: "n" })),
      "no jti": await sign(edge.key, claims(issuer, { jti: undefined })),
      "no iat": await sign(edge.key, claims(issuer, { iat: undefined })),
      "nobody": await sign(edge.key, claims(issuer, { sub: undefined })),
      "old": await sign(edge.key, claims(issuer, { iat: now() - 400 })),
      "expired": await sign(edge.key, claims(issuer, { exp: now() - 61 })),
      "an access token": await edge.token(),
      "typed as another": await sign(edge.key, claims(issuer), { typ: "at+jwt" }),
      "text": "nothing",
    };
    for (const [what, token] of Object.entries(wrong)) isRefused(await tell(edge, token), what);
    const token = await sign(edge.key, claims(issuer));
    isRefused(await tell(edge, token, { method: "PUT" }), "PUT");
    isRefused(await tell(edge, token, { headers: [["content-type", "application/json"]] }), "JSON");
    isRefused(await tell(edge, token, { body: "" }), "no body");
    isRefused(await tell(edge, token, { body: `logout_token=${token}&logout_token=${token}` }), "two");
    isRefused(await tell(edge, token, { body: `logout_token=${"x".repeat(70_000)}` }), "a long body");
    assert.equal((await edge.call(await edge.token({ iat: now() - 5 }), "/per_request")).status, 200);
    assert.equal((await tell(edge, token)).status, 200, "and the good one still counts");
  });
});
