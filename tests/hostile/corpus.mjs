/** The corpus for JavaScript, and what the runs of it have in common. */
import { readFileSync } from "node:fs";

const CORPUS = JSON.parse(readFileSync(new URL("corpus.json", import.meta.url), "utf8"));

/** The shared secret, as text. */
export const SECRET = CORPUS.secret;
/** The configurations by name. */
export const SETTINGS = CORPUS.settings;
/** `{ name, stands, why }` of each class. */
export const CLASSES = CORPUS.classes;
/** `{ class, name, setting, expect, codes, token }` of each token, the token as text. */
export const TOKENS = CORPUS.tokens.map((entry) => ({ ...entry, token: expand(entry.token) }));

function expand(form) {
  if (typeof form === "string") return form;
  return form.map((part) => (typeof part === "string" ? part : part[0].repeat(part[1]))).join("");
}

/**
 * Whether an answer is the expected one: `null` for a token that was accepted, else the code.
 *
 * @param {{ expect: string, codes: string[] }} entry
 * @param {string | null} code
 */
export function isRight(entry, code) {
  return entry.expect === "accept" ? code === null : entry.codes.includes(code);
}

/**
 * A table of what was answered right, by class and expectation.
 *
 * @param {string} title
 * @param {[entry: object, right: boolean][]} answers
 */
export function table(title, answers) {
  const EXPECTATIONS = ["accept", "reject", "strict"];
  const row = (name, of) => {
    const cells = EXPECTATIONS.map((expect) => {
      const all = of.filter(([entry]) => entry.expect === expect);
      return all.length ? `${all.filter(([, right]) => right).length}/${all.length}` : "";
    });
    return [name.padEnd(28), ...cells.map((cell) => cell.padStart(9))].join(" ");
  };
  const classes = CLASSES.map(({ name }) => row(name, answers.filter(([entry]) => entry.class === name)));
  const heading = [title.padEnd(28), ...EXPECTATIONS.map((cell) => cell.padStart(9))].join(" ");
  return [heading, ...classes, row("all", answers)].join("\n");
}
