/** `verifyRequest`, `protect` and encrypted tokens in Bun, in Deno and in newer versions of Node. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { access } from "node:fs/promises";
import { before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { ENCRYPTIONS, readers, seal } from "../support/readers.mjs";
import { AUDIENCE, goodClaims, makeKey, sign } from "../support/tokens.mjs";

const ISSUER = "https://id.example";
const APP = fileURLToPath(new URL("admit.mjs", import.meta.url));
const RUNTIMES = [
  [`Node ${process.versions.node}`, process.execPath, []],
  ["Node 22", "node_modules/node22/bin/node", []],
  ["Node 24", "node_modules/node24/bin/node", []],
  ["Bun", "node_modules/.bin/bun", []],
  ["Deno", "node_modules/.bin/deno", ["run", "--no-lock", "--no-config", "--allow-env=SETTINGS"]],
];

describe("a request is admitted or refused", () => {
  let settings;
  before(async () => {
    const [signer, keys] = [await makeKey("ES256", "key-1"), await readers()];
    const signed = await sign(signer, goodClaims(ISSUER));
    const sealed = keys.map(async (key) => [key.kid, await seal(key, signed, { alg: key.algorithms.at(-1) })]);
    const decryption = {
      keys: keys.map(({ jwk }) => jwk),
      algorithms: [...new Set(keys.flatMap(({ algorithms }) => algorithms))],
      encryptions: ENCRYPTIONS,
    };
    const options = { issuer: ISSUER, audience: AUDIENCE, algorithms: ["ES256"], jwks: { keys: [signer.jwk] }, decryption };
    settings = { options, tokens: { signed, ...Object.fromEntries(await Promise.all(sealed)) } };
  });

  for (const [name, path, args] of RUNTIMES) {
    test(`in ${name}`, async (t) => {
      const program = path === process.execPath ? path : fileURLToPath(new URL(`../../${path}`, import.meta.url));
      if (!(await access(program).then(() => true, () => false))) return t.skip(`${path} is not installed`);
      const { stdout } = await promisify(execFile)(program, [...args, APP], {
        env: { ...process.env, SETTINGS: JSON.stringify(settings), NO_COLOR: "1" },
      });
      const { admitted, ...rest } = JSON.parse(stdout);
      const everybody = Object.keys(settings.tokens).map((kid) => [kid, ["ada", "bearer", ["read", "write"]]]);
      assert.deepEqual(admitted, Object.fromEntries(everybody));
      assert.deepEqual(rest, {
        nobody: "token_missing",
        denied: [403, 'Bearer realm="edgeward", error="insufficient_scope", error_description="The token does not carry the scope that this resource requires.", scope="admin"', "https://app.example"],
        answered: [200, { hello: "ada" }, "private, no-store"],
      });
    });
  }
});
