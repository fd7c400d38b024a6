/** Somebody at a browser without a screen: keeps cookies, follows redirects, and fills in every form. */

const STEPS = 20;

export class Person {
  #cookies = new Map();

  /** @param {string} name as which the person signs in */
  constructor(name = "ada") {
    this.name = name;
  }

  /**
   * Opens an address and does what the pages want, until one sends it away from the provider or has no form.
   *
   * @param {string | URL} address
   * @returns {Promise<{ left?: string, posted?: object, page?: string, status?: number }>} the address that it was sent to, with
   *   what is posted there, or the last page
   */
  async visit(address) {
    const { origin } = new URL(address);
    let request = { url: new URL(address), method: "GET" };
    for (let step = 0; step < STEPS; step++) {
      const response = await this.#send(request);
      const next = response.headers.get("location");
      if (next) {
        const url = new URL(next, request.url);
        if (url.origin !== origin) return { left: url.href };
        request = { url, method: "GET" };
        continue;
      }
      const page = await response.text();
      const form = readForm(page, request.url);
      if (!form || response.status >= 400) return { page, status: response.status };
      if (form.action.origin !== origin) return { left: form.action.href, posted: form.hidden };
      request = { url: form.action, method: "POST", body: new URLSearchParams({ ...form.hidden, ...this.#answers(page) }) };
    }
    throw new Error(`no end after ${STEPS} pages`);
  }

  #answers(page) {
    return {
      ...(page.includes('name="login"') && { login: this.name, password: "secret" }),
      ...(page.includes('name="logout"') && { logout: "yes" }),
    };
  }

  async #send({ url, method, body }) {
    const cookie = [...this.#cookies].map((pair) => pair.join("=")).join("; ");
    const response = await fetch(url, { method, body, headers: { cookie }, redirect: "manual" });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      if (value === "") this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    return response;
  }
}

function readForm(page, base) {
  const [, attributes] = /<form\b([^>]*)>/.exec(page) ?? [];
  if (!attributes || !/method="post"/i.test(attributes)) return undefined;
  const [, action] = /action="([^"]*)"/.exec(attributes);
  const inputs = page.match(/<input\b[^>]*type="hidden"[^>]*>/g) ?? [];
  const value = (input, name) => decode(new RegExp(`\\b${name}="([^"]*)"`).exec(input)?.[1] ?? "");
  const hidden = Object.fromEntries(inputs.map((input) => [value(input, "name"), value(input, "value")]));
  return { action: new URL(decode(action), base), hidden };
}

const decode = (text) => text.replaceAll("&amp;", "&").replaceAll("&quot;", '"').replaceAll("&#39;", "'");

/** Signs in as a person would, and gives what the client made of it. */
export async function signIn(client, options, { person = new Person(), change = (left) => left } = {}) {
  const { url, finish } = await client.begin(options);
  const { left, page, status } = await person.visit(url);
  if (!left) throw new Error(`the provider kept the person: ${status} ${page}`);
  return finish(change(left));
}
