/** The real npm `better-auth`, which writes the cookies that the gateway reads. */
import { betterAuth } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";

export const SECRET = "a secret that better-auth calls long enough";

/**
 * Makes an authentication server in memory.
 *
 * @param {object} [o]
 * @param {"compact" | "jwt" | "jwe"} [o.strategy]
 * @param {string} [o.secret]
 * @param {string} [o.baseURL]
 * @param {object} [o.cookieCache] more of its settings
 * @param {object} [o.advanced]
 */
export function makeAuth({ strategy = "compact", secret = SECRET, baseURL = "http://auth.example", cookieCache, advanced } = {}) {
  const database = { user: [], session: [], account: [], verification: [] };
  return betterAuth({
    baseURL,
    secret,
    database: memoryAdapter(database),
    emailAndPassword: { enabled: true },
    session: { cookieCache: { enabled: true, strategy, maxAge: 300, ...cookieCache } },
    user: { additionalFields: { bio: { type: "string", required: false } } },
    telemetry: { enabled: false },
    logger: { disabled: true },
    rateLimit: { enabled: false },
    advanced,
  });
}

/**
 * Signs somebody up and gives the cookies that a browser would hold then.
 *
 * @param {ReturnType<typeof makeAuth>} auth
 * @param {object} [fields]
 * @returns {Promise<Map<string, string>>}
 */
export async function signUp(auth, fields = {}) {
  const body = { name: "Ada", email: `ada-${Math.random()}@people.example`, password: "correct horse battery", ...fields };
  const answer = await auth.api.signUpEmail({ body, asResponse: true });
  if (answer.status !== 200) throw new Error(`sign-up failed with ${answer.status}: ${await answer.text()}`);
  return cookiesOf(answer);
}

/** The cookies that an answer sets, as they go back. */
export function cookiesOf(answer) {
  const pairs = answer.headers.getSetCookie().map((line) => line.split(";")[0]);
  const cookies = pairs.map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]);
  return new Map(cookies.filter(([, value]) => value !== ""));
}

/** The header `Cookie`. */
export function cookieHeader(cookies) {
  return ["cookie", [...cookies].map(([name, value]) => `${name}=${value}`).join("; ")];
}
