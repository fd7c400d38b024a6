/** The package as users get it: packed by npm, installed by npm, in a folder outside of the repository. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const PACKAGE = fileURLToPath(new URL("../../../pkg", import.meta.url));
const APPS = fileURLToPath(new URL("../apps", import.meta.url));
const MODULES = fileURLToPath(new URL("../../../node_modules", import.meta.url));
const QUIET = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"];

/**
 * Makes a project that has the packed package and the apps, and removes it at the end.
 *
 * @param {{ after(stop: () => unknown): void }} end
 * @returns {Promise<{ project: string, root: string, files: string[], manifest: object }>} the project's
 *   folder, the installed package's, what the tarball holds, and its package.json
 */
export async function install(end) {
  const project = await mkdtemp(join(tmpdir(), "edgeward-project-"));
  end.after(() => rm(project, { recursive: true, force: true, maxRetries: 5 }));
  await cp(APPS, project, { recursive: true });
  await writeFile(join(project, "package.json"), JSON.stringify({ name: "app", private: true }));
  const packing = ["pack", "--json", "--pack-destination", project, ...QUIET];
  const { stdout } = await run("npm", packing, { cwd: PACKAGE });
  const [{ filename, files }] = JSON.parse(stdout);
  await run("npm", ["install", "--offline", ...QUIET, join(project, filename)], { cwd: project });
  const root = join(project, "node_modules", "edgeward");
  const manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  return { project, root, files: files.map(({ path }) => path).sort(), manifest };
}

/** Lends a project packages of the repository, as they are installed there. */
export async function lend(project, ...names) {
  for (const name of names) await symlink(join(MODULES, name), join(project, "node_modules", name));
}

/**
 * Runs a program in a project and reads the one line of JSON that it prints.
 *
 * @param {string} project
 * @param {string[]} command the program and its arguments
 * @param {object} [settings] what the app finds in the environment variable `SETTINGS`
 */
export async function answer(project, [program, ...args], settings = {}) {
  const env = { ...process.env, SETTINGS: JSON.stringify(settings), NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" };
  const { stdout } = await run(program, args, { cwd: project, env, timeout: 60_000 });
  return JSON.parse(stdout);
}

/** A program of an npm package of the repository. */
export function program(name) {
  return name.includes("/") ? join(MODULES, name) : join(MODULES, ".bin", name);
}

/** Why a test is left out: npm leaves optional packages out where they do not exist for the platform. */
export function missing(name) {
  return existsSync(program(name)) ? false : `the npm package of ${name} is not installed here`;
}
