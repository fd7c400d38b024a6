/** Processes on one file that want a token at the same moment. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/**
 * Starts processes of a script that says `{"ready":true}` once it may begin, begins at a line of its input, and
 * says an outcome as of `Race.ask`, one JSON text a line.
 *
 * @param {{ after(stop: () => unknown): void }} end
 * @param {URL} script
 * @param {number} count
 * @param {object} options its only argument, as JSON
 */
export async function startProcesses(end, script, count, options) {
  const all = Array.from({ length: count }, () => new Process(script, options));
  end.after(() => all.forEach((one) => one.kill()));
  await Promise.all(all.map((one) => one.ready));
  return {
    all,
    /** Lets all begin, and gives what became of them. A process that was killed has no outcome. */
    async ask(command = {}) {
      return (await Promise.all(all.map((one) => one.ask(command)))).filter(Boolean);
    },
  };
}

class Process {
  #lines;

  constructor(script, options) {
    this.child = spawn(process.execPath, [fileURLToPath(script), JSON.stringify(options)], { stdio: ["pipe", "pipe", "inherit"] });
    this.#lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
    this.ready = this.#next();
  }

  async ask(command) {
    this.child.stdin.write(`${JSON.stringify(command)}\n`);
    return this.#next();
  }

  /** As an operator or the system does it: without a word. */
  kill() {
    this.child.kill("SIGKILL");
  }

  /** Ends its input, and gives the code that it ends with by itself. */
  async end() {
    this.child.stdin.end();
    if (this.child.exitCode === null) await once(this.child, "exit");
    return this.child.exitCode;
  }

  async #next() {
    const { value } = await this.#lines.next();
    return value === undefined ? undefined : JSON.parse(value);
  }
}
