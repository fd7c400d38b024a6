/** One user, several processes of one site, and an issuer that allows each refresh token once. */
import assert from "node:assert/strict";
import { before, beforeEach, describe, test } from "node:test";
import { atEnd } from "../support/at-end.mjs";
import { startProcess } from "./process.mjs";
import { LIFETIME, makeSite, signIn, startIssuer, whoami } from "./site.mjs";

/** A store that several processes share, as Redis is: one step for each command, and answers take a moment. */
function sharedStore() {
  const values = new Map();
  const later = (value) => new Promise((resolve) => setTimeout(resolve, 2, value));
  const store = {
    values,
    broken: false,
    get: (key) => store.step(() => values.get(key) ?? null),
    set: (key, value) => store.step(() => void values.set(key, value), true),
    remove: (key) => store.step(() => void values.delete(key)),
    compareAndSwap: (key, expected, next) =>
      store.step(() => {
        if ((values.get(key) ?? null) !== expected) return false;
        if (next === null) values.delete(key);
        else values.set(key, next);
        return true;
      }, true),
    /** Lets the next writers begin only when there are so many. */
    gather(count) {
      let go;
      const all = new Promise((resolve) => (go = resolve));
      store.gate = () => {
        if ((count -= 1) <= 0) {
          store.gate = undefined;
          go();
        }
        return all;
      };
    },
    async step(work, writes) {
      await later();
      if (writes) await store.gate?.();
      if (store.broken) throw new Error("connection refused");
      return later(work());
    },
  };
  return store;
}

describe("two processes of a site", () => {
  const end = atEnd();
  let issuer;
  before(async () => {
    issuer = await startIssuer(end);
  });
  beforeEach(() => {
    Object.assign(issuer, { outage: undefined, claims: {}, held: undefined });
    issuer.exchanges.length = 0;
  });

  /** Two processes, and a browser with a session that is due in both. */
  async function due(options = () => ({})) {
    const one = makeSite(issuer, options());
    const two = await startProcess(end, issuer, options());
    const browser = one.browser();
    await signIn(issuer, browser);
    const other = two.browser();
    other.cookies = new Map(browser.cookies);
    one.pass(LIFETIME);
    await two.pass(LIFETIME);
    return { one, two, browser, other };
  }

  test("without a store lose a session of an issuer that allows a refresh token once", async () => {
    const { browser, other } = await due();
    const seen = await Promise.all([whoami(browser), whoami(other)]);
    assert.deepEqual(seen.filter(Boolean), ["ada"], "one of them is refused, and the family is revoked");
    assert.equal(issuer.refreshes, 2);
  });

  test("with a store refresh once, and both go on", async () => {
    const store = sharedStore();
    const { one, two, browser, other } = await due(() => ({ store }));
    // Both have read the same and begin to write at the same moment.
    store.gather(2);
    assert.deepEqual(await Promise.all([whoami(browser), whoami(other)]), ["ada", "ada"]);
    assert.equal(issuer.refreshes, 1);
    one.pass(LIFETIME);
    await two.pass(LIFETIME);
    assert.equal(await whoami(other), "ada");
  });

  test("with a store keep nothing but a name in the cookie, and that does not change", async () => {
    const store = sharedStore();
    const { browser } = await due(() => ({ store }));
    const before = browser.session;
    assert.ok(before.length < 300, `${before.length} bytes`);
    const answer = await browser.go("/");
    assert.deepEqual(answer.headers.getSetCookie(), []);
    assert.equal(browser.session, before);
    for (const [key, value] of store.values) assert.equal(before.includes(key.split(":").at(-1)) || before.includes(value), false);
  });

  test("with a store see each other's sign-outs, and leave nothing in it", async () => {
    const store = sharedStore();
    const { browser, other } = await due(() => ({ store }));
    await browser.go("/sign-out");
    assert.equal(browser.session, "");
    assert.equal(await whoami(other), null);
    assert.equal(other.session, "");
    assert.equal(store.values.size, 0);
  });

  test("with a store give a session another name at each sign-in", async () => {
    const store = sharedStore();
    const { browser, other } = await due(() => ({ store }));
    await signIn(issuer, browser);
    assert.equal(store.values.size, 1);
    assert.equal(await whoami(browser), "ada");
    assert.equal(await whoami(other), null, "the name from before is worth nothing");
  });

  test("keep the cookies while the store cannot be reached", async () => {
    const store = sharedStore();
    const { browser } = await due(() => ({ store }));
    store.broken = true;
    const answer = await browser.go("/");
    assert.deepEqual(await answer.json(), { subject: null, failure: "storage_unavailable" });
    assert.deepEqual(answer.headers.getSetCookie(), []);
    store.broken = false;
    assert.equal(await whoami(browser), "ada");
  });

  test("share a store that can only read and write, as far as that goes", async () => {
    const { compareAndSwap, ...plain } = sharedStore();
    const { browser, other, two } = await due(() => ({ store: plain }));
    assert.equal(await whoami(browser), "ada");
    assert.equal(await whoami(other), "ada");
    assert.equal(issuer.refreshes, 1);
    await two.pass(LIFETIME);
    assert.equal(await whoami(other), "ada");
    assert.equal(issuer.refreshes, 2);
  });
});
