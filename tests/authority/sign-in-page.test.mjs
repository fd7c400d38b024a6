/** From an application's request over the sign-in page to a provider and back: one authority is the provider of another. */
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { test } from "node:test";
import { REDIRECT, SECRET, agree, signIn, startProvider } from "../support/provider.mjs";

const CALLBACK = "http://127.0.0.1/api/auth/callback/upstream";

/** Keeps the cookies of one origin, and follows nothing. */
function browser() {
  const jar = new Map();
  return async (url) => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await fetch(url, { headers: cookie ? { cookie } : {}, redirect: "manual" });
    for (const line of answer.headers.getSetCookie()) {
      const [name, value] = line.split(";")[0].split(/=(.*)/s);
      if (/max-age=0/i.test(line)) jar.delete(name);
      else jar.set(name, value);
    }
    const location = answer.headers.get("location");
    return { status: answer.status, location: location && new URL(location, url), text: await answer.text() };
  };
}

test("a user signs in through a provider and comes back to what the application asked for", async (t) => {
  const hash = createHash("sha256").update(SECRET).digest("hex");
  const upstream = await startProvider(t, {
    more: {
      clients: [{ client_id: "downstream", first_party: true, redirect_uris: [CALLBACK], client_secret_sha256: hash }],
    },
  });
  const authority = await startProvider(t, {
    providers: {
      upstream: { kind: "generic", issuer: upstream.url, client_id: "downstream", secret_binding: "UPSTREAM_SECRET" },
    },
    authority: { bindings: { UPSTREAM_SECRET: SECRET } },
  });
  const go = browser();
  const verifier = randomBytes(32).toString("base64url");
  const query = new URLSearchParams({
    client_id: "own",
    redirect_uri: REDIRECT,
    response_type: "code",
    scope: "openid email",
    state: "s",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
  });
  const asked = await go(`${authority.url}/oauth/authorize?${query}`);
  const page = await go(asked.location);
  assert.equal(page.status, 200);
  const [, link] = page.text.match(/href="(\/api\/auth\/signin\/upstream\?[^"]+)"/);
  const begun = await go(new URL(link.replaceAll("&amp;", "&"), authority.url));
  assert.equal(begun.location.origin, upstream.url);
  const callback = await agree(upstream, begun.location, await signIn(upstream));
  assert.equal(callback.origin, authority.url);
  const back = await go(callback);
  assert.equal(back.location.pathname, "/oauth/authorize", `${back.status} ${back.location} ${back.text}`);
  const answer = await go(back.location);
  assert.equal(answer.location.searchParams.get("state"), "s");
  const body = new URLSearchParams({
    grant_type: "authorization_code",
    client_id: "own",
    code: answer.location.searchParams.get("code"),
    code_verifier: verifier,
  });
  const tokens = await (await fetch(`${authority.url}/oauth/token`, { method: "POST", body })).json();
  const claims = JSON.parse(Buffer.from(tokens.id_token.split(".")[1], "base64url"));
  assert.equal(claims.email, "ada@example.com");
  assert.notEqual(claims.sub, "");
});
