/** The package as users get it: packed by npm and unpacked into a project of its own. */
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const PACKAGE = fileURLToPath(new URL("../../pkg", import.meta.url));
const CONSUMERS = fileURLToPath(new URL("consumers", import.meta.url));

/**
 * Installs the packed package beside the consumers.
 *
 * @param {{ after(stop: () => unknown): void }} end
 * @returns {Promise<{ project: string, root: string, files: string[] }>} the project's folder, the
 *   installed package's, and what the tarball holds
 */
export async function install(end) {
  const project = await mkdtemp(join(tmpdir(), "edgeward-project-"));
  end.after(() => rm(project, { recursive: true, force: true }));
  const { stdout } = await run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", project], {
    cwd: PACKAGE,
  });
  const [{ filename, files }] = JSON.parse(stdout);
  const root = join(project, "node_modules", "edgeward");
  await mkdir(root, { recursive: true });
  await run("tar", ["-xzf", join(project, filename), "-C", root, "--strip-components=1"]);
  await cp(CONSUMERS, project, { recursive: true });
  return { project, root, files: files.map(({ path }) => path).sort() };
}

/**
 * Runs a program in a project and reads the one line of JSON that it prints.
 *
 * @param {string} project
 * @param {string} program
 * @param {string[]} args
 * @param {string} [input] given as the environment variable `INPUT`
 */
export async function answer(project, program, args, input = "") {
  const env = { ...process.env, INPUT: input, NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" };
  const { stdout } = await run(program, args, { cwd: project, env, timeout: 60_000 });
  return JSON.parse(stdout);
}
