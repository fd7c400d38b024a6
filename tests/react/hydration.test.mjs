/** What a server renders with, and that nothing of one user is in the HTML of another. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createElement as h } from "react";
import { renderToString } from "react-dom/server";
import { AuthProvider, isAuthError, useAccessToken, useAuth, useSession } from "edgeward/react";

const ADA = { subject: "ada", claims: { name: "Ada" }, scope: ["openid"], expiresAt: 1_800_000_000_000 };

/** A client that knows somebody, as one of a server's module does that serves everybody. */
function watched() {
  const calls = [];
  const known = { state: { status: "signedIn", session: { ...ADA, subject: "somebody else" } } };
  const client = new Proxy(known, {
    get: (target, name) => target[name] ?? ((...args) => calls.push([name, ...args])),
  });
  return { client, calls };
}

function Shown() {
  const { status, session } = useSession();
  const { token, status: tokenStatus } = useAccessToken();
  return h("p", null, [status, session?.subject, tokenStatus, token].map(String).join("|"));
}

function render(given, { client, calls } = watched()) {
  const html = renderToString(h(AuthProvider, { client, ...given }, h(Shown)));
  assert.deepEqual(calls, [], "the client is not asked while a server renders");
  return html;
}

describe("a server renders", () => {
  for (const [name, given, expected] of [
    ["that it does not know, where nothing was given", {}, "loading|undefined|loading|null"],
    ["nobody, where the session is null", { session: null }, "signedOut|undefined|none|null"],
    ["nobody, where the token is null", { token: null }, "signedOut|undefined|none|null"],
    ["nobody, where the token is empty", { token: "" }, "signedOut|undefined|none|null"],
    ["nobody, where the session is null, whatever the token", { session: null, token: "at" }, "signedOut|undefined|none|null"],
    ["who is signed in", { session: ADA }, "signedIn|ada|loading|null"],
    ["the token at once", { session: ADA, token: "at.1" }, "signedIn|ada|ready|at.1"],
    ["who is signed in without a token to pass", { session: ADA, token: null }, "signedIn|ada|loading|null"],
    ["that it does not know, where there is a token and no session", { token: "at.1" }, "loading|undefined|loading|null"],
  ]) {
    test(name, () => assert.equal(render(given), `<p>${expected}</p>`));
  }

  for (const token of ["a b", " at", "at\n", "\t", "at\u00a0"]) {
    test(`nothing with the token ${JSON.stringify(token)}`, () => {
      assert.throws(() => render({ session: ADA, token }), (error) => isAuthError(error, "token_malformed") && error.at === "token");
    });
  }

  test("each user's page with that user's session only, though all share one client", () => {
    const shared = watched();
    const first = render({ session: ADA, token: "at.ada" }, shared);
    const second = render({ session: null }, shared);
    const third = render({}, shared);
    assert.match(first, /ada/);
    for (const html of [second, third]) assert.doesNotMatch(html, /ada|somebody/);
  });
});

test("a hook without a provider says what is missing", () => {
  for (const hook of [useSession, useAuth, useAccessToken]) {
    const Lost = () => h("p", null, String(hook()));
    assert.throws(() => renderToString(h(Lost)), (error) => isAuthError(error, "config_invalid") && error.at === "AuthProvider");
  }
});
