/** Fifty at once: one wins. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { createHash, randomBytes } from "node:crypto";
import { atEnd } from "../support/at-end.mjs";
import { REDIRECT, agree, decideDevice, signIn, startProvider } from "../support/provider.mjs";

const FIFTY = 50;
const DEVICE = "urn:ietf:params:oauth:grant-type:device_code";

describe("fifty at once", () => {
  const end = atEnd();
  let authority;
  let cookie;
  before(async () => {
    authority = await startProvider(end);
    cookie = await signIn(authority);
  });

  const ask = async (pairs) => {
    const answer = await fetch(`${authority.url}/oauth/token`, {
      method: "POST",
      body: new URLSearchParams({ client_id: "own", ...pairs }),
    });
    return { status: answer.status, json: await answer.json() };
  };

  async function code() {
    const verifier = randomBytes(32).toString("base64url");
    const challenge = createHash("sha256").update(verifier).digest("base64url");
    const query = new URLSearchParams({
      client_id: "own",
      redirect_uri: REDIRECT,
      response_type: "code",
      scope: "openid",
      code_challenge: challenge,
      code_challenge_method: "S256",
    });
    const callback = await agree(authority, `${authority.url}/oauth/authorize?${query}`, cookie);
    return {
      grant_type: "authorization_code",
      code: callback.searchParams.get("code"),
      code_verifier: verifier,
      redirect_uri: REDIRECT,
    };
  }

  const winners = (answers) => answers.filter(({ status }) => status === 200);

  test("one of those who make the first key signs with it", async () => {
    const keys = await Promise.all(
      Array.from({ length: 20 }, () => fetch(`${authority.url}/.well-known/jwks.json`).then((answer) => answer.text())),
    );
    assert.equal(new Set(keys).size, 1);
    assert.equal(JSON.parse(keys[0]).keys.length, 1);
  });

  test("one redeems a code", async () => {
    const request = await code();
    const answers = await Promise.all(Array.from({ length: FIFTY }, () => ask(request)));
    assert.equal(winners(answers).length, 1);
    assert.ok(answers.every(({ status, json }) => status === 200 || json.error === "invalid_grant"));
  });

  test("all who refresh get one and the same next token", async () => {
    const { json } = await ask(await code());
    const refresh = { grant_type: "refresh_token", refresh_token: json.refresh_token };
    const answers = await Promise.all(Array.from({ length: FIFTY }, () => ask(refresh)));
    assert.equal(winners(answers).length, FIFTY);
    const tokens = new Set(answers.map((answer) => answer.json.refresh_token));
    assert.equal(tokens.size, 1);
    const ids = answers.map(
      (answer) => JSON.parse(Buffer.from(answer.json.access_token.split(".")[1], "base64url")).jti,
    );
    assert.equal(new Set(ids).size, FIFTY);
    assert.equal((await ask({ ...refresh, refresh_token: [...tokens][0] })).status, 200, "the session goes on");
  });

  test("one code comes of a pushed request", async () => {
    const challenge = createHash("sha256").update(randomBytes(32)).digest("base64url");
    const pairs = { client_id: "own", redirect_uri: REDIRECT, response_type: "code", scope: "openid" };
    const body = new URLSearchParams({ ...pairs, code_challenge: challenge, code_challenge_method: "S256" });
    const pushed = await (await fetch(`${authority.url}/oauth/par`, { method: "POST", body })).json();
    const query = new URLSearchParams({ client_id: "own", request_uri: pushed.request_uri });
    const url = `${authority.url}/oauth/authorize?${query}`;
    const visit = () => fetch(url, { headers: { cookie }, redirect: "manual" }).then(({ status }) => status);
    const statuses = await Promise.all(Array.from({ length: FIFTY }, visit));
    assert.equal(statuses.filter((status) => status === 303).length, 1);
    assert.equal(statuses.filter((status) => status === 400).length, FIFTY - 1);
    const { results } = await authority.database
      .prepare("SELECT 1 FROM edgeward_codes WHERE challenge = ?")
      .bind(challenge)
      .all();
    assert.equal(results.length, 1);
  });

  test("one of those who poll gets the device's tokens, and one who decides decides", async () => {
    const begin = await fetch(`${authority.url}/oauth/device_authorization`, {
      method: "POST",
      body: new URLSearchParams({ client_id: "own", scope: "openid" }),
    });
    const device = await begin.json();
    await decideDevice(authority, cookie, device.user_code, "allow");
    const answers = await Promise.all(
      Array.from({ length: FIFTY }, () => ask({ grant_type: DEVICE, device_code: device.device_code })),
    );
    assert.equal(winners(answers).length, 1);
  });
});
