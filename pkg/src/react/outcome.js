import { toAuthError } from "../shared/errors.js";

/** The value of what a client's method gave, whether it gives results or throws. */
export function valueOf(outcome) {
  if (outcome?.ok === false) throw toAuthError(outcome.error);
  return outcome?.ok === true ? outcome.data : outcome;
}
