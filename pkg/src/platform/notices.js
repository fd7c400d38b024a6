/**
 * Hears of what a timer misses: the page is seen again, thawed or taken back from the back-forward
 * cache; the network is back.
 *
 * @param {(notice: "visible" | "hidden" | "online" | "resume") => void} tell
 * @returns {() => void} ends it
 */
export function watch(tell) {
  const ends = [];
  const on = (target, type, listener) => {
    target.addEventListener(type, listener);
    ends.push(() => target.removeEventListener(type, listener));
  };
  const page = globalThis.document;
  if (page) {
    on(page, "visibilitychange", () => tell(page.visibilityState === "visible" ? "visible" : "hidden"));
    on(page, "freeze", () => tell("hidden"));
    on(page, "resume", () => tell("resume"));
    on(globalThis, "pageshow", (event) => event.persisted && tell("resume"));
  }
  // Only where the network comes and goes: not in Node and not in workerd.
  if ("onLine" in (globalThis.navigator ?? {})) on(globalThis, "online", () => tell("online"));
  return () => ends.forEach((end) => end());
}
