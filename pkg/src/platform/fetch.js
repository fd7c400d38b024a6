import { Failed } from "./failed.js";
import { LATE, within } from "./time.js";

/**
 * Sends a request and reads the whole answer: in time, up to a limit, without redirects, cookies
 * or a cache.
 *
 * @param {{ request: { method: string, url: string, headers: [string, string][], body?: string },
 *   deadline: number, limit: number, keepalive?: boolean }} effect
 * @param {AbortSignal} cancel
 * @param {typeof fetch} [custom]
 * @returns {Promise<{ status: number, headers: [string, string][], body: string }>}
 * @throws {Failed} `network_failed`, `network_timeout`; `redirect_refused`: it would take what was
 *   sent to a place that nobody checked; `response_too_large`: the rest was not read
 */
export async function send({ request, deadline, limit, keepalive }, cancel, custom) {
  const { url, ...init } = request;
  init.redirect = "manual";
  // Only where it is asked for: not every place knows the word.
  if (keepalive) init.keepalive = true;
  // workerd has neither cookies nor a cache of its own, and refuses their very mention.
  if ("credentials" in Request.prototype) Object.assign(init, { credentials: "omit", cache: "no-store" });
  const exchange = async (signal) => {
    const answer = await (custom ?? fetch)(url, { ...init, signal });
    const { status, type, redirected } = answer;
    // Browsers hide where a redirect leads; Node and workerd show it; a custom fetch may have followed.
    if (type === "opaqueredirect" || redirected || (status >= 300 && status < 400)) {
      throw new Failed("redirect_refused");
    }
    return { status, headers: headersOf(answer), body: await read(answer, limit) };
  };
  try {
    return await within(deadline, exchange, cancel);
  } catch (error) {
    if (error instanceof Failed) throw error;
    throw new Failed(error === LATE ? "network_timeout" : "network_failed");
  }
}

/** A wait until a date becomes one of seconds, by the server's own clock: the one here may be wrong. */
function headersOf({ headers }) {
  const pairs = [...headers];
  const wait = pairs.find(([name]) => name === "retry-after");
  if (wait && /^[A-Z]/.test(wait[1])) wait[1] = String(Math.max(0, dateOf(wait[1]) - dateOf(headers.get("date"))));
  return pairs;
}

/** An HTTP date in seconds (RFC 9110 §5.6.7). The notation that names no zone means no other one. */
function dateOf(text) {
  return Date.parse(/GMT$/.test(text) ? text : `${text} GMT`) / 1000;
}

/** Reads piece by piece, so that an endless body never fills the memory. */
async function read(answer, limit) {
  const decoder = new TextDecoder();
  let text = "";
  let left = limit;
  for await (const piece of pieces(answer)) {
    left -= piece.length;
    if (left < 0) throw new Failed("response_too_large");
    text += decoder.decode(piece, { stream: true });
  }
  return text + decoder.decode();
}

async function* pieces(answer) {
  // React Native and some stand-ins for fetch have no streams.
  if (!answer.body?.getReader) return yield new Uint8Array(await answer.arrayBuffer());
  const reader = answer.body.getReader();
  try {
    for (let read; !(read = await reader.read()).done; ) yield read.value;
  } finally {
    // How that ends does not matter, but a rejection must have a handler.
    reader.cancel().catch(() => {});
  }
}
