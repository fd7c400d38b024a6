import { send } from "../platform/fetch.js";
import { Failed } from "../platform/failed.js";
import { AuthError, isAuthError } from "../shared/errors.js";
import { settle, valueOf } from "../shared/result.js";
import { failures, methods } from "./operations.js";

export { AuthError, isAuthError };

/** How long an answer may take, and how long it may be. */
const DEADLINE_MILLIS = 30_000;
const MAX_BYTES = 1024 * 1024;

/** The operations of an authority as methods. */
export function createApi({ url, client, token, fetch, errors = "result" }) {
  const origin = originOf(url);
  const bearer = client ? async (options) => valueOf(await client.getAccessToken(options)).token : () => given(token);
  const call = async (operation, args = {}, { signal, idempotencyKey } = {}) => {
    const credential = await bearer(signal && { signal });
    const headers = [["content-type", "application/json"], ["accept", "application/json"]];
    if (credential) headers.push(["authorization", `Bearer ${credential}`]);
    if (idempotencyKey) headers.push(["idempotency-key", idempotencyKey]);
    const request = { method: "POST", url: `${origin}/api/auth/${operation}`, headers, body: JSON.stringify(args) };
    return read(await sent(request, signal, credential ? fetch : withCookies(fetch)));
  };
  const method = (operation) => (args, options) => settle(errors, () => call(operation, args, options));
  const each = (named, of) => Object.fromEntries(Object.entries(named).map(([name, value]) => [name, of(value)]));
  return each(methods, (named) => Object.freeze(each(named, method)));
}

function originOf(url) {
  try {
    return new URL(url).origin;
  } catch {
    throw failed("config_invalid", { at: "url" });
  }
}

/** A token that the caller gave, or makes whenever one is needed. */
const given = (token) => (typeof token === "function" ? token() : token);

/** Where no token is given, the page's cookie says who calls. */
const withCookies = (custom) => (url, init) => (custom ?? globalThis.fetch)(url, { ...init, credentials: "include" });

async function sent(request, signal, fetch) {
  // What happened before there was a listener, nobody hears of.
  if (signal?.aborted) throw failed("aborted");
  // A client's fetch may refuse, which is no failure of the network.
  let refusal;
  const watched = async (...args) => {
    try {
      return await (fetch ?? globalThis.fetch)(...args);
    } catch (thrown) {
      if (isAuthError(thrown)) refusal = thrown;
      throw thrown;
    }
  };
  try {
    return await send({ request, deadline: DEADLINE_MILLIS, limit: MAX_BYTES }, signal, watched);
  } catch (thrown) {
    if (signal?.aborted) throw failed("aborted");
    if (refusal) throw refusal;
    throw thrown instanceof Failed ? failed(thrown.code) : thrown;
  }
}

/** The result; or what the authority says of the failure, as it says it. */
function read({ status, body }) {
  let answer;
  try {
    answer = JSON.parse(body);
  } catch {
    throw failed("response_invalid", { status });
  }
  if (status === 200) return answer;
  if (typeof answer?.error !== "string" || typeof answer.retryable !== "boolean") {
    throw failed("response_invalid", { status, retryable: status >= 500 });
  }
  const { error: code, ...told } = answer;
  throw new AuthError({ ...told, code, status });
}

function failed(code, fields) {
  return new AuthError({ code, sessionEnded: false, ...failures[code], ...fields });
}
