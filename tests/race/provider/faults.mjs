/** What can go wrong between a client and its token endpoint, one function of the request each. */

/**
 * A fault stands before the endpoint's work (`before`), after it (`after`), or both. `before` may
 * answer in its stead by returning true.
 *
 * @typedef {object} Fault
 * @property {(exchange: Exchange) => Promise<boolean | void> | boolean | void} [before]
 * @property {(exchange: Exchange) => Promise<boolean | void> | boolean | void} [after]
 * @typedef {{ request: import("node:http").IncomingMessage, response: import("node:http").ServerResponse, pause(millis: number): Promise<void>, send(status: number, headers: object, body: string): void }} Exchange
 */

const JSON_TYPE = { "content-type": "application/json" };
const PORTAL = "<!doctype html><title>Hotel Wi-Fi</title><form action=/accept><button>I accept</button></form>";

/** The server is down. @returns {Fault} */
export const unavailable = ({ status = 503, retryAfter } = {}) =>
  answering(status, { ...JSON_TYPE, ...(retryAfter !== undefined && { "retry-after": String(retryAfter) }) }, '{"error":"temporarily_unavailable"}');

/** The server has enough of this client. @returns {Fault} */
export const limited = ({ retryAfter = 2 } = {}) =>
  answering(429, { "content-type": "text/plain", "retry-after": String(retryAfter) }, "Too Many Requests");

/** The connection is reset before the token was used. @returns {Fault} */
export const reset = () => ({ before: cut });

/** The token is used, and then the connection is reset: the reply is lost. @returns {Fault} */
export const lost = () => ({ after: cut });

/** The server takes its time: before the token is used, or when its successor is made already. @returns {Fault} */
export const slow = ({ before = 0, after = 0 }) => ({
  before: ({ pause }) => pause(before),
  after: ({ pause }) => pause(after),
});

/** A portal on the way answers everything with its own page and 200. @returns {Fault} */
export const captivePortal = () => answering(200, { "content-type": "text/html" }, PORTAL);

/** The same, as most portals do it: by sending the caller elsewhere. @returns {Fault} */
export const redirected = () => answering(302, { location: "/portal" }, "");

/** A proxy answers with 200 and something that is no JSON. @returns {Fault} */
export const wrongType = () => answering(200, { "content-type": "text/plain" }, "OK");

/** The answer is JSON that breaks off. @returns {Fault} */
export const truncated = () => answering(200, JSON_TYPE, '{"access_token":"abc","token_ty');

function answering(status, headers, body) {
  return {
    before({ send }) {
      send(status, headers, body);
      return true;
    },
  };
}

function cut({ request }) {
  request.socket.resetAndDestroy();
  return true;
}
