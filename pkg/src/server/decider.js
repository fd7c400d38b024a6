import { toAuthError } from "../shared/errors.js";
import { toBase64url } from "../platform/bytes.js";
import { readClock } from "../platform/time.js";

/** The headers that decide something. */
const HEADERS = ["accept", "content-type", "cookie", "origin", "purpose", "sec-fetch-mode", "sec-fetch-site", "sec-purpose", "x-moz"];

/** As many random bytes as one answer's cookies can need, 24 for each. */
const RANDOM = 24 * 16;

/** Asks the core what it decides about requests and cookies. */
export class Decider {
  #server;
  #clock;

  /** @param {{ decide(question: string): string }} server */
  constructor(server, clock) {
    this.#server = server;
    this.#clock = clock;
  }

  /** Throws if the options are wrong. */
  check() {
    this.#ask({ type: "returnTo", path: "/" });
  }

  /** What a request brings, and the form that it posts: `{ own, session?, unreadable?, transactions, callback? }`. */
  open(request, body = "") {
    return this.#ask({ type: "open", ...seen(request), body });
  }

  /** What is wanted of the route: `{ status }`, or `{ action, args }`. */
  proxy(request, body) {
    return this.#ask({ type: "proxy", ...seen(request), body });
  }

  /**
   * Whether a session is to be used, refreshed or forgotten: `{ verdict, validity, keep, endings }`. `ended` is
   * what stands at the endings that it named before.
   */
  judge(record, ended = []) {
    return this.#ask({ type: "judge", record, ended });
  }

  /** What to write down of a logout that the issuer has told: `{ key, text }`. */
  ended(logout) {
    return this.#ask({ type: "ended", ...logout });
  }

  /** The document about the client at its own address. */
  clientMetadata(members) {
    return this.#ask({ type: "clientMetadata", members });
  }

  /** The lines that keep what has changed: `{ lines, cookie }`. */
  keep(cookie, changes) {
    const random = toBase64url(crypto.getRandomValues(new Uint8Array(RANDOM)));
    return this.#ask({ type: "keep", cookie, random, ...changes });
  }

  /** A path of this site. */
  returnTo(path) {
    return this.#ask({ type: "returnTo", path: String(path ?? "/") });
  }

  #ask(question) {
    const { wall } = readClock(this.#clock);
    const { ok, error } = JSON.parse(this.#server.decide(JSON.stringify({ ...question, now: wall })));
    if (error) throw toAuthError(error);
    return ok;
  }
}

function seen({ method, url, headers }) {
  const { pathname, search } = new URL(url);
  const found = HEADERS.map((name) => [name, headers.get(name)]).filter(([, value]) => value !== null);
  return { method, target: pathname + search, headers: Object.fromEntries(found) };
}
