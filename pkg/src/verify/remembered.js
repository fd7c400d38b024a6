/** How many answers are kept at most, in each of two halves. */
const MOST = 2048;
/** How many characters their tokens may have together, in each half. */
const CHARACTERS = 2_000_000;
/** How many marks of tokens that came once there are: a power of two. */
const MARKS = 8192;

/**
 * Answers to tokens, by their text: the same string object is found without being read.
 *
 * An answer is given again while all that it depends on is the same: the clock is in the range in
 * which the core would accept the claims, and the issuer has the same keys, which need not be renewed.
 * So it is the answer that the core would give; what is refused is not kept. In front of the core's
 * own memory, which holds signatures and no claims.
 *
 * A token is kept when it comes for the second time: most come once, and to keep those costs more
 * than to verify them. There are two halves: when the younger one is full, it becomes the older one,
 * whose answers are dropped unless they are asked for before the next time.
 */
export class Remembered {
  #marks = new Int32Array(MARKS);
  #young = new Map();
  #old = new Map();
  #characters = 0;

  /**
   * @param {string} token
   * @param {{ generation(issuer: number, now: number): number }} core
   * @returns {object | undefined} what was kept
   */
  recall(token, core) {
    if (!this.#isMarked(markOf(token))) return undefined;
    const kept = this.#young.get(token) ?? this.#older(token);
    if (kept === undefined) return undefined;
    const now = Date.now();
    const stands = now >= kept.from && now < kept.until && core.generation(kept.issuer, now) === kept.generation;
    return stands ? kept.data : undefined;
  }

  /**
   * Reads what the core says of a token, and keeps it if it stands for later.
   *
   * @param {string} token
   * @param {string} text four numbers, unless the answer does not stand; then JSON
   * @returns {object} frozen, since it may be given to others as well
   */
  read(token, text) {
    const at = text.indexOf("{");
    const data = frozen(JSON.parse(at === 0 ? text : text.slice(at)));
    const mark = markOf(token);
    if (!this.#isMarked(mark)) {
      this.#marks[mark & (MARKS - 1)] = mark;
    } else if (at > 0) {
      const [from, until, issuer, generation] = text.slice(0, at).split(" ").map(Number);
      this.#keep(token, { data, from, until, issuer, generation });
    }
    return data;
  }

  #isMarked(mark) {
    return this.#marks[mark & (MARKS - 1)] === mark;
  }

  #older(token) {
    const kept = this.#old.get(token);
    if (kept !== undefined) this.#keep(token, kept);
    return kept;
  }

  #keep(token, kept) {
    if (this.#young.size >= MOST || this.#characters > CHARACTERS) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#characters = 0;
    }
    this.#young.set(token, kept);
    this.#characters += token.length;
  }
}

/** A few characters of the signature, which is as good as random: reading all of a token takes longer. */
function markOf(token) {
  let mark = token.length;
  for (let i = token.length - 12; i < token.length - 4; i += 1) mark = Math.imul(mark, 31) + token.charCodeAt(i);
  return mark | 1;
}

function frozen(value) {
  for (const member of Object.values(value)) {
    if (typeof member === "object" && member !== null) frozen(member);
  }
  return Object.freeze(value);
}
