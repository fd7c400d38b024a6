/** No client: what the clients are built on, which counts. */
import { Platform } from "../../../pkg/src/platform/index.js";

const KEY = "race:count";
const SIGNAL = new AbortController().signal;
let platform;

export function open(storage) {
  platform = new Platform({ storage }, { onNotice() {}, onWarning() {} });
}

const perform = (effect) => platform.perform({ area: "session", key: KEY, ...effect }, SIGNAL);
export const read = async () => Number(await perform({ kind: "read" }));

/** Adds one, so many times; a swap that is lost is tried again. */
export async function count(times, locked) {
  for (let at = 0; at < times; at++) {
    if (locked) await perform({ kind: "lock", name: KEY, deadline: 60_000 });
    for (let done = false; !done; ) {
      const expected = await perform({ kind: "read" });
      ({ done } = await perform({ kind: "swap", expected, next: String(Number(expected) + 1) }));
    }
    if (locked) await perform({ kind: "unlock", name: KEY });
  }
}

/** Adds one as a page of its own would: read and written under a Web Lock, with nothing in between. */
export async function countBare(times) {
  for (let at = 0; at < times; at++) {
    await navigator.locks.request(KEY, async () => localStorage.setItem(KEY, String(Number(localStorage.getItem(KEY)) + 1)));
  }
}
