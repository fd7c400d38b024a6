/** A page without a browser: an address bar, a history and the tab's storage, as the client sees them. */

/** Puts a page into the global object; it is taken out again at the end. */
export function openPage(end, href) {
  const page = { left: [] };
  const location = {
    href,
    assign: (url) => void page.left.push(url),
  };
  const history = {
    state: { kept: true },
    replaceState(state, _unused, url) {
      Object.assign(page, { state });
      location.href = new URL(url, location.href).href;
    },
  };
  const document = Object.assign(new EventTarget(), { location, visibilityState: "visible", hasFocus: () => true });
  const addEventListener = (...listener) => document.addEventListener(...listener);
  const removeEventListener = (...listener) => document.removeEventListener(...listener);
  const globals = { addEventListener, removeEventListener, document, location, history, sessionStorage: new Storage() };
  for (const [name, value] of Object.entries(globals)) {
    const before = Object.getOwnPropertyDescriptor(globalThis, name);
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
    end.after(() => (before ? Object.defineProperty(globalThis, name, before) : delete globalThis[name]));
  }
  return Object.assign(page, globals);
}

class Storage {
  #items = new Map();

  get length() {
    return this.#items.size;
  }

  key(index) {
    return [...this.#items.keys()][index] ?? null;
  }

  getItem(key) {
    return this.#items.get(key) ?? null;
  }

  setItem(key, value) {
    this.#items.set(key, String(value));
  }

  removeItem(key) {
    this.#items.delete(key);
  }

  /** Everything, for tests that look for what must not be there. */
  get text() {
    return JSON.stringify([...this.#items]);
  }
}

/** A person at the provider: follows redirects, keeps cookies, sends the login form. */
export async function signInAt(url, name, redirectUri) {
  const cookies = new Map();
  let next = { url, body: undefined };
  for (let step = 0; step < 12; step++) {
    if (next.url.startsWith(redirectUri)) return next.url;
    next = await stepAt(next, cookies, name);
  }
  throw new Error(`the provider does not come back: ${next.url}`);
}

async function stepAt({ url, body }, cookies, name) {
  const cookie = [...cookies].map((pair) => pair.join("=")).join("; ");
  const answer = await fetch(url, { method: body ? "POST" : "GET", body, headers: { cookie }, redirect: "manual" });
  for (const line of answer.headers.getSetCookie()) {
    const [, key, value] = /^([^=]+)=([^;]*)/.exec(line);
    cookies.set(key, value);
  }
  const location = answer.headers.get("location");
  if (location) return { url: new URL(location, url).href };
  const [, action] = /<form method="post" action="([^"]+)">/.exec(await answer.text());
  return { url: new URL(action, url).href, body: new URLSearchParams({ login: name }) };
}
