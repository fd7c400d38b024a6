import { valueOf } from "../shared/result.js";
import { failed, json, redirect } from "./answer.js";

/** What the browser sees in place of the refresh token. */
const DUMMY = "dummy";
/** More than any wish is long; the core says how much it reads. */
const MAX_BODY = 64 * 1024;

const REFUSED = {
  404: { code: "not_found", message: "There is nothing at this address." },
  405: { code: "method_not_allowed", message: "The route takes POST only." },
  403: { code: "cross_site_refused", message: "The request does not come from a page of this site." },
  400: { code: "invalid_parameters", message: "The body is no action of this route." },
};

/** Completes a sign-in and leads back to where it began. */
export async function answerCallback(auth, { errorPath }) {
  try {
    const { kind, appState } = valueOf(await auth.handleCallback());
    if (kind === "none") return new Response("There is no sign-in to complete.\n", { status: 404, headers: PLAIN });
    return auth.applyTo(redirect(appState?.returnTo ?? "/"));
  } catch (error) {
    if (error.retryable) return auth.applyTo(unavailable(error));
    // Who reloads the page after a sign-in is where they wanted to be.
    if (error.code === "callback_replayed" && auth.session) return auth.applyTo(redirect("/"));
    const mark = errorPath.includes("?") ? "&" : "?";
    return auth.applyTo(redirect(`${errorPath}${mark}auth_error=${encodeURIComponent(error.code)}`));
  }
}

const PLAIN = { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" };

function unavailable({ retryAfterMs = 5_000 }) {
  const headers = { ...PLAIN, "retry-after": String(Math.ceil(retryAfterMs / 1000)) };
  return new Response("The sign-in cannot be completed at the moment. Reload this page to try again.\n", { status: 503, headers });
}

/** Does for a page what needs the cookies. */
export async function answerProxy(server, decider, request) {
  const wish = decider.proxy(request, await readBody(request));
  if (wish.status) {
    const headers = wish.status === 405 ? { allow: "POST" } : undefined;
    return json(wish.status, { error: { ...REFUSED[wish.status], retryable: false, sessionEnded: false } }, headers);
  }
  const auth = await server.open(request, { refresh: wish.action === "session" });
  return auth.applyTo(await ACTIONS[wish.action](auth, wish.args).catch((error) => failed(statusOf(error), error)));
}

const ACTIONS = {
  async session(auth, { forceRefresh = false }) {
    if (auth.failure && !auth.session) throw auth.failure;
    if (!auth.session) return json(200, NOBODY);
    let token;
    try {
      token = valueOf(await auth.getAccessToken({ forceRefresh }));
    } catch (error) {
      if (error.sessionEnded || error.code === "session_missing") return json(200, NOBODY);
      throw error;
    }
    const tokens = { ...token, refreshToken: DUMMY, keepMs: await auth.keepMillis() };
    return json(200, { tokens, session: auth.session });
  },
  async signIn(auth, args) {
    return handOver(await auth.signIn({ returnTo: "/", ...args }));
  },
  async signOut(auth, args) {
    return handOver(await auth.signOut(args));
  },
};

const NOBODY = { tokens: null, session: null };

/** A redirect that the page follows itself. */
function handOver(response) {
  return json(200, { redirect: response.headers.get("location") });
}

function statusOf({ retryable, code }) {
  if (retryable) return 503;
  return code === "invalid_parameters" ? 400 : 502;
}

async function readBody(request) {
  if (request.method !== "POST" || !request.body) return "";
  if (Number(request.headers.get("content-length") ?? 0) > MAX_BODY) return "";
  const text = await request.text();
  return text.length > MAX_BODY ? "" : text;
}
