/** The example of a Worker of one's own: what its tour shows is what the Worker answers. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { discoveryRequest, processDiscoveryResponse, processResourceDiscoveryResponse, resourceDiscoveryRequest, allowInsecureRequests } from "oauth4webapi";
import { PAGE, start } from "../../examples/hono-worker/start.mjs";
import { tour } from "../../examples/hono-worker/tour.mjs";
import { atEnd } from "../support/at-end.mjs";
import { bearer, send } from "../support/http.mjs";

describe("a Worker with Hono", () => {
  const end = atEnd();
  let example;
  before(async () => {
    example = await start();
    end.after(() => example.close());
  });

  test("answers each of the tour's calls as the tour says", async () => {
    const seen = [];
    for await (const { status, code } of tour(example.url, example.provider)) seen.push(code ? `${status} ${code}` : status);
    assert.deepEqual(seen, [
      200, 200, 200, 200, "401 token_missing", 201, 200, "403 insufficient_scope", "403 insufficient_role", 200,
      "401 token_audience_invalid", "401 token_signature_invalid", "401 token_malformed",
    ]);
  });

  test("greets by name whoever proves it, and keeps todos apart", async () => {
    const { provider, url } = example;
    const [reader, writer] = [await provider.token("reader"), await provider.token("writer")];
    assert.equal((await send(`${url}/greeting`, { headers: [bearer(writer)] })).json.greeting, "Hello writer");
    assert.deepEqual((await send(`${url}/todos`, { headers: [bearer(reader)] })).json, []);
  });

  test("leads a certified client from its address to the authorization server", async () => {
    const insecure = { [allowInsecureRequests]: true };
    const identifier = new URL(example.url);
    const answer = await resourceDiscoveryRequest(identifier, insecure);
    const { authorization_servers: [server] } = await processResourceDiscoveryResponse(identifier, answer);
    const issuer = new URL(server);
    const metadata = await processDiscoveryResponse(issuer, await discoveryRequest(issuer, insecure));
    assert.equal(metadata.issuer, example.provider.issuer);
  });

  test("lets an allowed page ask, and read why it was turned away", async () => {
    const ask = [["origin", PAGE], ["access-control-request-method", "POST"]];
    const preflight = await send(`${example.url}/todos`, { method: "OPTIONS", headers: ask });
    assert.deepEqual([preflight.status, preflight.headers["access-control-allow-origin"]], [204, PAGE]);
    const denied = await send(`${example.url}/todos`, { headers: [["origin", PAGE]] });
    assert.deepEqual([denied.status, denied.headers["access-control-allow-origin"]], [401, PAGE]);
  });
});
