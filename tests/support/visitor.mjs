/** Somebody with a browser without scripts: follows redirects, keeps cookies, and sends forms. */

const MAX_REDIRECTS = 12;

export class Visitor {
  #jars = new Map();
  /** The page that is shown. */
  page;

  /** Opens an address, as from the address bar, and follows where it leads. */
  async open(url, init = {}) {
    let request = { url, ...init };
    for (let at = 0; at < MAX_REDIRECTS; at++) {
      const answer = await this.#send(request);
      const location = answer.headers.get("location");
      if (answer.status < 300 || answer.status >= 400 || !location) {
        return (this.page = { url: request.url, status: answer.status, headers: answer.headers, text: await answer.text() });
      }
      await answer.body?.cancel();
      request = { url: new URL(location, request.url).href };
    }
    throw new Error("redirects without end");
  }

  /** Sends a form of the page, found by what its action ends with. */
  async submit(action, fields = {}) {
    const form = [...this.page.text.matchAll(/<form[^>]*action="([^"]*)"[^>]*>([\s\S]*?)<\/form>/g)].find(([, own]) => own.endsWith(action));
    if (!form) throw new Error(`the page has no form for ${action}: ${this.page.text.slice(0, 300)}`);
    const hidden = [...form[2].matchAll(/<input[^>]*type="hidden"[^>]*>/g)].map(([input]) => [attribute(input, "name"), attribute(input, "value")]);
    const body = new URLSearchParams([...hidden, ...Object.entries(fields)]);
    const url = new URL(form[1].replaceAll("&amp;", "&"), this.page.url);
    return this.open(url.href, { method: "POST", body: body.toString(), origin: new URL(this.page.url).origin });
  }

  /** Says who it is on the page of an example's provider. */
  signIn(name) {
    return this.submit("", { login: name });
  }

  /** Agrees on oidc-provider's page to sign out there as well. */
  confirmSignOut() {
    return this.submit("/session/end/confirm", { logout: "yes" });
  }

  cookiesOf(url) {
    const { host } = new URL(url);
    const jar = this.#jars.get(host) ?? new Map();
    this.#jars.set(host, jar);
    return jar;
  }

  /** Another window of the same browser, which does not see what this one gets from now on. */
  copy() {
    const other = new Visitor();
    for (const [host, jar] of this.#jars) for (const [name, value] of jar) other.cookiesOf(`http://${host}`).set(name, value);
    return other;
  }

  async #send({ url, method = "GET", body, origin }) {
    const jar = this.cookiesOf(url);
    const headers = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };
    if (jar.size > 0) headers.cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    if (body !== undefined) headers["content-type"] = "application/x-www-form-urlencoded";
    if (origin) headers.origin = origin;
    const answer = await fetch(url, { method, headers, body, redirect: "manual" });
    for (const line of answer.headers.getSetCookie()) keep(jar, line);
    return answer;
  }
}

function keep(jar, line) {
  const [pair, ...attributes] = line.split(/; ?/);
  const at = pair.indexOf("=");
  const expires = attributes.map((one) => /^expires=(.*)$/i.exec(one)?.[1]).find(Boolean);
  const gone = attributes.some((one) => /^max-age=0$/i.test(one)) || (expires && Date.parse(expires) <= Date.now());
  if (gone) jar.delete(pair.slice(0, at));
  else jar.set(pair.slice(0, at), pair.slice(at + 1));
}

function attribute(tag, name) {
  return new RegExp(`${name}="([^"]*)"`).exec(tag)?.[1] ?? "";
}
