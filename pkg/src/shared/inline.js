import { joined } from "./streams.js";

/** What stands for the module's bytes, as `xtask/src/build/text.rs` writes them. */
const SIGNS = " !#%&()*+,-./0123456789:;=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_abcdefghijklmnopqrstuvwxyz{|}~";
/** How many of them stand for a byte of their own. */
const FREQUENT = 87;

/**
 * A module that comes as text inside the bundle: works unconfigured in every bundler and browser.
 *
 * @param {[string, string]} text
 */
export function inlineSource(text) {
  return { later: () => WebAssembly.compile(bytesOf(text)) };
}

/**
 * The module's bytes. Node compiles them at once; a file beside the bundle would be lost to bundlers
 * for servers.
 *
 * @param {[mask: string, text: string]} text which bytes are the frequent ones, and the module's streams
 */
export function bytesOf([mask, text]) {
  const frequent = [];
  const rare = [];
  for (let byte = 0; byte < 256; byte++) {
    const isFrequent = (parseInt(mask[byte >> 2], 16) >> (byte & 3)) & 1;
    (isFrequent ? frequent : rare).push(byte);
  }
  const places = new Uint8Array(128);
  for (let i = 0; i < SIGNS.length; i++) places[SIGNS.charCodeAt(i)] = i;
  const bytes = new Uint8Array(text.length);
  let size = 0;
  for (let i = 0; i < text.length; i++) {
    const place = places[text.charCodeAt(i)];
    const isPrefix = place >= FREQUENT;
    bytes[size++] = isPrefix ? rare[(place - FREQUENT) * FREQUENT + places[text.charCodeAt(++i)]] : frequent[place];
  }
  // A module begins with a zero, and the number of its functions is none.
  const whole = bytes.subarray(0, size);
  return whole[0] ? joined(whole) : whole;
}
