/** A provider that changes its keys, and one that goes away. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { call, openPage, signIn, startExample } from "../support/example.mjs";
import { bearer, send } from "../support/http.mjs";

const callWith = async ({ gateway }, token) => {
  const { status, json } = await send(`${gateway.url}/todos`, { headers: [bearer(token)] });
  return status === 200 ? json.identity.subject : json.error;
};

describe("a provider in trouble", () => {
  test("a rotated key is picked up without a restart, and the page signs in with it", async (t) => {
    const example = await startExample(t);
    const { provider } = example;
    const old = await provider.issueToken({ subject: "ada" });
    assert.equal(await callWith(example, old), "ada");
    const kid = await provider.rotateKeys({ keepOld: true });
    const fresh = await provider.issueToken({ subject: "ada" });
    assert.equal(JSON.parse(Buffer.from(fresh.split(".")[0], "base64url")).kid, kid);
    assert.equal(await callWith(example, fresh), "ada");
    assert.equal(await callWith(example, old), "ada", "the old key is still published");
    const page = await openPage(example);
    await signIn(page, "ada");
    assert.equal((await call(page, "Call the API")).claims.sub, "ada");
  });

  test("a withdrawn key stops verifying once its successor was fetched", async (t) => {
    const example = await startExample(t);
    const old = await example.provider.issueToken({ subject: "ada" });
    assert.equal(await callWith(example, old), "ada");
    await example.provider.rotateKeys({ keepOld: false });
    assert.equal(await callWith(example, await example.provider.issueToken({ subject: "ada" })), "ada");
    assert.equal(await callWith(example, old), "token_key_not_found");
  });

  test("with the provider down, a signed-in person goes on working", async (t) => {
    const example = await startExample(t);
    const page = await openPage(example);
    await signIn(page, "ada");
    assert.equal((await call(page, "Call the API")).status, 200);
    await example.provider.close();
    assert.equal((await call(page, "Call the API")).status, 200);
    await page.reload();
    await page.getByText("Signed in as Ada").waitFor();
    assert.equal((await call(page, "Call the API")).status, 200);
  });
});
