/** The real npm `@convex-dev/auth`, run by the real `convex-test`: users sign in, and get its tokens. */
import { createServer } from "node:http";
import { Password } from "@convex-dev/auth/providers/Password";
import { authTables, convexAuth } from "@convex-dev/auth/server";
import { defineSchema, httpRouter } from "convex/server";
import { convexTest } from "convex-test";
import { exportJWK, exportPKCS8, generateKeyPair } from "jose";
import { close, listen } from "../../examples/spa/lib/listen.mjs";

/**
 * Starts a deployment whose site serves the documents that Convex Auth serves.
 *
 * @param {{ after(stop: () => unknown): void }} end
 */
export async function startConvexAuth(end) {
  const backend = convexTest({ schema: defineSchema(authTables), modules: functions() });
  const server = createServer(async (request, response) => {
    const answer = await backend.fetch(request.url, { method: request.method });
    response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text());
  });
  const url = await listen(server, 0);
  end.after(() => close(server));
  await configure(url);
  return {
    url,
    /** Signs somebody up; gives the access token. */
    async signUp(email) {
      return tokenOf(await call(backend, { email, password: "correct horse battery", flow: "signUp" }));
    },
    /** Signs somebody in again; gives the access token of another session. */
    async signIn(email) {
      return tokenOf(await call(backend, { email, password: "correct horse battery", flow: "signIn" }));
    },
    /** The ids of the deployment's users. */
    users: () => backend.run(async (context) => (await context.db.query("users").collect()).map(({ _id }) => _id)),
    sessions: () => backend.run(async (context) => (await context.db.query("authSessions").collect()).map(({ _id }) => _id)),
  };
}

/** The functions of the deployment, as an application has them in `convex/`. */
function functions() {
  const { auth, signIn, signOut, store, isAuthenticated } = convexAuth({ providers: [Password] });
  const http = httpRouter();
  auth.addHttpRoutes(http);
  return {
    "./convex/_generated/api.js": async () => ({}),
    "./convex/auth.js": async () => ({ auth, signIn, signOut, store, isAuthenticated }),
    "./convex/http.js": async () => ({ default: http }),
  };
}

/** The deployment's environment, as `npx @convex-dev/auth` makes it. */
async function configure(url) {
  const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
  process.env.JWT_PRIVATE_KEY = (await exportPKCS8(privateKey)).trimEnd().replaceAll("\n", " ");
  process.env.JWKS = JSON.stringify({ keys: [{ use: "sig", ...(await exportJWK(publicKey)) }] });
  process.env.CONVEX_SITE_URL = url;
  process.env.SITE_URL = url;
  process.env.AUTH_LOG_LEVEL = "ERROR";
}

function call(backend, params) {
  return backend.action("auth:signIn", { provider: "password", params });
}

function tokenOf({ tokens }) {
  return tokens.token;
}
