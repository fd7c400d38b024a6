import { closeSync, existsSync, linkSync, openSync, readFileSync, statSync, unlinkSync, utimes, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { randomUUID } from "node:crypto";

/** How often a holder shows that it lives. */
const BEAT = 1_000;
/** How long a lock is watched without a sign of life until it counts as left behind. */
const STALE = 10_000;
/** How far two readings of when this process began may lie apart. */
const BEGAN_WITHIN = 5_000;
/** How long at most, in milliseconds, somebody who waits does not look whether a lock is free. */
const LONGEST_PAUSE = 20;
const began = () => Date.now() - process.uptime() * 1_000;

/** This user alone may read what is written. */
const MODE = 0o600;

/** Per lock file: how it looked, and since when it has looked like that. By this process's clock, because others' differ. */
const watched = new Map();

/**
 * Takes a lock file, waiting for it as long as the signal lets it. What a process that died left
 * behind is removed: at once if it ran on this machine, otherwise when it has shown no sign of life.
 *
 * @param {string} path in a folder that exists
 * @param {AbortSignal} signal
 * @returns {Promise<{ held(): boolean, release(): void }>}
 * @throws the signal's reason, or why no file can be made there
 */
export async function lockFile(path, signal) {
  const wanted = `${path}.wanted`;
  // Others wait already. Whoever takes a lock again as soon as it is free would keep it from them all.
  let waited = existsSync(wanted);
  if (waited) await pause(LONGEST_PAUSE);
  try {
    for (;;) {
      signal.throwIfAborted();
      const lock = attempt(path);
      if (lock) return lock;
      waited = true;
      mark(wanted);
      // Not all at the same moment.
      await pause(5 + Math.random() * (LONGEST_PAUSE - 5));
    }
  } finally {
    // Who waits still says so again.
    if (waited) unlink(wanted);
  }
}

function mark(path) {
  try {
    writeFileSync(path, "", { mode: MODE });
  } catch {
    // On a full disk, for instance: one waits all the same.
  }
}

const pause = (millis) => new Promise((resolve) => setTimeout(resolve, millis));

function attempt(path) {
  const text = signed();
  if (!create(path, text)) {
    const seen = look(path);
    if (seen && isLeft(path, seen)) remove(path, seen);
    return undefined;
  }
  watched.delete(path);
  const held = () => look(path)?.text === text;
  const beat = setInterval(() => (held() ? utimes(path, new Date(), new Date(), () => {}) : clearInterval(beat)), BEAT);
  beat.unref();
  return {
    held,
    release() {
      clearInterval(beat);
      // Somebody else's if this process stood still for too long.
      if (held()) unlink(path);
    },
  };
}

/** Who holds a lock, and which time. */
const signed = () => JSON.stringify({ id: randomUUID(), pid: process.pid, host: hostname(), began: began() });

/** False: it is there already. Otherwise it is there with its text at once: of one that is empty nobody knows whose it is. */
function create(path, text) {
  if (existsSync(path)) return false;
  const own = `${path}.${randomUUID()}.tmp`;
  try {
    writeFileSync(own, text, { mode: MODE });
    linkSync(own, path);
  } catch (error) {
    if (error.code === "EEXIST") return false;
    // A file system on which a file has one name only.
    return createInSteps(path, text);
  } finally {
    unlink(own);
  }
  return true;
}

function createInSteps(path, text) {
  let file;
  try {
    file = openSync(path, "wx", MODE);
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
  try {
    writeFileSync(file, text);
  } catch (error) {
    unlink(path);
    throw error;
  } finally {
    closeSync(file);
  }
  return true;
}

function look(path) {
  try {
    return { text: readFileSync(path, "utf8"), beat: statSync(path).mtimeMs };
  } catch {
    return undefined;
  }
}

function isLeft(path, { text, beat }) {
  if (isDead(text)) return true;
  const before = watched.get(path);
  if (before?.text === text && before.beat === beat) return performance.now() - before.since > STALE;
  watched.set(path, { text, beat, since: performance.now() });
  return false;
}

/** Whether the holder is known to be gone. Elsewhere, or before it has said who it is, nobody knows. */
function isDead(text) {
  try {
    const holder = JSON.parse(text);
    if (holder.host !== hostname()) return false;
    // A container gives the same number again.
    if (holder.pid === process.pid) return Math.abs(holder.began - began()) > BEGAN_WITHIN;
    process.kill(holder.pid, 0);
    return false;
  } catch (error) {
    return error.code === "ESRCH";
  }
}

/** Removes a lock that was left behind. One process at a time, or a second one would remove the new holder's. */
function remove(path, seen) {
  const breaking = `${path}.break`;
  if (!create(breaking, signed())) {
    const left = look(breaking);
    if (left && isLeft(breaking, left)) unlink(breaking);
    return;
  }
  const now = look(path);
  if (now?.text === seen.text && now.beat === seen.beat) unlink(path);
  unlink(breaking);
}

function unlink(path) {
  try {
    unlinkSync(path);
  } catch {
    // It is gone already.
  }
}
