/** A browser for Node: it keeps cookies and says on which page it is. */
import { createHmac } from "node:crypto";

export class BrowserLike {
  /** @type {Map<string, string>} */
  cookies = new Map();

  /** @param {string | null} origin the page that it is on; null says nothing of it */
  constructor(origin) {
    this.origin = origin;
  }

  /** The header `Cookie`. */
  header() {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  /** Sends a request as the page would. */
  async fetch(input, init = {}) {
    const request = new Request(input, init);
    if (this.cookies.size > 0) request.headers.set("cookie", this.header());
    if (request.method !== "GET" && this.origin !== null) request.headers.set("origin", this.origin);
    const answer = await fetch(request);
    for (const line of answer.headers.getSetCookie()) {
      const [pair, ...attributes] = line.split("; ");
      const [name, value] = [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)];
      if (attributes.includes("Max-Age=0")) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return answer;
  }
}

/**
 * A browser in which a user has signed in at an authority under test; `null` is nobody.
 *
 * @param {Awaited<ReturnType<typeof import("./authority.mjs").startAuthority>>} authority
 * @param {string | null} user
 */
export async function signedIn(authority, user) {
  const browser = new BrowserLike(authority.url);
  if (user === null) return browser;
  const { json } = await authority.call("createWebSession", { userId: user }, { token: await serverOf(authority) });
  const signature = createHmac("sha256", authority.secret).update(json.sessionId).digest("base64");
  browser.cookies.set("better-auth.session_token", encodeURIComponent(`${json.sessionId}.${signature}`));
  await browser.fetch(`${authority.url}/api/auth/get-session`);
  return browser;
}

const servers = new WeakMap();

/** The API token of a server that may begin sessions for everybody. */
async function serverOf(authority) {
  if (!servers.has(authority)) {
    await authority.user("a-server", { role: "admin" });
    servers.set(authority, await authority.apiToken("a-server"));
  }
  return servers.get(authority);
}
