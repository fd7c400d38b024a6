/** A store that fails while a session is refreshed or ended. */
import assert from "node:assert/strict";
import { before, beforeEach, describe, test } from "node:test";
import { atEnd } from "../support/at-end.mjs";
import { LIFETIME, makeSite, signIn, startIssuer, whoami } from "./site.mjs";

const FAULTS = {
  "is refused": () => {
    throw new Error("connection refused");
  },
  "is made and its answer lost": (work) => {
    work();
    throw new Error("connection reset");
  },
  "is made and never answered": (work) => {
    work();
    return new Promise(() => {});
  },
};

/** What a write is for. */
const KINDS = {
  claim: ({ attempt }) => attempt !== undefined,
  commit: ({ attempt, grant }) => attempt === undefined && grant !== undefined,
  end: ({ grant }) => grant === undefined,
};

/** A store in which the next writes of a kind fail, or all from one on, reads too. */
function faultyStore() {
  const values = new Map();
  const faults = [];
  const store = { values, down: false };
  const check = () => {
    if (store.down) throw new Error("connection refused");
  };
  const write = (next, work) => {
    check();
    if (next === null || !faults[0]?.meant(JSON.parse(next))) return work();
    const { fault, forGood } = faults.shift();
    store.down = forGood;
    return fault(work);
  };
  store.breakAt = (kind, fault, { forGood = false } = {}) => void faults.push({ meant: KINDS[kind], fault, forGood });
  store.get = async (key) => (check(), values.get(key) ?? null);
  store.set = async (key, value) => write(value, () => void values.set(key, value));
  store.remove = async (key) => (check(), void values.delete(key));
  store.compareAndSwap = async (key, expected, next) =>
    write(next, () => {
      if ((values.get(key) ?? null) !== expected) return false;
      if (next === null) values.delete(key);
      else values.set(key, next);
      return true;
    });
  return store;
}

describe("a store that fails", () => {
  const end = atEnd();
  let issuer;
  let store;
  let site;
  let browser;
  before(async () => {
    issuer = await startIssuer(end);
  });
  beforeEach(async () => {
    issuer.outage = undefined;
    await begin(faultyStore());
  });

  /** A session in this store that is due. */
  async function begin(made) {
    store = made;
    site = makeSite(issuer, { store });
    browser = site.browser();
    await signIn(issuer, browser);
    site.pass(LIFETIME);
    issuer.exchanges.length = 0;
    issuer.revoked.length = 0;
  }

  async function goesOn() {
    assert.equal(await whoami(browser), "ada");
    assert.deepEqual(issuer.revoked, []);
  }

  for (const kind of ["claim", "commit"]) {
    for (const [what, fault] of Object.entries(FAULTS)) {
      test(`once, where a ${kind} ${what}, is asked again`, async () => {
        store.breakAt(kind, fault);
        await goesOn();
        assert.equal(issuer.refreshes, 1);
        site.pass(LIFETIME);
        await goesOn();
      });
    }
  }

  test("once, and can only read and write, is asked again", async () => {
    const { compareAndSwap, ...plain } = faultyStore();
    await begin(plain);
    for (const fault of [FAULTS["is refused"], FAULTS["is made and its answer lost"]]) {
      plain.breakAt("commit", fault);
      await goesOn();
      site.pass(LIFETIME);
    }
    assert.equal(issuer.refreshes, 2);
  });

  test("for longer, where a claim is refused, lets no refresh token out", async () => {
    store.breakAt("claim", FAULTS["is refused"], { forGood: true });
    assert.equal((await (await browser.go("/")).json()).failure, "storage_unavailable");
    assert.equal(issuer.refreshes, 0);
    store.down = false;
    await goesOn();
  });

  for (const kind of ["claim", "commit"]) {
    test(`for longer at a ${kind} is what who asks for a token is told`, async () => {
      store.breakAt(kind, FAULTS["is refused"], { forGood: true });
      const auth = await site.server.open(browser.request("/"), { refresh: false });
      const { error } = await auth.getAccessToken();
      assert.deepEqual([error.code, error.retryable, error.sessionEnded], ["storage_unavailable", true, false]);
      assert.equal(auth.failure, error);
    });
  }

  test("for longer, where the issuer has ended the session, tells so when it is back", async () => {
    issuer.outage = { status: 400, body: { error: "invalid_grant" } };
    store.breakAt("end", FAULTS["is refused"], { forGood: true });
    const answer = await browser.go("/");
    assert.deepEqual([(await answer.json()).failure, answer.headers.getSetCookie()], ["storage_unavailable", []]);
    store.down = false;
    assert.deepEqual(await (await browser.go("/")).json(), { subject: null, failure: null });
    assert.equal(browser.session, "");
  });

  test("at a sign-out whose answer is lost does not keep the tokens from being revoked", async () => {
    assert.equal(await whoami(browser), "ada");
    store.breakAt("end", FAULTS["is made and its answer lost"]);
    const [held] = [...store.values.values()].map((text) => JSON.parse(text).grant);
    assert.equal((await browser.go("/sign-out")).status, 303);
    assert.ok(issuer.revoked.includes(held.refresh_token));
    assert.deepEqual([browser.session, store.values.size], ["", 0]);
  });
});
