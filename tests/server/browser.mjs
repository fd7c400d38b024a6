/** A browser as far as cookies go: it sends what it was given, and keeps what it is told to. */
export class Browser {
  cookies = new Map();
  /** The `SameSite` of each. */
  policies = new Map();
  /** Every line that set a cookie. */
  lines = [];
  #handle;
  #origin;

  /** @param {string} origin @param {(request: Request) => Promise<Response>} handle */
  constructor(origin, handle) {
    this.#origin = origin;
    this.#handle = handle;
  }

  /** The header `Cookie`. */
  get header() {
    return this.sent();
  }

  /** Those cookies of which the policy fits. */
  sent(fits = () => true) {
    const fitting = [...this.cookies].filter(([name]) => fits(this.policies.get(name)));
    return fitting.map((pair) => pair.join("=")).join("; ");
  }

  /** The part of it that holds the session, not the sign-ins. */
  get session() {
    return this.header.split("; ").filter((pair) => pair && !/\.t-/.test(pair)).join("; ");
  }

  /** What a click or the address bar sends. */
  request(path, { method = "GET", headers = {}, body, cookie = this.header } = {}) {
    const own = { accept: "text/html,*/*;q=0.8", ...(cookie && { cookie }), ...headers };
    return new Request(new URL(path, this.#origin), { method, headers: own, body });
  }

  /** Sends a request and keeps the cookies of the answer. */
  async go(path, options) {
    const answer = await this.#handle(this.request(path, options));
    this.keep(answer);
    return answer;
  }

  /** What a page's script sends to its own site. */
  post(path, wish, options = {}) {
    const headers = { origin: this.#origin, "content-type": "application/json", accept: "*/*", ...options.headers };
    return this.go(path, { ...options, method: "POST", headers, body: typeof wish === "string" ? wish : JSON.stringify(wish) });
  }

  keep(answer) {
    for (const line of answer.headers.getSetCookie()) {
      const [pair, ...attributes] = line.split("; ");
      const at = pair.indexOf("=");
      this.lines.push(line);
      this.policies.set(pair.slice(0, at), attributes.find((one) => one.startsWith("SameSite="))?.slice("SameSite=".length));
      if (attributes.includes("Max-Age=0")) this.cookies.delete(pair.slice(0, at));
      else this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
  }

  /** Another browser with the same cookies, such as one that did not get the last answer. */
  copy() {
    const other = new Browser(this.#origin, this.#handle);
    other.cookies = new Map(this.cookies);
    other.policies = new Map(this.policies);
    return other;
  }
}
