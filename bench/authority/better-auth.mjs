/** `better-auth` on Node with SQLite, as a server of its own: prints its address and the cookie of somebody signed in. */
import { createServer } from "node:http";
import { DatabaseSync } from "node:sqlite";
import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { toNodeHandler } from "better-auth/node";

const [file, cache] = process.argv.slice(2);
const server = createServer((request, response) => handler(request, response));
const url = await new Promise((done) => server.listen(0, "127.0.0.1", () => done(`http://127.0.0.1:${server.address().port}`)));
const options = {
  baseURL: url,
  secret: "a-secret-of-thirty-two-characters",
  database: new DatabaseSync(file),
  emailAndPassword: { enabled: true },
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  logger: { disabled: true },
  session: { cookieCache: { enabled: cache === "cached", maxAge: 300 } },
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
process.send({ url, cookie });
