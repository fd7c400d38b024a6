/** What is said about each export: an example, and one that a reader can copy. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { promisify } from "node:util";
import { atEnd } from "../support/at-end.mjs";
import { declarations, examples } from "./support/declarations.mjs";
import { resolve, specifier } from "./support/exports.mjs";
import { install, lend, program } from "./support/project.mjs";

const run = promisify(execFile);
const SETTINGS = [
  "--noEmit", "--strict", "--target", "es2022", "--module", "esnext", "--moduleResolution", "bundler", "--moduleDetection", "force",
  "--lib", "es2022,dom,dom.iterable", "--types", "", "--skipLibCheck", "--jsx", "react-jsx",
];
/** The doors that are described by hand; the others are the same by another way. */
const DOORS = ["", "agent", "oauth", "react", "server", "verify"];
/** Those whose data shapes come from Rust. */
const GENERATED = ["", "verify"];

describe("each export of the packed package", () => {
  const end = atEnd();
  let project;
  let root;
  let manifest;
  before(async () => {
    ({ project, root, manifest } = await install(end));
    await lend(project, "hono", "express", "react", "@types");
  });

  const typesOf = (door) => join(root, resolve(manifest, `./${door}`.replace(/\/$/, ""), ["types", "import"]));

  for (const door of DOORS) {
    test(`has an example: edgeward${door && `/${door}`}`, async () => {
      const found = await declarations(typesOf(door));
      assert.ok(found.size >= 8, [...found.keys()].join());
      const without = [...found].filter(([, comment]) => examples(comment).every((code) => code === "")).map(([name]) => name);
      assert.deepEqual(without, []);
    });

    test(`has examples that compile: edgeward${door && `/${door}`}`, async () => {
      const folder = join(project, "types", `examples-${door || "client"}`);
      await mkdir(folder, { recursive: true });
      await copyFile(join(project, "types/examples", `${door || "client"}.d.ts`), join(folder, "around.d.ts"));
      const found = await declarations(typesOf(door));
      // Those of methods as well. What a door takes from another one is checked there; what is generated, here.
      const own = examples(await readFile(typesOf(door), "utf8"));
      const all = new Set([...own, ...(GENERATED.includes(door) ? [...found.values()].flatMap(examples) : [])]);
      const names = [...found.keys()].join(", ");
      const files = await Promise.all([...all].map((code, i) => written(folder, i, code, `import { ${names} } from "${specifier(manifest, door)}";`)));
      const said = await run(program("tsc"), [...SETTINGS, join(folder, "around.d.ts"), ...files], { cwd: folder }).then(
        ({ stdout }) => stdout,
        ({ stdout, message }) => stdout || message,
      );
      assert.equal(said, "", `${files.length} examples`);
    });
  }
});

/** An example as a file of its own: inside of a function, since it may return or wait. */
async function written(folder, i, code, imports) {
  const file = join(folder, `${i}.tsx`);
  const own = /^import /m.test(code) || /^export /m.test(code) ? code : `export async function example() {\n${code}\n}`;
  await writeFile(file, `${/^import /m.test(code) ? "" : imports}\n${own}\n`);
  return file;
}
