/** What a declaration file exports, and what is said about each export. */
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";

const DECLARED = /(\/\*\*(?:(?!\*\/)[\s\S])*\*\/\s*)?^export (?:declare )?(?:abstract )?(?:class|const|function|interface|type) (\w+)/gm;
const NAMED = /^export (?:type )?\{([^}]*)\} from "([^"]+)";/gm;
const ALL = /^export (?:type )?\* from "([^"]+)";/gm;

/**
 * The exports of a declaration file, also those that it takes from others.
 *
 * @param {string} file
 * @returns {Promise<Map<string, string>>} by name, the comment before the declaration, of overloads all in one
 */
export async function declarations(file) {
  const text = await readFile(file, "utf8");
  const found = new Map();
  const beside = (name) => join(dirname(file), name.replace(/\.([cm]?)js$/, ".d.$1ts"));
  for (const [, from] of text.matchAll(ALL)) {
    for (const [name, comment] of await declarations(beside(from))) found.set(name, comment);
  }
  for (const [, names, from] of text.matchAll(NAMED)) {
    const others = await declarations(beside(from));
    for (const name of names.split(",").map((name) => name.replace(/^\s*type\s/, "").trim()).filter(Boolean)) {
      if (!others.has(name)) throw new Error(`${from} has no ${name}`);
      found.set(name, others.get(name));
    }
  }
  const own = new Map();
  for (const [, comment = "", name] of text.matchAll(DECLARED)) own.set(name, (own.get(name) ?? "") + comment);
  for (const [name, comment] of own) found.set(name, comment);
  return found;
}

/** The code of every `@example` in a text, with or without a fence around it. */
export function examples(text) {
  const comments = text.match(/\/\*\*(?:(?!\*\/)[\s\S])*\*\//g) ?? [];
  return comments.flatMap((comment) => {
    const lines = comment.slice(3, -2).split("\n").map((line) => line.replace(/^\s*\* ?/, ""));
    const blocks = lines.join("\n").split(/^@example\s*$/m).slice(1);
    return blocks.map((block) => block.split(/^@\w+/m)[0].replace(/^```\w*$/gm, "").trim());
  });
}
