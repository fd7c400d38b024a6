/** What has no browser of its own: devices, machines, and what clients ask about tokens and themselves. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Person, signIn } from "../person.mjs";
import { API, CRM, INITIAL_ACCESS } from "../provider.mjs";
import { claimsOf, tampering } from "../tampering.mjs";

export function devices(context) {
  const device = { clientId: "device" };

  test("is signed in by somebody at a browser", async () => {
    const client = await context.connect(device);
    const { verificationUriComplete, userCode, wait } = await client.device();
    assert.match(verificationUriComplete, new RegExp(userCode));
    const waiting = wait();
    await new Person().visit(verificationUriComplete);
    assert.equal((await waiting).claims.sub, "ada");
  });

  for (const [error, code] of [["access_denied", "access_denied"], ["expired_token", "device_expired"]]) {
    test(`is told ${error}`, async () => {
      const refuse = () => Response.json({ error }, { status: 400 });
      const client = await context.connect({ ...device, fetch: tampering("/token", refuse) });
      await context.refused((await client.device()).wait(), code);
    });
  }

  test("does not take an ID token of another client", async () => {
    const forge = async (answer) => (answer.id_token ? { ...answer, id_token: await context.provider.forge("ES256", { ...claimsOf(answer.id_token), aud: "somebody-else" }) } : answer);
    const client = await context.connect({ ...device, fetch: tampering("/token", forge) });
    const { verificationUriComplete, wait } = await client.device();
    await new Person().visit(verificationUriComplete);
    await context.refused(wait(), "token_audience_invalid");
  });
}

export function machines(context) {
  const machine = { clientId: "machine:basic", authentication: "client_secret_basic" };

  for (const [clientId, authentication] of [["machine:basic", "client_secret_basic"], ["machine-post", "client_secret_post"], ["machine-jwt", "private_key_jwt"]]) {
    test(`get a token with ${authentication}`, async () => {
      const client = await context.connect({ clientId, authentication, key: context.provider.key });
      const { accessToken } = await client.clientCredentials({ scope: "read", resource: API });
      const { aud, scope, client_id } = claimsOf(accessToken);
      assert.deepEqual([aud, scope, client_id], [API, "read", clientId]);
    });
  }

  for (const [what, change] of [
    ["no token", ({ access_token, ...answer }) => answer],
    ["a token of an unknown type", (answer) => ({ ...answer, token_type: "mac" })],
    ["a page", () => new Response("<html>", { headers: { "content-type": "text/html" } })],
  ]) {
    test(`do not take ${what} for a token`, async () => {
      const client = await context.connect({ ...machine, fetch: tampering("/token", change) });
      await context.refused(client.clientCredentials({ scope: "read", resource: API }), "response_invalid");
    });
  }

  test("exchange a user's token for a narrower one that names them", async () => {
    const client = await context.connect(machine);
    const { accessToken } = await signIn(await context.connect({ clientId: "app-ES256" }), { scope: "openid email profile" });
    const child = await client.exchange({ subjectToken: accessToken, audience: CRM, scope: "email" });
    const told = await client.introspect(child.accessToken);
    assert.deepEqual([told.active, told.sub, told.scope, told.act, told.aud], [true, "ada", "email", { sub: machine.clientId }, CRM]);
  });

  test("do not exchange it for a wider one, nor what is no token", async () => {
    const client = await context.connect(machine);
    const { accessToken } = await signIn(await context.connect({ clientId: "app-ES256" }), { scope: "openid email" });
    await context.refused(client.exchange({ subjectToken: accessToken, audience: CRM, scope: "email profile" }), "invalid_scope");
    await context.refused(client.exchange({ subjectToken: "nonsense", audience: CRM, scope: "email" }), "oauth_error");
  });
}

export function questions(context) {
  const web = { clientId: "web", authentication: "client_secret_post" };

  test("a token is active until it is revoked", async () => {
    const client = await context.connect(web);
    const { accessToken } = await signIn(client);
    const { active, sub } = await client.introspect(accessToken);
    assert.deepEqual([active, sub], [true, "ada"]);
    await client.revoke(accessToken);
    assert.equal((await client.introspect(accessToken)).active, false);
    assert.equal((await client.introspect("nonsense")).active, false);
  });

  test("an answer that does not say whether a token is active is none", async () => {
    const client = await context.connect({ ...web, fetch: tampering("/token/introspection", () => ({ sub: "ada" })) });
    await context.refused(client.introspect("token"), "response_invalid");
  });

  test("who the user is, as the provider says", async () => {
    const client = await context.connect({ clientId: "app-ES256" });
    const { accessToken } = await signIn(client, { scope: "openid email" });
    assert.equal((await client.userinfo(accessToken, "ada")).email, "ada@example.com");
  });

  test("who somebody else is does not pass for it", async () => {
    const client = await context.connect({ clientId: "app-ES256", fetch: tampering("/me", (answer) => ({ ...answer, sub: "eve" })) });
    const { accessToken } = await signIn(client);
    await context.refused(client.userinfo(accessToken, "ada"), "userinfo_subject_mismatch");
  });
}

export function registering(context) {
  const metadata = { redirect_uris: ["http://127.0.0.1/callback"], application_type: "native", token_endpoint_auth_method: "none", grant_types: ["authorization_code", "refresh_token"], response_types: ["code"] };

  test("gives an id that signs in", async () => {
    const { issuer } = context.provider;
    const { client_id } = await context.adapter.register({ issuer, metadata, initialAccessToken: INITIAL_ACCESS });
    const client = await context.connect({ clientId: client_id });
    assert.equal((await signIn(client)).claims.sub, "ada");
  });

  test("is refused to a stranger", async () => {
    const { issuer } = context.provider;
    await context.refused(context.adapter.register({ issuer, metadata, initialAccessToken: "wrong" }), "oauth_error");
  });
}
