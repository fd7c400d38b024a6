/** One import and one verification in each runtime, from the packed package. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { before, describe, test } from "node:test";
import { atEnd } from "../support/at-end.mjs";
import { goodClaims, makeKey, sign, tamper } from "../support/tokens.mjs";
import { answer, install } from "./installed.mjs";

const ISSUER = "https://id.example";

describe("the packed package verifies a token", () => {
  const end = atEnd();
  let project;
  before(async () => {
    ({ project } = await install(end));
  });

  for (const alg of ["ES256", "RS256", "EdDSA"]) {
    test(`in Node, imported: ${alg}`, async () => {
      await assertVerifies(project, process.execPath, ["verify.mjs"], alg);
    });
  }

  test("in Node, required", () => assertVerifies(project, process.execPath, ["verify.cjs"]));

  test("in Bun, imported", { skip: missing("bun") }, () => assertVerifies(project, bin("bun"), ["verify.mjs"]));

  test("in Bun, required", { skip: missing("bun") }, () => assertVerifies(project, bin("bun"), ["verify.cjs"]));

  test("in Deno", { skip: missing("deno") }, () => {
    const allowed = ["run", "--no-lock", "--node-modules-dir=manual", "--allow-env=INPUT"];
    return assertVerifies(project, bin("deno"), [...allowed, "verify.mjs"]);
  });
});

async function assertVerifies(project, program, args, alg = "ES256") {
  const key = await makeKey(alg, "key-1");
  const token = await sign(key, goodClaims(ISSUER, { sub: "ada" }));
  const input = {
    token,
    tampered: tamper(token, { sub: "root" }),
    issuer: ISSUER,
    audience: goodClaims(ISSUER).aud,
    algorithms: [alg],
    jwks: { keys: [key.jwk] },
  };
  const printed = await answer(project, program, args, JSON.stringify(input));
  assert.deepEqual(printed, {
    subject: "ada",
    same: true,
    refused: "token_signature_invalid",
    client: "session_missing",
  });
}

function bin(name) {
  return fileURLToPath(new URL(`../../node_modules/.bin/${name}`, import.meta.url));
}

/** Optional packages: npm leaves them out where they do not exist for the platform. */
function missing(name) {
  return existsSync(bin(name)) ? false : `the npm package ${name} is not installed here`;
}
