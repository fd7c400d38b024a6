/** A longer timer fires at once: its delay is a signed number of 32 bits. */
const LONGEST = 2 ** 31 - 1;

/**
 * In how many parts a deadline is waited for. While the page computes, or the machine sleeps, time passes
 * that the work did not have: of that, one part counts.
 */
const PARTS = 4;

/** Why work was stopped: it took too long. */
export const LATE = Symbol("late");

/** Both clocks, in whole milliseconds. @param {{ now?(): number, monotonic?(): number }} [clock] */
export function readClock(clock) {
  return {
    wall: Math.floor(clock?.now?.() ?? Date.now()),
    monotonic: Math.floor(clock?.monotonic?.() ?? performance.now()),
  };
}

/**
 * Waits, at most 24 days. Node ends while nothing else but this is waited for, unless it is to hold.
 *
 * @param {number} millis
 * @param {AbortSignal} [signal] ends the wait without an answer
 * @param {boolean} [hold]
 */
export function sleep(millis, signal, hold) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, Math.min(millis, LONGEST));
    if (!hold) timer.unref?.();
    signal?.addEventListener("abort", () => clearTimeout(timer));
  });
}

/**
 * Runs work that must end in time. It is told to stop by a signal, and not waited for if it does
 * not listen.
 *
 * @template T
 * @param {number} millis
 * @param {(signal: AbortSignal) => T | Promise<T>} work
 * @param {AbortSignal} [outer] stops it as well
 * @returns {Promise<T>} rejects with `LATE` after the time
 */
export async function within(millis, work, outer) {
  const controller = new AbortController();
  let timer;
  let cancel;
  try {
    return await new Promise((resolve, reject) => {
      const wait = (parts) => {
        if (parts) timer = setTimeout(wait, Math.min(millis / PARTS, LONGEST), parts - 1);
        else reject(LATE);
      };
      wait(PARTS);
      outer?.addEventListener("abort", (cancel = () => reject(outer.reason)));
      (async () => work(controller.signal))().then(resolve, reject);
    });
  } catch (error) {
    controller.abort();
    throw error;
  } finally {
    clearTimeout(timer);
    outer?.removeEventListener("abort", cancel);
  }
}
