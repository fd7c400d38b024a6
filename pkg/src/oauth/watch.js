import { heard } from "../platform/popup.js";
import { sleep, within } from "../platform/time.js";

/** How often the provider's page is asked, in seconds. */
const INTERVAL = 10;
/** How long the provider's page may take to answer, in milliseconds. */
const ANSWER = 5_000;
/** How long a sign-in without a prompt may take. */
const SILENT = 20_000;

/**
 * Asks the provider's page in a hidden frame, again and again, whether the user's session there has changed
 * (OpenID Connect Session Management 1.0).
 *
 * @param {(method: string, asked?: object) => Promise<any>} ask the core; what it decides is done here
 * @param {{ intervalSeconds?: number, signal?: AbortSignal }} [options]
 * @returns {() => void} ends it
 */
export function watch(ask, { intervalSeconds = INTERVAL, signal } = {}) {
  const over = new AbortController();
  const end = () => over.abort();
  if (signal?.aborted) return end;
  signal?.addEventListener("abort", end);
  over.signal.addEventListener("abort", () => signal?.removeEventListener("abort", end));
  if (globalThis.document?.body) run(ask, intervalSeconds * 1000, over.signal).catch(() => {});
  return end;
}

async function run(ask, interval, signal) {
  const page = new ProviderPage(signal);
  while (!signal.aborted) {
    const verdict = document.visibilityState === "visible" ? await look(ask, page).catch(() => null) : null;
    // It did not understand, and will not the next time.
    if (verdict === "error") break;
    await sleep(interval, signal);
  }
  page.close();
}

async function look(ask, page) {
  const asked = await ask("watchFrame");
  if (!asked) return null;
  const message = await page.answer(asked);
  const verdict = await ask("watchHeard", { message });
  if (verdict !== "changed") return verdict;
  const { url, state } = await ask("watchQuestion");
  const callback = await silently(url, state);
  await ask("watchAnswer", { url: callback });
  return verdict;
}

/** The page of the provider, in a frame that stays. */
class ProviderPage {
  #signal;
  #frame;
  #url;

  constructor(signal) {
    this.#signal = signal;
    signal.addEventListener("abort", () => this.close());
  }

  /** What it says to a question; only the provider's own origin is asked and heard. */
  async answer({ url, origin, question }) {
    await this.#load(url);
    return within(ANSWER, (signal) => new Promise((resolve) => {
      const hear = ({ source, origin: from, data }) => {
        if (source === this.#frame?.contentWindow && from === origin) resolve(String(data));
      };
      addEventListener("message", hear, { signal });
      this.#frame.contentWindow.postMessage(question, origin);
    }), this.#signal);
  }

  close() {
    this.#frame?.remove();
    this.#frame = this.#url = undefined;
  }

  async #load(url) {
    if (this.#url === url) return;
    this.close();
    this.#frame = hidden(url);
    await within(ANSWER, () => new Promise((resolve) => this.#frame.addEventListener("load", resolve)), this.#signal);
    this.#url = url;
  }
}

/** Has the provider answer without showing anything: the address that it sends the frame back to. */
async function silently(url, state) {
  const over = new AbortController();
  const frame = hidden(url);
  try {
    return await within(SILENT, () => heard(state, over.signal));
  } finally {
    over.abort();
    frame.remove();
  }
}

function hidden(url) {
  const frame = document.createElement("iframe");
  frame.hidden = true;
  frame.src = url;
  document.body.append(frame);
  return frame;
}
