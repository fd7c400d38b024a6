/** A process of the file store's tests: does what it is told and says what it did, a line each. */
import { fileStore } from "../../pkg/src/platform/node/file-store.js";
import { lockFile } from "../../pkg/src/platform/node/file-lock.js";

const [task, path, argument] = process.argv.slice(2);
const store = fileStore(path);
const forever = new AbortController().signal;
const say = (line) => process.stdout.write(`${line}\n`);

const tasks = {
  /** Adds one, so many times; says each once it is done. */
  async count() {
    for (let left = Number(argument); left > 0; ) {
      const current = await store.get("n");
      if (!(await store.compareAndSwap("n", current, String(Number(current) + 1)))) continue;
      left--;
      say("added");
    }
  },
  /** Adds one to a file without any lock but the one under test. */
  async guarded() {
    for (let left = Number(argument); left > 0; left--) {
      const release = await store.lock("refresh", { signal: forever });
      const current = await store.get("n");
      await new Promise((resolve) => setTimeout(resolve, 2));
      if (!(await store.compareAndSwap("n", current, String(Number(current) + 1)))) say("not alone");
      release();
    }
  },
  /** Takes a lock and keeps it. */
  async hold() {
    await store.lock(argument, { signal: forever });
    say("held");
    setInterval(() => {}, 1_000);
  },
  /** Takes the lock of a commit and keeps it. */
  async commit() {
    // Which makes the folder.
    await store.compareAndSwap("begun", null, "1");
    await lockFile(`${path}.lock`, forever);
    say("held");
    setInterval(() => {}, 1_000);
  },
};
await tasks[task]();
