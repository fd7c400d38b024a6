/** What Linux says about a process. */
import { readdirSync, readFileSync } from "node:fs";

const PAGE = 4096;

/**
 * Starts something that starts a workerd, and tells which one it is.
 *
 * @template T
 * @param {() => Promise<T>} start
 * @returns {Promise<{ pid: number, value: T }>}
 */
export async function started(start) {
  const before = new Set(workerds());
  const value = await start();
  const [pid, ...others] = workerds().filter((pid) => !before.has(pid));
  if (!pid || others.length) throw new Error("one workerd was to be started, and no other one meanwhile");
  return { pid, value };
}

/**
 * CPU time of a process since it began, in milliseconds: the sum of its threads', which Linux counts in nanoseconds; the
 * process's own in `stat` is in hundredths of a second.
 */
export function cpuMillis(pid) {
  const spent = (thread) => Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]);
  return readdirSync(`/proc/${pid}/task`).reduce((sum, thread) => sum + spent(thread), 0) / 1e6;
}

/** Memory of a process that is not swapped out, in bytes. */
export function residentBytes(pid) {
  return PAGE * Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]);
}

/** The workerds that this process has started. */
function workerds() {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number).filter(isOwnWorkerd);
}

function isOwnWorkerd(pid) {
  try {
    const { name, fields } = stat(pid);
    return name === "workerd" && Number(fields[1]) === process.pid;
  } catch {
    return false; // It has ended meanwhile.
  }
}

/** The name may hold spaces and brackets; what follows it does not. */
function stat(pid) {
  const text = readFileSync(`/proc/${pid}/stat`, "utf8");
  const end = text.lastIndexOf(")");
  return { name: text.slice(text.indexOf("(") + 1, end), fields: text.slice(end + 2).split(" ") };
}
