import * as fs from "node:fs";
import { createHash } from "node:crypto";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { LATE, within } from "../time.js";
import { lockFile } from "./file-lock.js";

/** A file that is larger is not one of ours. */
const LARGEST = 1024 * 1024;
/** How long a change waits for others, in milliseconds. */
const COMMIT = 1_500;

/**
 * Keeps texts in a file that only this user may read, safely for several processes: each change is made
 * under a lock file, compares before it writes, and replaces the file in one step.
 *
 * It cannot keep keys that no script can read; those last as long as the process.
 *
 * @param {string | URL} path such as `./agent-session.json`; a folder that is missing is made
 * @returns {object} an adapter for the option `storage`
 *
 * @example
 * const auth = createClient({ issuer, clientId, storage: fileStore("./agent-session.json") });
 */
export function fileStore(path) {
  // Whoever changes the folder later means the same file.
  const file = resolve(path instanceof URL ? fileURLToPath(path) : path);
  /** What is heard of, as it was last read or written here. */
  const seen = new Map();
  const note = (key, text) => {
    if (seen.has(key)) seen.set(key, text);
  };

  const get = async (key) => {
    const text = read(file).get(key) ?? null;
    note(key, text);
    return text;
  };
  return {
    get,
    keys: async (prefix) => [...read(file).keys()].filter((key) => key.startsWith(prefix)),

    async compareAndSwap(key, expected, next) {
      const target = prepared(file);
      const lock = await within(COMMIT, (signal) => lockFile(`${target}.lock`, signal)).catch(tooLate);
      try {
        const texts = read(file);
        if ((texts.get(key) ?? null) !== expected) return false;
        if (next === null) texts.delete(key);
        else texts.set(key, next);
        write(target, texts, lock);
        note(key, next);
        return true;
      } finally {
        lock.release();
      }
    },

    async lock(name, { signal }) {
      const id = createHash("sha256").update(name).digest("hex").slice(0, 16);
      const lock = await lockFile(`${prepared(file)}.${id}.lock`, signal);
      return () => lock.release();
    },

    /** Hears of what other processes write. */
    async subscribe(key, listener) {
      const target = prepared(file);
      seen.set(key, read(file).get(key) ?? null);
      const changed = async () => {
        const before = seen.get(key);
        if ((await get(key)) !== before) listener();
      };
      const watcher = fs.watch(dirname(target), { persistent: false }, (_, entry) => {
        if (entry === basename(target)) changed().catch(() => {});
      });
      watcher.on("error", () => watcher.close());
      return () => watcher.close();
    },
  };
}

function tooLate(error) {
  throw error === LATE ? new Error("others are changing the file") : error;
}

/** Makes the folder, and follows a link: whoever comes by another way means the same file and its locks. */
function prepared(file) {
  fs.mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  return fs.existsSync(file) ? fs.realpathSync(file) : file;
}

/** @throws if it is not a file of ours; it is then left as it is */
function read(file) {
  let text;
  try {
    if (fs.statSync(file).size > LARGEST) throw new Error("the file is too large for a store");
    text = fs.readFileSync(file, "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return new Map();
    throw error;
  }
  return new Map(entries(text));
}

function entries(text) {
  if (text === "") return [];
  try {
    const texts = JSON.parse(text);
    const found = Object.entries(texts);
    if (typeof texts === "object" && found.every(([, value]) => typeof value === "string")) return found;
  } catch {
    // The parser's message would quote the file.
  }
  throw new Error("the file is not a store of texts");
}

/** Replaces the file in one step: whoever reads it meanwhile gets the old or the new one. */
function write(target, texts, lock) {
  removeLeftovers(target);
  const temporary = `${target}.${process.pid}.tmp`;
  const opened = fs.openSync(temporary, "w", 0o600);
  try {
    fs.fchmodSync(opened, 0o600);
    fs.writeFileSync(opened, JSON.stringify(Object.fromEntries(texts)));
    fs.fsyncSync(opened);
  } finally {
    fs.closeSync(opened);
  }
  // A process that stood still for longer than a lock lasts must not overwrite what came after.
  if (!lock.held()) throw new Error("the lock was lost");
  fs.renameSync(temporary, target);
  syncFolder(dirname(target));
}

/** The new name is on the disk only when the folder is. Not every system can say so. */
function syncFolder(folder) {
  try {
    const opened = fs.openSync(folder, "r");
    fs.fsyncSync(opened);
    fs.closeSync(opened);
  } catch {
    // The file is written; only a power cut would bring the old one back.
  }
}

/** Of the file by its process; of its own lock and of those with names by chance. */
const LEFTOVER = /^(?:\d+|(?:[0-9a-f]{16}\.)?lock\.(?:break\.)?[0-9a-f-]{36})\.tmp$/;

/** What processes left that died while they wrote: whoever holds the lock is the only one who writes. */
function removeLeftovers(target) {
  const start = `${basename(target)}.`;
  const left = (name) => name.startsWith(start) && LEFTOVER.test(name.slice(start.length));
  for (const name of fs.readdirSync(dirname(target)).filter(left)) {
    fs.rmSync(join(dirname(target), name), { force: true });
  }
}
