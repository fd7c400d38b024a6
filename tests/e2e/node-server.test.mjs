/** The example of a Node server, by its pages alone: what a browser would see with scripts turned off. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { start } from "../../examples/node-server/start.mjs";
import { atEnd } from "../support/at-end.mjs";
import { Visitor } from "../support/visitor.mjs";

/** Shorter than the ten seconds before its end at which a token is refreshed. */
const ALWAYS_DUE = 5;

describe("the Node server's example", () => {
  const end = atEnd();
  let example;
  let visitor;
  before(async () => {
    example = await start({ accessTokenSeconds: ALWAYS_DUE });
    end.after(() => example.close());
    visitor = new Visitor();
  });

  test("shows a stranger in and out again", async () => {
    const home = await visitor.open(example.url);
    assert.match(home.text, /Nobody is signed in/);
    await visitor.submit("/sign-in");
    const signedIn = await visitor.signIn("ada");
    assert.match(signedIn.text, /Signed in as <b>ada<\/b>/);
    assert.equal(signedIn.url, `${example.url}/`, "the code is gone from the address");
    assert.deepEqual([...visitor.cookiesOf(example.url).keys()].filter((name) => !name.includes(".t-")), ["edgeward"]);
  });

  test("refreshes the session while pages are rendered, one refresh token after the other", async () => {
    const before = example.provider.refreshes();
    for (let at = 0; at < 3; at++) assert.match((await visitor.open(`${example.url}/profile`)).text, /<h1>ada<\/h1>/);
    assert.equal(example.provider.refreshes() - before, 3);
    const pages = await Promise.all(Array.from({ length: 5 }, () => visitor.copy().open(`${example.url}/profile`)));
    for (const { text } of pages) assert.match(text, /<h1>ada<\/h1>/);
  });

  test("ends the session here and at the provider", async () => {
    await visitor.open(example.url);
    await visitor.submit("/sign-out");
    const after = await visitor.confirmSignOut();
    assert.match(after.text, /Nobody is signed in/);
    const profile = await visitor.open(`${example.url}/profile`);
    assert.ok(profile.url.startsWith(example.provider.issuer), "a page that needs somebody leads to the provider");
  });
});
