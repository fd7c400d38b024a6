/** The real npm `better-auth`, which writes the cookies that the gateway reads. */
import { createServer } from "node:http";
import { betterAuth } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";
import { toNodeHandler } from "better-auth/node";
import { jwt } from "better-auth/plugins";
import { close, listen } from "../../examples/spa/lib/listen.mjs";

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
 * @param {object[]} [o.plugins]
 */
export function makeAuth({ strategy = "compact", secret = SECRET, baseURL = "http://auth.example", cookieCache, advanced, plugins = [] } = {}) {
  const database = { user: [], session: [], account: [], verification: [], jwks: [] };
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
    plugins,
  });
}

/**
 * Starts an authentication server that issues tokens by its plugin `jwt`.
 *
 * @param {{ after(stop: () => unknown): void }} end
 * @param {string} [algorithm] what it signs with
 */
export async function startJwtIssuer(end, algorithm = "EdDSA") {
  let handle;
  const server = createServer((request, response) => handle(request, response));
  const url = await listen(server, 0);
  end.after(() => close(server));
  const auth = makeAuth({ baseURL: url, plugins: [jwt({ jwks: { keyPairConfig: { alg: algorithm } } })] });
  handle = toNodeHandler(auth);
  return {
    url,
    jwksUri: `${url}/api/auth/jwks`,
    /** Signs somebody up; gives their id and a token. */
    async signUp() {
      const headers = [cookieHeader(await signUp(auth))];
      const ask = async (path) => (await fetch(`${url}/api/auth/${path}`, { headers })).json();
      return { user: (await ask("get-session")).user, token: (await ask("token")).token };
    },
  };
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
