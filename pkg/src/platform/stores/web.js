import { sleep } from "../time.js";

/**
 * How long a text of `localStorage` takes until every tab reads it. Browsers do not say (HTML §12.2.1:
 * "no locking mechanism"); Chromium loses a quarter of all updates under a Web Lock without a wait,
 * and none with a quarter of this one.
 */
const SPREADS = 20;

/**
 * `localStorage`, for the site, or `sessionStorage`, for the tab. Every use may throw, the mention
 * too, where the user or the browser blocks it.
 *
 * @param {"local" | "session"} kind
 */
export function webStore(kind) {
  const area = () => globalThis[kind + "Storage"];
  const store = {
    get: (key) => area().getItem(key),
    set(key, value) {
      area().setItem(key, value);
      return spread();
    },
    remove(key) {
      area().removeItem(key);
      return spread();
    },
    keys: (prefix) => Object.keys(area()).filter((key) => key.startsWith(prefix)),
    /** Hears of what other tabs write. */
    subscribe(key, listener) {
      const hear = (event) => event.storageArea === area() && (event.key ?? key) === key && listener();
      addEventListener("storage", hear);
      return () => removeEventListener("storage", hear);
    },
  };
  const spread = () => (kind === "local" ? sleep(SPREADS) : undefined);
  return store;
}
