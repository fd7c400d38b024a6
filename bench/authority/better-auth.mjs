/**
 * `better-auth` on Node with SQLite, as a server of its own: sends its address, the cookie of somebody signed in, an API
 * token, and a refresh token of its OAuth provider.
 */
import { createServer } from "node:http";
import { DatabaseSync } from "node:sqlite";
import { apiKey } from "@better-auth/api-key";
import { oauthProvider } from "@better-auth/oauth-provider";
import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { toNodeHandler } from "better-auth/node";
import { jwt } from "better-auth/plugins";
import { exchanged } from "./exchange.mjs";

const REDIRECT = "https://app.example/callback";
const [file, cache, atOnce] = process.argv.slice(2);
const server = createServer((request, response) => (request.url === "/verify" ? verify(request, response) : handler(request, response)));
const url = await new Promise((done) => server.listen(0, "127.0.0.1", () => done(`http://127.0.0.1:${server.address().port}`)));
const database = new DatabaseSync(file);
// As D1 has it; without it, every change waits for the disk twice.
database.exec("PRAGMA journal_mode = WAL");
const options = {
  baseURL: url,
  secret: "a-secret-of-thirty-two-characters",
  database,
  emailAndPassword: { enabled: true },
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  logger: { disabled: true },
  session: { cookieCache: { enabled: cache === "cached", maxAge: 300 } },
  plugins: [
    jwt({ jwks: { keyPairConfig: { alg: "ES256" } } }),
    apiKey({ rateLimit: { enabled: false } }),
    oauthProvider({ loginPage: "/sign-in", consentPage: "/consent", silenceWarnings: { oauthAuthServerConfig: true, openidConfig: true } }),
  ],
};
const { runMigrations } = await getMigrations(options);
await runMigrations();
const auth = betterAuth(options);
const handler = toNodeHandler(auth);
const signedUp = await auth.api.signUpEmail({
  body: { email: "ada@example.com", password: "correct horse battery", name: "Ada" },
  asResponse: true,
});
const cookie = signedUp.headers.getSetCookie().map((line) => line.split(";")[0]).join("; ");
const { user } = await signedUp.json();
const { key } = await auth.api.createApiKey({ body: { userId: user.id } });
const client = await auth.api.adminCreateOAuthClient({
  headers: { cookie },
  body: { redirect_uris: [REDIRECT], token_endpoint_auth_method: "none", skip_consent: true, scope: "openid offline_access" },
});
const at = { authorize: `${url}/api/auth/oauth2/authorize`, token: `${url}/api/auth/oauth2/token`, client: client.client_id, redirect: REDIRECT, cookie };
const tokens = [];
for (let count = 0; count < Number(atOnce); count++) tokens.push((await exchanged(at)).refresh_token);
process.send({ url, cookie, key, refresh: { endpoint: at.token, client: at.client, tokens } });

/** It verifies API tokens for whoever calls it in its own process, and has no path for it: this is one. */
async function verify(request, response) {
  let body = "";
  for await (const chunk of request) body += chunk;
  const verified = await auth.api.verifyApiKey({ body: { key: JSON.parse(body).token } });
  response.writeHead(verified.valid ? 200 : 401, { "content-type": "application/json" }).end(JSON.stringify(verified));
}
