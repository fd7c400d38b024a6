import { AuthError } from "../../shared/errors.js";

/**
 * The sign-in that somebody has been sent to. There is one at a time: calls side by side that are
 * all refused open one page, not one each.
 */
export class Authorization {
  /** The PKCE verifiers of flows that have not opened a page yet, by their challenge. */
  #verifiers = new Map();
  #open;

  /** @param {string} verifier */
  async remember(verifier) {
    this.#verifiers.set(await challengeOf(verifier), verifier);
    if (this.#verifiers.size > MAX_VERIFIERS) this.#verifiers.delete(this.#verifiers.keys().next().value);
  }

  /**
   * Whether `url` is to be opened, since no other page for the same scope is open.
   *
   * @param {URL} url
   * @param {{ issuer?: string, mustName?: boolean }} server whether its callbacks name their issuer (RFC 9207)
   */
  begin(url, server) {
    const verifier = this.#verifiers.get(url.searchParams.get("code_challenge"));
    this.#verifiers.clear();
    const scope = url.searchParams.get("scope");
    if (this.#open && this.#open.scope === scope && performance.now() - this.#open.at < OPEN_MILLIS) return false;
    this.#open = { verifier, scope, server, state: url.searchParams.get("state"), at: performance.now() };
    return true;
  }

  /** The verifier of the page that is open. */
  get verifier() {
    if (!this.#open?.verifier) throw refused("callback_invalid");
    return this.#open.verifier;
  }

  /** The page is done with, or nobody waits for it any more. */
  end() {
    this.#open = undefined;
  }

  /**
   * The code of a callback that answers the page that is open.
   *
   * @param {string | URL} callback its whole address
   */
  code(callback) {
    const { searchParams } = new URL(callback);
    const open = this.#open;
    if (!open || searchParams.get("state") !== open.state) throw refused("callback_invalid");
    const issuer = searchParams.get("iss");
    if (issuer === null ? open.server.mustName : !sameIssuer(issuer, open.server.issuer)) {
      throw refused("callback_issuer_mismatch");
    }
    const error = searchParams.get("error");
    if (error !== null) {
      this.end();
      throw refused(error === "access_denied" ? "access_denied" : "oauth_error", { error });
    }
    const code = searchParams.get("code");
    if (!code) throw refused("callback_invalid");
    return code;
  }
}

const MAX_VERIFIERS = 32;
/** After so long a page that was opened counts as left. */
const OPEN_MILLIS = 600_000;

/** Two spellings of one issuer; a slash at the end is forgiven. */
export function sameIssuer(one, other) {
  const plain = (issuer) => String(URL.canParse(issuer) ? new URL(issuer) : issuer).replace(/\/$/, "");
  return plain(one) === plain(other);
}

async function challengeOf(verifier) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  return btoa(String.fromCharCode(...new Uint8Array(digest)))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

const MESSAGES = {
  callback_invalid: "The callback's parameters are not valid.",
  callback_issuer_mismatch: "The callback comes from another issuer than the sign-in was sent to.",
  access_denied: "The user or the provider refused the sign-in.",
  oauth_error: "The authorization server answered with an OAuth error.",
};

function refused(code, oauth) {
  return new AuthError({ code, message: MESSAGES[code], retryable: false, sessionEnded: false, oauth });
}
