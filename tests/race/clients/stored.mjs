/** What a client keeps, found by its form, in the page and outside of it. */

/**
 * The refresh token of the race's provider in texts that a client has stored.
 *
 * It stands by itself. A signed token beside it may hold the same letters by chance: in a signature of ES256, one of three
 * thousand does.
 *
 * @param {string[]} texts
 * @returns {string | null}
 */
export function refreshTokenIn(texts) {
  return texts.map((text) => /(?<![\w.-])rt-[\w-]{22}(?![\w.-])/.exec(text)?.[0]).find(Boolean) ?? null;
}
