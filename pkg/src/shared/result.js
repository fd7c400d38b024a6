import { toAuthError } from "./errors.js";

/**
 * Runs an operation and answers as the caller chose: with a result, or with the value and an
 * exception.
 *
 * @template T
 * @param {"result" | "throw"} errors
 * @param {() => T | Promise<T>} operation
 */
export async function settle(errors, operation) {
  try {
    const data = await operation();
    return errors === "throw" ? data : { ok: true, data };
  } catch (thrown) {
    const error = toAuthError(thrown);
    if (errors === "throw") throw error;
    return { ok: false, error };
  }
}

/** The same for an operation that answers at once. */
export function settleNow(errors, operation) {
  try {
    const data = operation();
    return errors === "throw" ? data : { ok: true, data };
  } catch (thrown) {
    const error = toAuthError(thrown);
    if (errors === "throw") throw error;
    return { ok: false, error };
  }
}

/** The value of what a method gave, whether it gives results or throws. */
export function valueOf(outcome) {
  if (outcome?.ok === false) throw toAuthError(outcome.error);
  return outcome?.ok === true ? outcome.data : outcome;
}
