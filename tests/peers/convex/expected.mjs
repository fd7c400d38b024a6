/**
 * What passes between ConvexClient, its fetcher and the deployment in the first moments. The client
 * tells of `true` after every confirmation: it has forgotten by then that it told it before.
 */
export const FIRST_SECOND = [
  "fetch{false}", "Connect", "Authenticate base 0", "Transition 1", "fetch{true}", "onChange(true)",
  "Authenticate base 1", "Transition 2", "onChange(true)",
];

/** A refetch that was scheduled, or follows a refusal. */
export const refetch = (base) =>
  ["fetch{true}", `Authenticate base ${base}`, `Transition ${base + 1}`, "onChange(true)"];
