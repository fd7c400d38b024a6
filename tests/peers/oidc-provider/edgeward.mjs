/** edgeward in Node, with the methods that the flows ask of a client. */
import assert from "node:assert/strict";
import { createClient } from "edgeward";
import { createClient as createWhole } from "edgeward/oauth";
import { AFTER_LOGOUT, REDIRECT, SECRET } from "./clients.mjs";

/** The provider's tokens live for so long, in milliseconds. */
const LIFETIME = 300_000;

/** What both are told, with a storage and clocks that the test holds as well. */
const options = ({ alg, ...registered }) => ({
  ...registered,
  redirectUri: REDIRECT,
  postLogoutRedirectUri: AFTER_LOGOUT,
  idTokenAlgorithms: [alg],
  storage: memory(),
  clock: movable(),
  errors: "throw",
});

const refusal = (code) => (error) => {
  assert.equal(error.code, code);
  return true;
};

export const edgeward = {
  name: "edgeward",
  /** A browser keeps no secret. */
  lacks: ["HS256"],
  refusal,

  /** @param {import("./flows.mjs").Registered} registered */
  async connect({ issuer, clientId, alg = "ES256", fetch }) {
    const own = options({ issuer, clientId, alg, fetch });
    const make = (more) => createClient({ ...own, ...more });
    return new Edgeward(make, own);
  },
};

/** The same with the whole of OAuth. */
export const whole = {
  name: "edgeward/oauth",
  refusal,

  /** @param {import("./flows.mjs").Registered} registered */
  async connect({ issuer, clientId, alg = "ES256", authentication = "none", key, par, jar, dpop, fetch }) {
    const own = options({ issuer, clientId, alg, fetch });
    const shown = {
      none: {},
      client_secret_basic: { clientSecret: SECRET, clientAuthentication: "client_secret_basic" },
      client_secret_post: { clientSecret: SECRET, clientAuthentication: "client_secret_post" },
      private_key_jwt: { privateKey: { key: key?.privateKey, alg: key?.jwk.alg, kid: key?.kid } },
    }[authentication];
    const make = (more) =>
      createWhole({
        ...own,
        pushedAuthorizationRequests: par,
        signedAuthorizationRequests: jar,
        tokenBinding: dpop ? "dpop" : "bearer",
        ...shown,
        ...more,
      });
    return new Whole(make, own);
  },

  async register({ issuer, metadata, initialAccessToken }) {
    const auth = createWhole({ issuer, clientId: "nobody-yet", errors: "throw" });
    return auth.oauth.register({ client: metadata, initialAccessToken });
  },
};

class Edgeward {
  constructor(make, { storage, clock }) {
    Object.assign(this, { make, storage, clock });
  }

  async begin({ scope = "openid offline_access", resource } = {}) {
    this.auth = this.make({ scope, resource });
    // It looks around for a page before there is one.
    await this.auth.getSession();
    const url = await leaving(() => this.auth.signIn({ prompt: "consent" }));
    return { url, finish: (left) => this.#finish(left) };
  }

  async #finish(left) {
    const { kind } = await this.auth.handleCallback(left);
    if (kind !== "signedIn") throw Object.assign(new Error("not an answer to this client"), { code: "callback_state_unknown" });
    const session = await this.auth.getSession();
    return { ...(await this.#access()), claims: session.claims };
  }

  async #access(options) {
    const { token, tokenType, scope } = await this.auth.getAccessToken(options);
    return { accessToken: token, tokenType, scope };
  }

  /** Once every token that there is has ended: before, the old one would be given if there is no new one. */
  async refresh({ resource, scope } = {}) {
    this.clock.move(LIFETIME);
    return this.#access({ resource, scope });
  }

  logoutAddress = () => leaving(() => this.auth.signOut());

  /** The refresh token, as whoever reads the storage finds it. */
  async refreshToken() {
    const texts = [...this.storage.texts.values()];
    return texts.map((text) => /"refresh_?[tT]oken":"([^"]+)"/.exec(text)?.[1]).find(Boolean);
  }
}

/** What a public client of a browser does not do. */
class Whole extends Edgeward {
  async device({ scope = "openid offline_access", signal } = {}) {
    this.auth = this.make();
    const { wait, ...told } = await this.auth.signInDevice({ scope, signal });
    return { ...told, wait: async () => ({ claims: (await wait({ signal })).claims }) };
  }

  async clientCredentials({ scope, resource }) {
    const { token } = await this.make().oauth.clientCredentials({ scope, resource });
    return { accessToken: token };
  }

  async exchange({ subjectToken, audience, scope }) {
    const { token } = await this.make().oauth.exchangeToken({ subjectToken, audience, scope });
    return { accessToken: token };
  }

  introspect = async (token) => (await this.#any().oauth.introspect({ token })) ?? { active: false };
  revoke = (token) => this.#any().oauth.revoke({ token });
  userinfo = () => this.auth.oauth.userinfo();

  #any() {
    return this.auth ?? this.make();
  }
}

/** Where a client sends the page; the page is only there for that. */
async function leaving(work) {
  let address;
  globalThis.document = { location: { href: REDIRECT, assign: (url) => (address = url) } };
  try {
    await work();
  } finally {
    delete globalThis.document;
  }
  return address;
}

/** Clocks that a test may set forward. */
function movable() {
  let moved = 0;
  return { now: () => Date.now() + moved, monotonic: () => performance.now() + moved, move: (millis) => (moved += millis) };
}

/** A storage whose texts a test can read. */
function memory() {
  const texts = new Map();
  return {
    texts,
    get: (key) => texts.get(key) ?? null,
    set: (key, value) => void texts.set(key, value),
    remove: (key) => void texts.delete(key),
    keys: (prefix) => [...texts.keys()].filter((key) => key.startsWith(prefix)),
  };
}
