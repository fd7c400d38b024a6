/** One credential of a request, what is asked of whoever it speaks for, and the answer to whom is refused. */
import assert from "node:assert/strict";
import { createHash, randomUUID } from "node:crypto";
import { before, describe, test } from "node:test";
import { calculateJwkThumbprint } from "jose";
import { WWWAuthenticateChallengeError, customFetch, protectedResourceRequest } from "oauth4webapi";
import { createVerifier } from "../../pkg/dist/verify/node.js";
import { AUDIENCE, goodClaims, makeKey, now, sign } from "../support/tokens.mjs";

const ISSUER = "https://id.example";
const OTHER = "https://other.example";
const PLACES = { cookie: "session", header: "x-token", queryParameter: "access_token", webSocket: true };

describe("a request", () => {
  let key;
  let otherKey;
  before(async () => {
    [key, otherKey] = [await makeKey("ES256", "key-1"), await makeKey("RS256", "key-1")];
  });

  const token = (claims, header) => sign(key, goodClaims(ISSUER, claims), header);
  const verifier = (options) =>
    createVerifier({ issuer: ISSUER, audience: AUDIENCE, algorithms: ["ES256"], jwks: { keys: [key.jwk] }, ...options });
  const ask = async (headers, { url = "https://api.example/todos", options, requirements } = {}) =>
    verifier(options).verifyRequest(new Request(url, { headers }), requirements);
  const code = async (...args) => (await ask(...args)).error?.code;
  const withToken = async (claims, requirements) =>
    ask({ authorization: `Bearer ${await token(claims)}` }, { requirements });

  describe("with a credential", () => {
    test("gives the identity, typed", async () => {
      const claims = {
        sid: "s-1", client_id: "app", jti: "t-1", permissions: ["a"], roles: "x y", auth_time: 1_700_000_000, acr: "gold",
        amr: ["pwd", "otp"], iat: now() - 1, exp: now() + 60,
      };
      const { data } = await withToken(claims);
      assert.deepEqual(data, {
        subject: "ada", issuer: ISSUER, sessionId: "s-1", clientId: "app", tokenId: "t-1", scope: ["read", "write"],
        permissions: ["a"], roles: ["x", "y"], authenticatedAt: 1_700_000_000, acr: "gold", amr: ["pwd", "otp"],
        issuedAt: claims.iat, expiresAt: claims.exp, credential: "bearer", claims: goodClaims(ISSUER, claims),
      });
    });

    test("gives null for what the token does not say", async () => {
      const { data } = await withToken({ sub: undefined, scope: undefined, iat: undefined });
      const { subject, sessionId, clientId, tokenId, scope, authenticatedAt, acr, amr, issuedAt } = data;
      assert.deepEqual([subject, sessionId, clientId, tokenId, authenticatedAt, acr, issuedAt], Array(7).fill(null));
      assert.deepEqual([scope, amr], [[], []]);
    });

    test("keeps what claims are called, whatever they are called", async () => {
      const { data } = await withToken({ "https://claims.example/x": 1, constructor: "c" });
      assert.equal(data.claims["https://claims.example/x"], 1);
      assert.equal(data.claims.constructor, "c");
    });

    for (const [kind, request] of [
      ["bearer", (token) => [{ authorization: `bearer ${token}` }]],
      ["header", (token) => [{ "x-token": token }]],
      ["cookie", (token) => [{ cookie: `theme=dark; __Host-session=${token}` }]],
      ["websocket", (token) => [{ upgrade: "websocket", "sec-websocket-protocol": `edgeward, edgeward.bearer.${token}` }]],
      ["query", (token) => [{}, `https://api.example/todos?access_token=${token}`]],
    ]) {
      test(`finds it where the options say: ${kind}`, async () => {
        const [headers, url = "https://api.example/"] = request(await token());
        // Fetch's `Request` may hold neither `Upgrade` nor a cookie in every place: a plain one does.
        const plain = { method: "GET", url, headers };
        const { data } = await verifier(PLACES).verifyRequest(plain);
        assert.deepEqual([data.subject, data.credential], ["ada", kind]);
        const unasked = await verifier().verifyRequest(plain);
        assert.equal(unasked.error?.code, kind === "bearer" ? undefined : "token_missing");
      });
    }

    test("prefers the cookie that is harder to plant", async () => {
      const [host, plain] = [await token({ sub: "host" }), await token({ sub: "plain" })];
      const headers = { cookie: `session=${plain}; __Host-session=${host}` };
      const { data } = await verifier(PLACES).verifyRequest({ method: "GET", url: "https://api.example/", headers });
      assert.equal(data.subject, "host");
    });

    test("is refused with two credentials, in one place or in two", async () => {
      const one = await token();
      const twice = new Headers([["authorization", `Bearer ${one}`], ["authorization", `Bearer ${one}`]]);
      assert.equal(await code(twice), "credential_malformed");
      assert.equal(
        await code({ authorization: `Bearer ${one}`, "x-token": one }, { options: PLACES }),
        "credential_ambiguous",
      );
    });

    test("is refused with two raw Authorization lines, of which Node keeps the first", async () => {
      const one = await token();
      const rawHeaders = ["Host", "api.example", "Authorization", `Bearer ${one}`, "authorization", "Bearer other"];
      const headers = { host: "api.example", authorization: `Bearer ${one}` };
      const outcome = await verifier().verifyRequest({ method: "GET", url: "/todos", headers, rawHeaders });
      assert.equal(outcome.error?.code, "credential_malformed");
    });

    test("is refused if the token is no good, with the token's own code", async () => {
      assert.equal(await code({ authorization: `Bearer ${await token({ exp: now() - 100 })}` }), "token_expired");
      assert.equal(await code({ authorization: `Bearer ${await token({ aud: "x" })}` }), "token_audience_invalid");
      assert.equal(await code({ authorization: "Bearer a b" }), "credential_malformed");
      assert.equal(await code({ authorization: "Bearer a.b.c" }), "token_malformed");
    });
  });

  describe("without a credential", () => {
    test("is refused where one is required, and passes as nobody where one is optional", async () => {
      assert.equal(await code({}), "token_missing");
      assert.deepEqual(await ask({}, { requirements: { credential: "optional" } }), { ok: true, data: null });
      assert.deepEqual(await ask({}, { requirements: { credential: "forbidden" } }), { ok: true, data: null });
    });

    test("is never what a request with a bad one counts as", async () => {
      const requirements = { credential: "optional" };
      assert.equal(await code({ authorization: "Bearer a.b.c" }, { requirements }), "token_malformed");
      const headers = { authorization: `Bearer ${await token()}` };
      assert.equal(await code(headers, { requirements: { credential: "forbidden" } }), "credential_forbidden");
    });
  });

  describe("meets the requirements or is refused", () => {
    const claims = { scope: "a b", permissions: ["p"], roles: ["r"], org: { plan: "pro" }, groups: ["x"], acr: "gold", amr: ["otp"] };
    for (const [requirement, met, unmet, refusal] of [
      ["scopes", ["a", "b"], ["a", "c"], "insufficient_scope"],
      ["anyScope", ["c", "b"], ["c"], "insufficient_scope"],
      ["permissions", ["p"], ["p", "q"], "insufficient_permission"],
      ["anyPermission", ["q", "p"], ["q"], "insufficient_permission"],
      ["roles", ["r"], ["R"], "insufficient_role"],
      ["anyRole", ["s", "r"], ["s"], "insufficient_role"],
      ["claims", [{ claim: "/org/plan", equals: "pro" }], [{ claim: "/org/plan", equals: "free" }], "claim_not_allowed"],
      ["claims", [{ claim: "acr", oneOf: ["silver", "gold"] }], [{ claim: "acr", oneOf: ["silver"] }], "claim_not_allowed"],
      ["claims", [{ claim: "groups", contains: "x" }], [{ claim: "groups", contains: "y" }], "claim_not_allowed"],
      ["acr", ["silver", "gold"], ["silver"], "authentication_insufficient"],
      ["amr", ["otp"], ["otp", "hwk"], "authentication_insufficient"],
      ["maxAuthenticationAgeSeconds", 600, 100, "authentication_insufficient"],
      ["issuers", [ISSUER], undefined],
      ["credentials", ["bearer"], undefined],
    ]) {
      test(`${requirement}: ${JSON.stringify(met)} and not ${JSON.stringify(unmet)}`, async () => {
        const all = { ...claims, auth_time: now() - 300 };
        assert.equal((await withToken(all, { [requirement]: met })).data?.subject, "ada");
        if (unmet) assert.equal((await withToken(all, { [requirement]: unmet })).error?.code, refusal);
      });
    }

    test("an absent claim grants nothing", async () => {
      assert.equal((await withToken({}, { maxAuthenticationAgeSeconds: 600 })).error?.code, "authentication_insufficient");
      assert.equal((await withToken({}, { roles: ["r"] })).error?.code, "insufficient_role");
    });
  });

  describe("of one of several issuers", () => {
    const several = () =>
      createVerifier({
        issuers: [
          { issuer: ISSUER, audience: AUDIENCE, algorithms: ["ES256"], jwks: { keys: [key.jwk] } },
          { issuer: OTHER, audience: AUDIENCE, algorithms: ["RS256"], jwks: { keys: [otherKey.jwk] }, rolesClaim: "/realm/roles" },
        ],
      });
    const askBoth = (signed, requirements) =>
      several().verifyRequest(new Request("https://a.example", { headers: { authorization: `Bearer ${signed}` } }), requirements);

    test("is verified with that issuer's keys, and read by its rules", async () => {
      const signed = await sign(otherKey, goodClaims(OTHER, { realm: { roles: ["r"] } }));
      const { data } = await askBoth(signed);
      assert.deepEqual([data.issuer, data.roles], [OTHER, ["r"]]);
      assert.equal((await several().verify(signed)).data.subject, "ada");
      assert.equal(several().verifySync(signed).data.subject, "ada");
    });

    test("is never verified with the other's keys", async () => {
      const crossed = await sign(key, goodClaims(OTHER), { alg: "ES256" });
      for (const outcome of [await askBoth(crossed), await several().verify(crossed), several().verifySync(crossed)]) {
        assert.equal(outcome.error?.code, "token_alg_not_allowed");
      }
      assert.equal((await askBoth(await sign(key, goodClaims("https://third.example")))).error?.code, "token_issuer_invalid");
    });

    test("is refused where only the other counts", async () => {
      const signed = await sign(otherKey, goodClaims(OTHER));
      assert.equal((await askBoth(signed, { issuers: [ISSUER] })).error?.code, "issuer_not_allowed");
    });
  });

  test("of whoever holds one of the secrets passes while they rotate", async () => {
    const secrets = ["old-secret-of-32-bytes-or-a-little-more", new Uint8Array(32).fill(7)];
    const options = { algorithms: ["HS256"], jwks: undefined, secrets };
    for (const secret of [Buffer.from(secrets[0]), secrets[1]]) {
      const signed = await sign({ alg: "HS256", secret }, goodClaims(ISSUER));
      assert.equal((await ask({ authorization: `Bearer ${signed}` }, { options })).data?.subject, "ada");
    }
    const foreign = await sign({ alg: "HS256", secret: Buffer.alloc(32, 8) }, goodClaims(ISSUER));
    assert.equal(await code({ authorization: `Bearer ${foreign}` }, { options }), "token_signature_invalid");
  });

  describe("with a token that is bound to a key", () => {
    const URL_ = "https://api.example/todos";
    let prover;
    let bound;
    let guarded;
    before(async () => {
      prover = await makeKey("ES256", undefined);
      bound = await token({ cnf: { jkt: await calculateJwkThumbprint(prover.jwk) } });
      guarded = verifier({ dpop: { algorithms: ["ES256"], maxAgeSeconds: 30 } });
    });
    const proof = (changes, header) => {
      const ath = createHash("sha256").update(bound).digest("base64url");
      const { kty, crv, x, y } = prover.jwk;
      const claims = { htm: "GET", htu: URL_, jti: randomUUID(), iat: now(), ath, ...changes };
      return sign(prover, claims, { typ: "dpop+jwt", kid: undefined, jwk: { kty, crv, x, y }, ...header });
    };
    const send = async (dpop, { scheme = "DPoP", by = guarded, url = URL_ } = {}) => {
      const headers = { authorization: `${scheme} ${bound}`, ...(dpop && { dpop }) };
      const { data, error } = await by.verifyRequest(new Request(url, { headers }));
      return data ? data.credential : error.code;
    };

    test("passes with the proof of that key, once", async () => {
      const once = await proof();
      assert.equal(await send(once), "dpop");
      assert.equal(await send(once), "dpop_proof_replayed");
      assert.equal(await send(await proof()), "dpop");
    });

    test("is refused without, as a Bearer token, and for another request", async () => {
      assert.equal(await send(undefined), "token_proof_missing");
      assert.equal(await send(await proof(), { scheme: "Bearer" }), "token_proof_missing");
      assert.equal(await send(await proof({ htm: "POST" })), "dpop_method_mismatch");
      assert.equal(await send(await proof({ htu: "https://other.example/todos" })), "dpop_url_mismatch");
      assert.equal(await send(await proof({ ath: "x" })), "dpop_token_mismatch");
      assert.equal(await send(await proof({ iat: now() - 120 })), "dpop_proof_expired");
    });

    test("is called by its public origin behind a proxy", async () => {
      const by = verifier({ dpop: true, publicOrigin: "https://api.example" });
      assert.equal(await send(await proof(), { by, url: "http://10.0.0.7:8080/todos" }), "dpop");
      const unknown = verifier({ dpop: true });
      assert.equal(await send(await proof(), { by: unknown, url: "http://10.0.0.7:8080/todos" }), "dpop_url_mismatch");
    });

    test("is refused where proofs are not understood", async () => {
      assert.equal(await send(await proof(), { by: verifier() }), "token_missing");
    });

    test("is asked for its proof in a challenge", async () => {
      const { error } = await guarded.verifyRequest(new Request(URL_, { headers: { authorization: `DPoP ${bound}`, dpop: "x" } }));
      const [{ scheme, parameters }] = await challengesOf(guarded.challenge(error));
      assert.deepEqual([scheme, parameters.error, parameters.algs], ["dpop", "invalid_dpop_proof", "ES256"]);
    });
  });

  test("throws with errors: throw, and gives what a result would hold", async () => {
    const throwing = verifier({ errors: "throw" });
    const request = new Request("https://a.example", { headers: { authorization: `Bearer ${await token()}` } });
    assert.equal((await throwing.verifyRequest(request)).subject, "ada");
    await assert.rejects(throwing.verifyRequest(new Request("https://a.example")), { code: "token_missing" });
    assert.throws(() => throwing.verifySync("a.b.c"), { code: "token_malformed" });
  });

  describe("is answered with a challenge that clients understand", () => {
    test("no credential: how to bring one, and no error", async () => {
      const realm = { realm: "todos" };
      const { error } = await ask({}, { options: realm });
      const answer = verifier(realm).challenge(error);
      assert.equal(answer.status, 401);
      const [challenge, ...rest] = await challengesOf(answer);
      assert.deepEqual([challenge.scheme, rest], ["bearer", []]);
      assert.deepEqual({ ...challenge.parameters }, { realm: "todos" });
    });

    test("a bad token: what is wrong with it", async () => {
      const { error } = await ask({ authorization: "Bearer a.b.c" });
      const [{ parameters }] = await challengesOf(verifier().challenge(error));
      assert.equal(parameters.error, "invalid_token");
      assert.match(parameters.error_description, /\.$/);
    });

    test("a resource: where its metadata are", async () => {
      const own = verifier({ resource: "https://api.example/v1", scopesSupported: ["read"], queryParameter: "t" });
      const { error } = await own.verifyRequest(new Request("https://api.example/v1/x"));
      const [{ parameters }] = await challengesOf(own.challenge(error));
      assert.equal(parameters.resource_metadata, "https://api.example/.well-known/oauth-protected-resource/v1");
      assert.deepEqual((await own.protectedResourceMetadata()).data, {
        resource: "https://api.example/v1", authorization_servers: [ISSUER],
        bearer_methods_supported: ["header", "query"], scopes_supported: ["read"],
      });
      assert.equal((await verifier().protectedResourceMetadata()).data, undefined);
    });

    test("a missing scope: which one", async () => {
      const { error } = await withToken({}, { scopes: ["admin", "read"] });
      const answer = verifier().challenge(error);
      assert.equal(answer.status, 403);
      const [{ parameters }] = await challengesOf(answer);
      assert.deepEqual([parameters.error, parameters.scope], ["insufficient_scope", "admin read"]);
    });

    test("an old sign-in: how old it may be", async () => {
      const { error } = await withToken({}, { maxAuthenticationAgeSeconds: 60, acr: ["gold"] });
      const [{ parameters }] = await challengesOf(verifier().challenge(error));
      assert.deepEqual(
        [parameters.error, parameters.max_age, parameters.acr_values],
        ["insufficient_user_authentication", "60", "gold"],
      );
    });

    test("the body says what happened, and nobody keeps it", async () => {
      const { error } = await ask({});
      const answer = verifier().challenge(error, new Request("https://a.example", { headers: { "cf-ray": "8c1-FRA" } }));
      assert.deepEqual(await answer.json(), {
        error: "token_missing", message: "The request carries no credential.", request_id: "8c1-FRA",
      });
      assert.equal(answer.headers.get("cache-control"), "no-store");
      assert.equal(answer.headers.get("vary"), "Authorization");
      assert.equal(answer.headers.get("content-type"), "application/json");
    });

    test("a request without an id gets one, and an odd id is not repeated", async () => {
      const { error } = await ask({});
      const odd = new Request("https://a.example", { headers: { "cf-ray": "<b>\u00e4" } });
      for (const request of [undefined, odd]) {
        const { request_id: id } = await verifier().challenge(error, request).json();
        assert.match(id, /^[\w-]{16}$/);
      }
    });

    test("an allowed page may read it, and no other", async () => {
      const options = { allowedOrigins: ["https://app.example"] };
      const from = async (origin) => {
        const own = verifier(options);
        const request = new Request("https://a.example", { headers: { origin } });
        const { error } = await own.verifyRequest(request);
        return own.challenge(error, request).headers;
      };
      const allowed = await from("https://app.example");
      assert.equal(allowed.get("access-control-allow-origin"), "https://app.example");
      assert.match(allowed.get("access-control-expose-headers"), /WWW-Authenticate/);
      assert.match(allowed.get("vary"), /Origin/);
      assert.equal((await from("https://evil.example")).get("access-control-allow-origin"), null);
    });

    test("what is wrong on this side is no challenge, and names no option", async () => {
      const own = verifier({ realm: 'quote"d' });
      const { error } = await own.verifyRequest(new Request("https://a.example"));
      assert.deepEqual([error.code, error.at], ["config_invalid", "realm"]);
      const answer = own.challenge(error);
      assert.deepEqual([answer.status, answer.headers.get("www-authenticate")], [500, null]);
      assert.doesNotMatch(await answer.text(), /realm/);
    });
  });

  describe("meets a wrong setting", () => {
    for (const [name, wrong] of [
      ["realm", { realm: "a b\n" }],
      ["realm", { realm: 7 }],
      ["dpop", { dpop: "yes" }],
      ["dpop", { dpop: { algorithms: ["HS256"] } }],
      ["dpop", { dpop: { maxAgeSeconds: 301 } }],
      ["dpop", { dpop: { nonces: true } }],
      ["resource", { resource: "api.example" }],
      ["resource", { resource: "https://api.example?x" }],
      ["scopesSupported", { scopesSupported: ["a"] }],
      ["scopesSupported", { resource: "https://api.example", scopesSupported: ["a b"] }],
      ["pinnedKeys", { jwks: undefined, pinnedKeys: ["x"] }],
      ["pinnedKeys", { pinnedKeys: ["0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"] }],
      ["authorizedParties", { authorizedParties: [7] }],
      ["requiredClaims", { requiredClaims: [""] }],
      ["profile", { profile: "saml" }],
      ["subjectSeparator", { subjectSeparator: "::" }],
      ["cookie", { cookie: "__Host-session" }],
      ["cookie", { cookie: "a;b" }],
      ["header", { header: "Authorization" }],
      ["queryParameter", { queryParameter: "a b" }],
      ["webSocket", { webSocket: "yes" }],
      ["allowedOrigins", { allowedOrigins: ["*"] }],
      ["publicOrigin", { publicOrigin: "https://a.example/x" }],
      ["publicOrigin", { publicOrigin: ["https://a.example", "https://b.example"] }],
      ["rolesClaim", { rolesClaim: "/a//b" }],
      ["claims", { claims: [{ claim: "role" }] }],
      ["claims", { claims: [{ claim: "role", equals: "a", oneOf: ["b"] }] }],
      ["claims", { claims: [{ claim: "role", equals: "a", unless: 1 }] }],
      ["clockToleranceSeconds", { clockToleranceSeconds: 301 }],
      ["secret", { algorithms: ["HS256"], jwks: undefined, secrets: ["short", "x".repeat(32)] }],
      ["secrets", { algorithms: ["HS256"], jwks: undefined, secrets: [7] }],
      ["issuers", { issuers: [] }, { alone: true }],
      ["options", { issuers: [{}] }],
      ["options", { realms: "x" }],
    ]) {
      test(`of an option, and names it: ${name} ${JSON.stringify(wrong)}`, async () => {
        const whole = wrong.issuers?.length === 0 ? createVerifier(wrong) : verifier(wrong);
        const { error } = await whole.verify(await token());
        assert.deepEqual([error.code, error.at], ["config_invalid", name]);
      });
    }

    for (const [name, wrong] of [
      ["scopes", { scopes: ["a b"] }],
      ["scopes", { scopes: [7] }],
      ["credential", { credential: "maybe" }],
      ["credential", { credential: "forbidden", roles: ["r"] }],
      ["credentials", { credentials: ["cookie"] }],
      ["credentials", { credentials: ["smoke"] }],
      ["issuers", { issuers: [OTHER] }],
      ["acr", { acr: ['"'] }],
      ["claims", { claims: { role: "x" } }],
      ["maxAuthenticationAgeSeconds", { maxAuthenticationAgeSeconds: -1 }],
      ["options", { scope: ["a"] }],
    ]) {
      test(`of a requirement, and names it: ${JSON.stringify(wrong)}`, async () => {
        const { error } = await withToken({}, wrong);
        assert.deepEqual([error.code, error.at, error.denial.status], ["config_invalid", name, 500]);
      });
    }

    test("of an issuer that stands twice", async () => {
      const one = { issuer: ISSUER, audience: AUDIENCE, algorithms: ["ES256"] };
      const { error } = await createVerifier({ issuers: [one, one] }).verify("");
      assert.deepEqual([error.code, error.at], ["config_invalid", "issuers"]);
    });
  });
});

/** What a certified client reads out of an answer. */
async function challengesOf(answer) {
  const sent = protectedResourceRequest("t", "GET", new URL("https://api.example/"), new Headers(), null, {
    [customFetch]: async () => answer,
  });
  const error = await sent.catch((thrown) => thrown);
  assert.ok(error instanceof WWWAuthenticateChallengeError, String(error));
  return error.cause;
}
