/**
 * Tells the other tabs, workers and clients of the site, and hears of them; never of itself.
 * Where there is no BroadcastChannel, storage events do, and where there are none of these either,
 * there is nobody to tell.
 *
 * @param {string} name
 * @param {(message: { data: string }) => void} onMessage
 * @returns {{ post(text: string): void, close(): void }}
 */
export function openChannel(name, onMessage) {
  // Deno would stay alive to listen, and cannot be told that it need not.
  if (globalThis.Deno) return { post() {}, close() {} };
  try {
    const channel = new BroadcastChannel(name);
    channel.onmessage = onMessage;
    // Node would stay alive to listen.
    channel.unref?.();
    return { post: (text) => channel.postMessage(text), close: () => channel.close() };
  } catch {
    return byStorage(name, onMessage);
  }
}

function byStorage(name, onMessage) {
  const hear = ({ key, newValue }) => key === name && newValue !== null && onMessage({ data: newValue });
  globalThis.addEventListener?.("storage", hear);
  return {
    post(text) {
      try {
        localStorage.setItem(name, text);
        localStorage.removeItem(name);
      } catch {
        // Nobody can be told.
      }
    },
    close: () => globalThis.removeEventListener?.("storage", hear),
  };
}
