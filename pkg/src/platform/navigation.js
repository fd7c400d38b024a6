import { Failed } from "./failed.js";

/** The page's address; null where there is no page. */
export function location() {
  return globalThis.document?.location.href ?? null;
}

/** Leaves for another address. The page goes on running for a moment. */
export function navigate({ url, replace }) {
  const { location } = page();
  if (replace) location.replace(url);
  else location.assign(url);
}

/** Changes the address that is shown; the page's history state stays. */
export function rewrite({ url }) {
  page();
  history.replaceState(history.state, "", url);
}

function page() {
  if (!globalThis.document) throw new Failed("runtime_unsupported", "location");
  return document;
}
