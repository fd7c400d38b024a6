/** A site with `edgeward/server`, and an issuer that allows each refresh token once. */
import { randomBytes } from "node:crypto";
import { createServerClient } from "edgeward/server";
import { startScriptedProvider } from "../support/scripted-provider.mjs";
import { goodClaims, makeKey, sign } from "../support/tokens.mjs";
import { Browser } from "./browser.mjs";

export const ORIGIN = "https://app.example";
export const CLIENT_ID = "web";
export const SECRET = "0123456789abcdef0123456789abcdef";
/** How long an access token lives, in seconds. */
export const LIFETIME = 300;

/** An issuer with strict rotation: a refresh token that comes twice ends its family. */
export async function startIssuer(end) {
  const key = await makeKey("ES256", "key-1");
  const provider = await startScriptedProvider([key.jwk]);
  end.after(() => provider.close());
  return new Issuer(provider, key);
}

class Issuer {
  /** The bodies that the token endpoint was sent. */
  exchanges = [];
  revoked = [];
  /** An answer in place of the good one, or none. */
  outage;
  /** Further claims of the ID token. */
  claims = {};
  #codes = new Map();
  #families = new Map();

  constructor(provider, key) {
    this.provider = provider;
    this.key = key;
    this.issuer = provider.issuer;
    provider.onDiscovery(() => ({ body: provider.metadata({ revocation_endpoint: `${this.issuer}/revoke` }) }));
    provider.on("/revoke", ({ body }) => {
      const token = new URLSearchParams(body).get("token");
      this.revoked.push(token);
      const family = this.#families.get(token);
      if (family) family.live = undefined;
      return { body: {} };
    });
    provider.on("/token", async ({ body, request }) => {
      const asked = Object.fromEntries(new URLSearchParams(body));
      this.exchanges.push({ ...asked, authorization: request.headers.authorization });
      if (this.held) await this.held;
      return this.outage ?? this.#answer(asked);
    });
  }

  /** What the user's browser is sent back with from an authorization request. */
  authorize(location) {
    const asked = new URL(location).searchParams;
    const code = randomBytes(8).toString("hex");
    this.#codes.set(code, { nonce: asked.get("nonce") });
    const back = new URL(asked.get("redirect_uri"));
    back.search = new URLSearchParams({ code, state: asked.get("state"), iss: this.issuer });
    return back.pathname + back.search;
  }

  /** How often a refresh token was sent. */
  get refreshes() {
    return this.exchanges.filter(({ grant_type }) => grant_type === "refresh_token").length;
  }

  async #answer({ grant_type, code, refresh_token }) {
    if (grant_type === "authorization_code") {
      const known = this.#codes.get(code);
      this.#codes.delete(code);
      if (!known) return REFUSED;
      const family = { live: undefined };
      return this.#tokens(family, known.nonce);
    }
    const family = this.#families.get(refresh_token);
    if (family?.live !== refresh_token) {
      if (family) family.live = undefined;
      return REFUSED;
    }
    return this.#tokens(family);
  }

  async #tokens(family, nonce) {
    const refresh = `rt-${randomBytes(8).toString("hex")}`;
    family.live = refresh;
    this.#families.set(refresh, family);
    const claims = goodClaims(this.issuer, { aud: CLIENT_ID, nonce, scope: undefined, ...this.claims });
    const answer = { access_token: `at-${randomBytes(8).toString("hex")}`, token_type: "Bearer", expires_in: LIFETIME, refresh_token: refresh };
    return { body: nonce ? { ...answer, id_token: await sign(this.key, claims) } : answer };
  }
}

const REFUSED = { status: 400, body: { error: "invalid_grant" } };

/**
 * A site with a page, a callback, a route for scripts, and links to sign in and out.
 *
 * @param {Issuer} issuer
 * @param {object} [options] of the server's client; `createServerClient` is that of another copy
 */
export function makeSite(issuer, { createServerClient: create = createServerClient, ...options } = {}) {
  const clock = { offset: 0, now: () => Date.now() + clock.offset, monotonic: () => performance.now() + clock.offset };
  const server = create({
    issuer: issuer.issuer,
    clientId: CLIENT_ID,
    redirectUri: `${ORIGIN}/callback`,
    scope: "openid offline_access",
    clock,
    ...options,
    cookies: { secret: SECRET, ...options.cookies },
  });
  const handle = async (request) => {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/callback") return server.callback(request);
    if (pathname.startsWith("/api")) return server.proxy(request);
    const auth = await server.open(request);
    if (pathname === "/sign-in") return auth.signIn({ returnTo: searchParams.get("to") ?? "/" });
    if (pathname === "/sign-out") return auth.signOut();
    const told = { subject: auth.session?.subject ?? null, failure: auth.failure?.code ?? null };
    return auth.applyTo(Response.json(told));
  };
  const browser = () => new Browser(ORIGIN, handle);
  return { server, clock, handle, browser, pass: (seconds) => (clock.offset += seconds * 1000) };
}

/** Signs a browser in. */
export async function signIn(issuer, browser, to = "/") {
  const leaving = await browser.go(`/sign-in?to=${encodeURIComponent(to)}`);
  return browser.go(issuer.authorize(leaving.headers.get("location")));
}

/** Who the site says is signed in. */
export async function whoami(browser, options) {
  return (await (await browser.go("/", options)).json()).subject;
}
