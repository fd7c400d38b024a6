/** Convex's rule of acceptance: the crate `openidconnect`, of which its backend asks the same. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { API, CONVEX, REDIRECT, agree, signIn, startProvider } from "../support/provider.mjs";
import { atEnd } from "../support/at-end.mjs";
import { createHash, randomBytes } from "node:crypto";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

/** What the crate says of each token. */
function verdicts(question) {
  return new Promise((resolve, reject) => {
    const command = ["run", "--quiet", "--locked", "--manifest-path", at("../convex/Cargo.toml")];
    const env = { ...process.env, CARGO_TARGET_DIR: at("../../target/convex") };
    const child = execFile("cargo", command, { env, maxBuffer: 1 << 24 }, (error, stdout, stderr) => {
      if (error) return reject(new Error(stderr));
      resolve(
        stdout
          .trim()
          .split("\n")
          .map((line) => JSON.parse(line)),
      );
    });
    child.stdin.end(JSON.stringify(question));
  });
}

describe("Convex", () => {
  const end = atEnd();
  let authority;
  let documents;
  before(async () => {
    authority = await startProvider(end);
    const paths = ["openid-configuration", "jwks.json"].map((name) => `${authority.url}/.well-known/${name}`);
    const read = async (url) => {
      const answer = await fetch(url);
      return [url, { contentType: answer.headers.get("content-type"), body: await answer.text() }];
    };
    documents = Object.fromEntries(await Promise.all(paths.map(read)));
  });

  async function token(resource) {
    const verifier = randomBytes(32).toString("base64url");
    const query = new URLSearchParams({
      client_id: "own",
      redirect_uri: REDIRECT,
      response_type: "code",
      scope: "openid email",
      resource,
      code_challenge: createHash("sha256").update(verifier).digest("base64url"),
      code_challenge_method: "S256",
    });
    const callback = await agree(authority, `${authority.url}/oauth/authorize?${query}`, await signIn(authority));
    const code = callback.searchParams.get("code");
    const body = new URLSearchParams({
      grant_type: "authorization_code",
      client_id: "own",
      code,
      code_verifier: verifier,
    });
    return (await (await fetch(`${authority.url}/oauth/token`, { method: "POST", body })).json()).access_token;
  }

  const ask = (tokens, audience = "convex") => verdicts({ issuer: authority.url, audience, documents, tokens });

  test("takes a token in the form for it, and knows whose it is", async () => {
    assert.deepEqual(await ask([await token(CONVEX)]), [{ subject: "ada", email: "ada@example.com" }]);
  });

  test("takes none of RFC 9068, none for another audience and none that was altered", async () => {
    const good = await token(CONVEX);
    const [ofApi] = await ask([await token(API)], API);
    assert.match(ofApi.refused, /at\+jwt|type/i);
    const [elsewhere] = await ask([good], "another");
    assert.match(elsewhere.refused, /audience/i);
    const [head, , signature] = good.split(".");
    const claims = { ...JSON.parse(Buffer.from(good.split(".")[1], "base64url")), sub: "eve" };
    const altered = [head, Buffer.from(JSON.stringify(claims)).toString("base64url"), signature].join(".");
    assert.match((await ask([altered]))[0].refused, /signature/i);
  });
});
