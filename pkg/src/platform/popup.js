import { Failed } from "./failed.js";
import { openChannel } from "./channel.js";
import { LATE, sleep, within } from "./time.js";

const FEATURES = "popup,width=480,height=720";
const TAG = "edgeward:popup";
/** How often it is looked whether the window is still there. */
const LOOK = 250;
/** How long a callback's page waits for somebody who waits for it. */
const ANSWER = 1_000;

/** A sign-in's window, from both of its sides: the page that opens it, and the callback's page. */
export class Popups {
  #reserved;

  /**
   * Opens an empty window, which a browser allows in a click's turn only, before anything is awaited.
   * The next sign-in by popup takes it.
   */
  reserve() {
    this.#reserved?.close();
    this.#reserved = globalThis.open?.("", "", FEATURES) ?? undefined;
  }

  /** Closes a window that no sign-in took. */
  release() {
    this.#reserved?.close();
    this.#reserved = undefined;
  }

  /**
   * Shows the provider in the window and waits for the callback.
   *
   * @param {{ url: string, name: string, deadline: number }} effect `name` is the sign-in's `state`
   * @param {AbortSignal} cancel closes the window
   * @returns {Promise<string>} the callback's address
   * @throws {Failed} `popup_blocked`, `popup_closed`, `network_timeout`
   */
  async popup({ url, name, deadline }, cancel) {
    if (!this.#reserved) this.reserve();
    const popup = this.#reserved;
    this.#reserved = undefined;
    if (!popup || popup.closed) throw new Failed("popup_blocked");
    const over = new AbortController();
    try {
      popup.location.replace(url);
      const outcome = () => Promise.race([heard(name, over.signal), closed(popup, over.signal)]);
      return await within(deadline, outcome, cancel);
    } catch (error) {
      throw error === LATE ? new Failed("network_timeout") : error;
    } finally {
      over.abort();
      popup.close();
    }
  }

  /**
   * Hands a callback over to the page that waits for it, and closes this window.
   *
   * @param {{ url: string, name: string }} effect
   * @returns {Promise<boolean>} false: nobody waits for it, so that it is this page's own
   */
  async relay({ url, name }) {
    const over = new AbortController();
    try {
      await within(ANSWER, () => taken(name, url, over.signal));
      globalThis.close?.();
      return true;
    } catch {
      return false;
    } finally {
      over.abort();
    }
  }
}

/** Waits for the callback of a sign-in, and says that it is here. */
export function heard(name, signal) {
  return new Promise((resolve) => {
    listen(signal, (state, url, reply) => {
      if (state !== name || !url) return;
      reply(`${TAG} ${name}`);
      resolve(url);
    });
  });
}

/** Tells of a callback, and waits until somebody says that it is there. */
function taken(name, url, signal) {
  return new Promise((resolve) => {
    const post = listen(signal, (state, url) => state === name && !url && resolve());
    const text = `${TAG} ${name} ${url}`;
    post(text);
    // A page inside of another site's is on another channel, but it is this window's opener.
    globalThis.opener?.postMessage(text, origin);
  });
}

/**
 * Listens to this site's other windows. A page that isolates itself
 * (`Cross-Origin-Opener-Policy`) has no opener, but the channel is there.
 */
function listen(signal, hear) {
  const read = (data, reply) => {
    const [tag, state, url] = String(data).split(" ");
    if (tag === TAG) hear(state, url, reply);
  };
  const channel = openChannel(TAG, ({ data }) => read(data, channel.post));
  signal.addEventListener("abort", channel.close);
  const direct = (event) => {
    if (event.origin === origin) read(event.data, (text) => event.source?.postMessage(text, origin));
  };
  globalThis.addEventListener?.("message", direct, { signal });
  return channel.post;
}

/**
 * Waits until the window is closed. A provider that isolates itself makes it look closed as well; but
 * then the user is there and not here.
 */
async function closed(popup, signal) {
  for (let looks = 0; looks < 2; ) {
    await sleep(LOOK, signal, true);
    looks = popup.closed && document.hasFocus() ? looks + 1 : 0;
  }
  throw new Failed("popup_closed");
}
