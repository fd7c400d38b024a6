/** A gateway that hears of revocations, and its operator. */
import { startEdge } from "./worker.mjs";
import { send } from "./http.mjs";

export const ADMIN_SECRET = "the-operators-secret-of-these-tests";

/** One path for each mode. */
export const ROUTES = ["off", "fail_open", "fail_closed", "per_request"].map((mode) => ({
  path: `/${mode}`,
  revocation: mode,
}));

/** The Durable Object's binding, as miniflare takes it. */
export const NAMESPACE = { REVOCATION: { className: "RevocationFeed", useSQLite: true } };

/**
 * Starts a gateway with a list of revocations, polled every second.
 *
 * @param {import("node:test").TestContext} test
 * @param {object} [o]
 * @param {object} [o.revocation] changes to the table `revocation`
 * @param {string[]} [o.clients] takes the provider's logout tokens for these clients
 * @param {object} [o.edge] more of `startEdge`
 */
export async function startRevoking(test, { revocation = {}, clients, edge = {} } = {}) {
  const settings = {
    binding: "REVOCATION",
    poll_seconds: 1,
    max_age_seconds: 2,
    admin_secret_binding: "REVOCATION_ADMIN",
    ...revocation,
  };
  const started = await startEdge(test, {
    routes: ROUTES,
    ...edge,
    config: ({ issuer }) => ({ revocation: { ...settings, ...logouts(issuer, clients) }, ...edge.config }),
    bindings: { REVOCATION_ADMIN: ADMIN_SECRET, ...edge.bindings },
    options: { durableObjects: NAMESPACE, ...edge.options },
  });
  return Object.assign(started, { revoke: (order, o) => revoke(started.url, started.provider.issuer, order, o) });
}

function logouts(issuer, clients) {
  return clients && { backchannel_logout: [{ issuer, client_ids: clients }] };
}

/**
 * Revokes as the operator does.
 *
 * @param {string} url the gateway
 * @param {string} issuer
 * @param {object | string} order as it is, or with the issuer added
 * @param {{ authorization?: string, method?: string }} [o]
 */
export function revoke(url, issuer, order, { authorization = `Bearer ${ADMIN_SECRET}`, method = "POST" } = {}) {
  const body = typeof order === "string" ? order : JSON.stringify({ issuer, ...order });
  const headers = [["content-type", "application/json"]];
  if (authorization !== undefined && authorization !== "") headers.push(["authorization", authorization]);
  return send(`${url}/.edgeward/revocations`, { method, headers, body });
}

/** Calls until the answer is the awaited one, and tells how long that took, in milliseconds. */
export async function until(call, isAwaited, patience = 10_000) {
  const begun = performance.now();
  for (;;) {
    const answer = await call();
    const took = performance.now() - begun;
    if (isAwaited(answer)) return took;
    if (took > patience) throw new Error(`not within ${patience} ms: ${answer.status} ${answer.text}`);
  }
}
