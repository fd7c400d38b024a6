/** A person signs in, stays signed in, and signs out. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { atEnd } from "../../../support/at-end.mjs";
import { forge, sign } from "../../../support/tokens.mjs";
import { AFTER_LOGOUT, PUBLIC_ALGORITHMS } from "../clients.mjs";
import { Person, signIn } from "../person.mjs";
import { API, CRM, startProvider } from "../provider.mjs";
import { claimsOf, tampering } from "../tampering.mjs";

export function signingIn(context) {
  const registered = (alg) => ({ clientId: `app-${alg}`, alg, ...(alg === "HS256" && { authentication: "client_secret_basic" }) });
  const secret = !context.adapter.lacks?.includes("HS256");
  for (const alg of [...PUBLIC_ALGORITHMS, ...(secret ? ["HS256"] : [])]) {
    test(`with an ID token signed with ${alg}`, async () => {
      const client = await context.connect(registered(alg));
      const { claims, accessToken } = await signIn(client);
      assert.equal(claims.sub, "ada");
      assert.equal(typeof accessToken, "string");
    });
  }
  for (const alg of PUBLIC_ALGORITHMS) {
    for (const [what, change, code] of [
      ["another nonce", (claims) => ({ ...claims, nonce: "of another sign-in" }), "token_nonce_mismatch"],
      ["no nonce", ({ nonce, ...claims }) => claims, "token_nonce_mismatch"],
      ["another issuer", (claims) => ({ ...claims, iss: "https://evil.example" }), "token_issuer_invalid"],
      ["another audience", (claims) => ({ ...claims, aud: "somebody-else" }), "token_audience_invalid"],
      ["an end that has passed", (claims) => ({ ...claims, exp: claims.iat - 3600 }), "token_expired"],
    ]) {
      test(`not with an ID token (${alg}) that has ${what}`, async () => {
        const fetch = tampering("/token", async ({ id_token, ...answer }) => ({ ...answer, id_token: await context.provider.forge(alg, change(claimsOf(id_token))) }));
        const client = await context.connect({ ...registered(alg), fetch });
        await context.refused(signIn(client), code);
        assert.equal(fetch.asked, 1);
      });
    }
    test(`not with an ID token (${alg}) whose claims were changed`, async () => {
      const fetch = tampering("/token", ({ id_token, ...answer }) => {
        const [header, , signature] = id_token.split(".");
        const payload = Buffer.from(JSON.stringify({ ...claimsOf(id_token), sub: "root" })).toString("base64url");
        return { ...answer, id_token: [header, payload, signature].join(".") };
      });
      const client = await context.connect({ ...registered(alg), fetch });
      await context.refused(signIn(client), "token_signature_invalid");
    });
  }
  test("not with an ID token (HS256) that another secret signed", { skip: !secret || context.adapter.lax?.includes("token_signature_invalid") }, async () => {
    const fetch = tampering("/token", async ({ id_token, ...answer }) => {
      const secret = new TextEncoder().encode("another secret of at least 32 bytes");
      return { ...answer, id_token: await sign({ alg: "HS256", secret }, claimsOf(id_token), { kid: undefined }) };
    });
    await context.refused(signIn(await context.connect({ ...registered("HS256"), fetch })), "token_signature_invalid");
  });

  for (const [what, header] of [["of no algorithm", { alg: "none" }], ["of the public key as a secret", { alg: "HS256" }]]) {
    test(`not with an ID token ${what}`, async () => {
      const fetch = tampering("/token", async ({ id_token, ...answer }) => ({ ...answer, id_token: await forge(header, claimsOf(id_token), () => "") }));
      await context.refused(signIn(await context.connect({ ...registered("ES256"), fetch })), "token_alg_not_allowed");
    });
  }

  test("not where the metadata is another issuer's", async () => {
    const fetch = tampering("/.well-known/", (metadata) => ({ ...metadata, issuer: "https://evil.example" }));
    await context.refused(async () => signIn(await context.connect({ ...registered("ES256"), fetch })), "discovery_issuer_mismatch");
  });
}

export function callbacks(context) {
  const end = atEnd();
  const app = { clientId: "app-ES256" };
  for (const [what, change, code] of [
    ["with a forged iss", (url) => url.searchParams.set("iss", "https://evil.example"), "callback_issuer_mismatch"],
    ["without iss", (url) => url.searchParams.delete("iss"), "callback_issuer_mismatch"],
    ["with another state", (url) => url.searchParams.set("state", "of another sign-in"), "callback_state_unknown"],
    ["with an error of the server", (url) => {
      url.searchParams.delete("code");
      url.searchParams.set("error", "access_denied");
    }, "access_denied"],
  ]) {
    test(`${what} is refused, and no code is redeemed`, async () => {
      const fetch = tampering("/token", (answer) => answer);
      const client = await context.connect({ ...app, fetch });
      const altered = (left) => {
        const url = new URL(left);
        change(url);
        return url.href;
      };
      await context.refused(signIn(client, {}, { change: altered }), code);
      assert.equal(fetch.asked, 0);
    });
  }

  test("of the provider that the user did not go to is refused", async () => {
    const other = await startProvider(end);
    const client = await context.connect(app);
    const stranger = await context.adapter.connect({ issuer: other.issuer, ...app });
    const [mine, theirs] = [await client.begin(), await stranger.begin()];
    const url = new URL((await new Person().visit(theirs.url)).left);
    url.searchParams.set("state", new URL(mine.url).searchParams.get("state"));
    await context.refused(mine.finish(url.href), "callback_issuer_mismatch");
  });
}

export function requests(context) {
  const { connect } = context;
  const signing = () => ({ clientId: "signing", authentication: "private_key_jwt", jar: true, key: context.provider.key });

  test("a request is pushed", async () => {
    const client = await connect({ clientId: "pushing", par: true });
    const { url } = await client.begin();
    assert.deepEqual([...new URL(url).searchParams.keys()].sort(), ["client_id", "request_uri"]);
    assert.equal((await signIn(client)).claims.sub, "ada");
  });

  test("a pushed request without an address fails", async () => {
    const fetch = tampering("/request", () => ({ expires_in: 60 }));
    const client = await connect({ clientId: "pushing", par: true, fetch });
    await context.refused(client.begin(), "response_invalid");
  });

  test("a request is signed, and the client proves itself with its key", async () => {
    const client = await connect(signing());
    const { url } = await client.begin();
    assert.equal(new URL(url).searchParams.has("request"), true);
    assert.equal((await signIn(client)).claims.sub, "ada");
  });

  test("a signed request does not protect against a mixed-up provider: iss does", async () => {
    const client = await connect(signing());
    const forged = (left) => left.replace(/iss=[^&]*/, `iss=${encodeURIComponent("https://evil.example")}`);
    await context.refused(signIn(client, {}, { change: forged }), "callback_issuer_mismatch");
  });

  test("tokens are bound to a key, with a nonce that the server demands", async () => {
    const client = await connect({ clientId: "bound", dpop: true });
    const { tokenType, accessToken } = await signIn(client);
    assert.equal(tokenType.toLowerCase(), "dpop");
    assert.equal((await client.userinfo(accessToken, "ada")).sub, "ada");
    assert.equal((await client.refresh()).tokenType.toLowerCase(), "dpop");
  });

  test("a server that never has enough of nonces is not asked for ever", async () => {
    const more = () => new Response('{"error":"use_dpop_nonce"}', { status: 400, headers: { "content-type": "application/json", "dpop-nonce": String(fetch.asked) } });
    const fetch = tampering("/token", more);
    const client = await connect({ clientId: "bound", dpop: true, fetch });
    await context.refused(signIn(client), "oauth_error");
    assert.equal(fetch.asked, 2);
  });
}

export function refreshing(context) {
  const { connect } = context;
  const app = { clientId: "app-ES256" };

  test("rotates, and a token that is used again ends the session", async () => {
    const client = await connect(app);
    const { accessToken } = await signIn(client);
    const stolen = await client.refreshToken();
    assert.notEqual((await client.refresh()).accessToken, accessToken);
    assert.notEqual(await client.refreshToken(), stolen);
    const thief = await fetch(`${context.provider.issuer}/token`, {
      method: "POST",
      body: new URLSearchParams({ grant_type: "refresh_token", refresh_token: stolen, client_id: "app-ES256" }),
    });
    assert.equal(thief.status, 400);
    await context.refused(client.refresh(), "session_expired");
  });

  for (const [what, change] of [
    ["somebody else", { sub: "eve" }],
    ["another issuer", { iss: "https://evil.example" }],
    ["another client", { aud: "somebody-else" }],
  ]) {
    const lax = change.sub && context.adapter.lax?.includes("subject");
    test(`does not take an ID token of ${what}`, { skip: lax }, async () => {
      let tamper = false;
      const fetch = tampering("/token", async (answer) => (tamper && answer.id_token ? { ...answer, id_token: await context.provider.forge("ES256", { ...claimsOf(answer.id_token), ...change }) } : answer));
      const client = await connect({ ...app, fetch });
      await signIn(client);
      tamper = true;
      // The token was used for an answer that is not to be trusted: there is no way back.
      await context.refused(client.refresh(), "session_expired");
    });
  }

  test("gives less than was granted", async () => {
    const client = await connect(app);
    await signIn(client, { scope: "openid offline_access read write", resource: [API] });
    const { accessToken } = await client.refresh({ resource: API, scope: "read" });
    assert.deepEqual([claimsOf(accessToken).aud, claimsOf(accessToken).scope], [API, "read"]);
  });

  test("gives a token for each API", async () => {
    const client = await connect(app);
    await signIn(client, { scope: "openid offline_access read write", resource: [API, CRM] });
    const api = await client.refresh({ resource: API });
    assert.deepEqual([claimsOf(api.accessToken).aud, claimsOf(api.accessToken).scope], [API, "read write"]);
    const crm = await client.refresh({ resource: CRM, scope: "read" });
    assert.deepEqual([claimsOf(crm.accessToken).aud, claimsOf(crm.accessToken).scope], [CRM, "read"]);
  });

  test("is refused a token for an API that was not granted", async () => {
    const client = await connect(app);
    await signIn(client, { scope: "openid offline_access read", resource: [API] });
    await context.refused(client.refresh({ resource: CRM }), "oauth_error");
  });
}

export function signingOut(context) {
  test("at the provider too, which tells the other clients", async () => {
    const person = new Person();
    const client = await context.connect({ clientId: "app-told" });
    const { claims } = await signIn(client, {}, { person });
    const { left } = await person.visit(await client.logoutAddress());
    assert.equal(left.split("?")[0], AFTER_LOGOUT);
    const told = claimsOf(context.provider.logoutTokens.at(-1));
    assert.deepEqual([told.aud, told.sub, told.sid], ["app-told", "ada", claims.sid]);
  });
}
