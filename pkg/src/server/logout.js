import { AuthError, toAuthError } from "../shared/errors.js";
import { json } from "./answer.js";
import { formOf } from "./form.js";

/** A page that is in a frame of the issuer's, and that nobody sees. */
const FRAMED = { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" };

/** Ends the session that the issuer names, if this browser has it. */
export async function answerFrontChannel(auth) {
  let status = 200;
  try {
    await auth.frontChannelLogout();
  } catch (thrown) {
    const error = toAuthError(thrown);
    if (error.code !== "logout_request_invalid") throw error;
    status = 400;
  }
  const page = "<!doctype html><title>Signed out</title>";
  return auth.applyTo(new Response(page, { status, headers: FRAMED }));
}

/**
 * Writes down whom the issuer has signed out: sessions are kept in many browsers, and each is looked up when
 * it is used next.
 */
export async function answerBackChannel(request, shared, decider, open) {
  if (request.method !== "POST") return json(405, { error: "invalid_request" }, { allow: "POST" });
  if (!shared.store || !shared.told) throw unkept();
  const body = await formOf(request);
  if (body === undefined) return refused("logout_token_invalid");
  try {
    const auth = open();
    const { key, text } = decider.ended(await auth.loggedOut(body));
    await auth.note(key, text);
    return json(200, {});
  } catch (thrown) {
    const { code, retryable } = toAuthError(thrown);
    return retryable ? json(503, { error: "temporarily_unavailable", error_description: code }, { "retry-after": "5" }) : refused(code);
  }
}

/** As OpenID Connect Back-Channel Logout 1.0 §2.8 has it. */
function refused(code) {
  return json(400, { error: "invalid_request", error_description: code });
}

function unkept() {
  const message = "Sessions that only browsers keep cannot be ended from elsewhere. (store)";
  return new AuthError({ code: "config_invalid", at: "store", message, retryable: false, sessionEnded: false });
}
