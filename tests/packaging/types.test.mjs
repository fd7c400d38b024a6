/** The type declarations of every door, under the strictest settings and every way to resolve them. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { promisify } from "node:util";
import { atEnd } from "../support/at-end.mjs";
import { resolve, specifier } from "./support/exports.mjs";
import { answer, install, lend, program } from "./support/project.mjs";

const run = promisify(execFile);
const STRICT = ["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess", "--target", "es2022"];
const LIBRARIES = ["--lib", "es2022,dom", "--types", ""];

/** How TypeScript finds a package, and whether files there may be CommonJS. */
const RESOLUTIONS = [
  ["nodenext", ["--module", "nodenext"], true],
  ["node16", ["--module", "node16"], true],
  ["bundler", ["--module", "esnext", "--moduleResolution", "bundler"], false],
];

/** What `export type *` names along with the types. Whoever uses it as a value is told by TypeScript. */
const TYPES_ONLY = { "edgeward/agent": ["createClient"] };

describe("the declarations of the packed package", () => {
  const end = atEnd();
  let project;
  let types;
  let manifest;
  before(async () => {
    ({ project, manifest } = await install(end));
    types = join(project, "types");
    await lend(project, "hono", "express", "react", "@types");
  });

  /** Type-checks files of the folder `types`; gives what tsc says. */
  async function check(...args) {
    const checked = run(program("tsc"), [...STRICT, ...args], { cwd: types });
    return checked.then(({ stdout }) => stdout, ({ stdout, stderr, message }) => stdout + stderr || message);
  }

  for (const [name, resolution, hasCommonJs] of RESOLUTIONS) {
    test(`are strict and complete: ${name}`, async () => {
      const files = hasCommonJs ? ["strict.ts", "required.cts"] : ["strict.ts"];
      assert.equal(await check(...LIBRARIES, ...resolution, ...files), "");
    });

    test(`name what each door gives at run time, no more and no less: ${name}`, async () => {
      const folder = join(types, `doors-${name}`);
      await mkdir(folder);
      const files = await Promise.all([
        ...(await doors("import")).map(([door, names], i) => written(join(folder, `${i}.mts`), door, names)),
        ...(hasCommonJs ? await doors("require") : []).map(([door, names], i) => written(join(folder, `${i}.cts`), door, names)),
      ]);
      assert.ok(files.length >= 4);
      // A door may describe itself by a framework's types, and those are not ours to check.
      assert.equal(await check("--lib", "es2022,dom", "--types", "", "--skipLibCheck", ...resolution, ...files), "");
    });
  }

  for (const [framework, libraries] of [["hono", ""], ["express", "node"]]) {
    test(`fit those of ${framework}: the middleware, and the identity behind it`, async () => {
      // Their own declarations are not ours to check.
      const settings = ["--lib", "es2022,dom", "--types", libraries, "--skipLibCheck", "--esModuleInterop", "--module", "nodenext"];
      assert.equal(await check(...settings, `${framework}.ts`), "");
    });
  }

  /** The doors that give code, and the names that Node finds behind each. */
  async function doors(how) {
    const open = Object.keys(manifest.exports).filter((door) => /\.c?js$/.test(resolve(manifest, door, ["node", how]) ?? ""));
    const names = JSON.stringify(open.map((door) => specifier(manifest, door)));
    const load = how === "import" ? "import(name)" : "Promise.resolve(require(name))";
    const print = `Promise.all(${names}.map((name) => ${load}.then((all) => [name, Object.keys(all)]))).then((all) => console.log(JSON.stringify(all)))`;
    return answer(project, [process.execPath, "-e", print]);
  }
});

/** A file in which a name too many or too few is an error. */
async function written(file, door, names) {
  const values = Object.fromEntries(names.map((name) => [name, 0]));
  const load = file.endsWith(".cts") ? `import all = require("${door}");` : `import * as all from "${door}";`;
  const except = (TYPES_ONLY[door] ?? []).map((name) => JSON.stringify(name)).join(" | ") || "never";
  await writeFile(file, `${load}\nexport const names: Record<Exclude<keyof typeof all, ${except}>, number> = ${JSON.stringify(values)};\n`);
  return file;
}
