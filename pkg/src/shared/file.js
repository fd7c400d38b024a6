import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * A module in a file beside the bundle. Bundlers do not follow the name, since it is joined at
 * run time.
 *
 * @param {string} bundle the address of the bundle
 * @param {string} name
 */
export function fileSource(bundle, name) {
  return { now: () => readFileSync(join(dirname(fileURLToPath(bundle)), name)) };
}
