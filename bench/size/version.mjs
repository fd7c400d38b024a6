/** Which version of a package is installed. */
import { readFileSync } from "node:fs";

/** @param {string} specifier a package, or a part of one */
export function version(specifier) {
  const parts = specifier.split("/").slice(0, specifier.startsWith("@") ? 2 : 1);
  return JSON.parse(readFileSync(new URL(`../../node_modules/${parts.join("/")}/package.json`, import.meta.url), "utf8")).version;
}
