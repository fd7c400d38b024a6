import { valueOf } from "../shared/result.js";

/** The callbacks that a client completes or has completed: the result by the page's address. */
const completed = new WeakMap();

/**
 * Has a client complete the sign-in whose answer the page's address is. Effects run twice under
 * StrictMode, and a code is good for once: the second run gets the first one's result.
 *
 * @returns {{ fresh: boolean, result: Promise<object> }} `fresh`: this call began it
 */
export function completeCallback(client) {
  const address = location.href;
  const results = completed.get(client) ?? new Map();
  completed.set(client, results);
  const before = results.get(address);
  if (before) return { fresh: false, result: before };
  const result = Promise.resolve(client.handleCallback()).then(valueOf);
  results.set(address, result);
  // An address that is no answer, or whose answer may be tried again, is asked about anew.
  const forget = () => results.delete(address);
  result.then(({ kind }) => kind === "none" && forget(), (error) => error.retryable && forget());
  return { fresh: true, result };
}
