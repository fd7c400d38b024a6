/** What `exports` of a package.json says, read as runtimes, bundlers and TypeScript read it. */
import { readFile } from "node:fs/promises";
import { join, posix } from "node:path";

/**
 * Every way to a file: through which door, under which conditions.
 *
 * @param {object} manifest package.json
 * @returns {{ door: string, conditions: string[], path: string }[]} paths as in a tarball, such as `dist/a.js`
 */
export function ways(manifest) {
  return Object.entries(manifest.exports).flatMap(([door, target]) => [...leaves(door, target, [])]);
}

function* leaves(door, target, conditions) {
  if (typeof target === "string") return yield { door, conditions, path: posix.normalize(target) };
  for (const [condition, inner] of Object.entries(target)) yield* leaves(door, inner, [...conditions, condition]);
}

/** The objects that name types or code, from the outside in. */
export function* branches(target) {
  if (typeof target === "string") return;
  yield target;
  for (const inner of Object.values(target)) yield* branches(inner);
}

/** The file behind a door for whoever has these conditions; `undefined` where the door is shut. */
export function resolve(manifest, door, conditions) {
  const open = (target) => {
    if (typeof target === "string") return posix.normalize(target);
    const matching = Object.keys(target).filter((name) => name === "default" || conditions.includes(name));
    return matching.map((name) => open(target[name])).find((path) => path !== undefined);
  };
  return open(manifest.exports[door]);
}

/** The name that an app imports for a door, such as `edgeward/verify`. */
export function specifier(manifest, door) {
  return posix.join(manifest.name, door);
}

/**
 * What files name, and what the files that they name name.
 *
 * @param {string} root the package's folder
 * @param {string[]} paths
 * @returns {Promise<{ files: Set<string>, names: Map<string, string[]> }>} the files, and for each the
 *   modules that it names and that are no files of the package
 */
export async function reach(root, paths) {
  const files = new Set();
  const names = new Map();
  for (const waiting = [...paths]; waiting.length; ) {
    const path = waiting.pop();
    if (files.has(path)) continue;
    files.add(path);
    if (!/\.[cm]?[jt]s$/.test(path)) continue;
    const named = imported(await readFile(join(root, path), "utf8"));
    const near = named.filter((name) => name.startsWith("."));
    names.set(path, named.filter((name) => !name.startsWith(".")));
    waiting.push(...near.map((name) => posix.join(posix.dirname(path), declared(path, name))));
  }
  return { files, names };
}

function imported(text) {
  const named = /(?:\bfrom|\bimport|\b(?:import|require)\()\s*(["'])([^"'\n]+)\1/g;
  return [...text.matchAll(named)].map(([, , name]) => name);
}

/** A declaration names the code that it describes; what is meant is the declaration beside that. */
function declared(path, name) {
  return /\.d\.[cm]?ts$/.test(path) ? name.replace(/\.([cm]?)js$/, ".d.$1ts") : name;
}
