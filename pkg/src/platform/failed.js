/** How an effect fails: with a code of the table in core, and where it helps the place. */
export class Failed {
  /** @param {string} code @param {string} [at] */
  constructor(code, at) {
    this.code = code;
    this.at = at;
  }
}
