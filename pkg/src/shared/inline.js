/**
 * A module that comes as text inside the bundle: works unconfigured in every bundler and browser.
 *
 * @param {string} base64
 */
export function inlineSource(base64) {
  return { later: () => WebAssembly.compile(bytesOf(base64)) };
}

/** The module's bytes. Node compiles them at once; a file beside the bundle would be lost to bundlers for servers. */
export function bytesOf(base64) {
  if (typeof Uint8Array.fromBase64 === "function") return Uint8Array.fromBase64(base64);
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
