/** What a provider may not do to a client: never end, never answer, send it elsewhere. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createClient } from "../../pkg/dist/client/node.js";
import { startScriptedProvider } from "../support/scripted-provider.mjs";
import { openPage } from "./page.mjs";

const PAGE = "http://127.0.0.1:3000/";

/** Begins a sign-in at a provider whose metadata is answered so, and gives the error. */
async function refusal(t, answer) {
  const provider = await startScriptedProvider();
  t.after(() => provider.close());
  provider.onDiscovery(answer);
  const page = openPage(t, PAGE);
  const client = createClient({ issuer: provider.issuer, clientId: "spa", redirectUri: PAGE });
  const { error } = await client.signIn();
  assert.deepEqual(page.left, [], "the page was not left");
  return { error, provider };
}

test("a document over 64 KiB is not read to its end", async (t) => {
  let sent = 0;
  let cancelled;
  const endless = new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(16_384).fill(0x20)) ?? void (sent += 16_384),
    cancel: () => void (cancelled = true),
  });
  const real = globalThis.fetch;
  t.mock.method(globalThis, "fetch", (url, init) =>
    String(url).endsWith("openid-configuration") ? Promise.resolve(new Response(endless)) : real(url, init),
  );
  const { error } = await refusal(t, {});
  assert.equal(error.code, "response_too_large");
  assert.ok(sent <= 160_000, `${sent} bytes`);
  assert.equal(cancelled, true);
});

test("a provider that does not answer is given up after the deadline", async (t) => {
  const begun = performance.now();
  const { error } = await refusal(t, { hang: true });
  const took = performance.now() - begun;
  assert.deepEqual([error.code, error.retryable], ["network_timeout", true]);
  assert.ok(took > 9_900 && took < 60_000, `given up after ${took} ms`);
});

test("a redirect is not followed", async (t) => {
  const { error, provider } = await refusal(t, { status: 302, headers: { location: "/elsewhere" } });
  assert.equal(error.code, "redirect_refused");
  assert.equal(provider.count("/elsewhere"), 0);
});

test("a provider that is down is a failure of the network, and worth another try", async (t) => {
  const provider = await startScriptedProvider();
  await provider.close();
  openPage(t, PAGE);
  const client = createClient({ issuer: provider.issuer, clientId: "spa", redirectUri: PAGE });
  const { error } = await client.signIn();
  assert.deepEqual([error.code, error.retryable, error.sessionEnded], ["network_failed", true, false]);
});

test("a failed discovery is not remembered", async (t) => {
  const provider = await startScriptedProvider();
  t.after(() => provider.close());
  const page = openPage(t, PAGE);
  const client = createClient({ issuer: provider.issuer, clientId: "spa", redirectUri: PAGE });
  provider.onDiscovery({ status: 503 });
  assert.equal((await client.signIn()).error.code, "discovery_unavailable");
  provider.onDiscovery(() => ({ body: provider.metadata() }));
  assert.equal((await client.signIn()).ok, true);
  assert.equal(page.left.length, 1);
});
