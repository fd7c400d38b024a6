/** A Worker of one's own: Hono routes, and `edgeward/verify` in front of those that need somebody. */
import { env } from "cloudflare:workers";
import { createVerifier } from "edgeward/verify";
import { Hono } from "hono";
import { cors } from "hono/cors";

const verifier = createVerifier({
  issuer: env.ISSUER,
  audience: env.RESOURCE,
  algorithms: ["ES256"],
  type: "at+jwt",
  resource: env.RESOURCE,
  development: env.DEVELOPMENT === "true",
});

const todos = new Map();
const app = new Hono();

// Before the middleware, so that a page may read denials too; a preflight never needs a token.
app.use(cors({ origin: env.PAGES.split(" "), allowHeaders: ["authorization", "content-type"], exposeHeaders: ["www-authenticate"] }));

app.get("/", (c) => c.json({ name: "todos", signInAt: env.ISSUER }));

app.get("/.well-known/oauth-protected-resource", async (c) => {
  const metadata = await verifier.protectedResourceMetadata();
  return metadata.ok ? c.json(metadata.data) : verifier.challenge(metadata.error, c.req.raw);
});

// Anybody may ask, and whoever says who they are must prove it.
app.get("/greeting", verifier.middleware({ credential: "optional" }), (c) => {
  const auth = c.get("auth");
  return c.json({ greeting: `Hello ${auth?.subject ?? "stranger"}` });
});

app.get("/todos", verifier.middleware({ scopes: ["todos:read"] }), (c) => {
  const { subject } = c.get("auth");
  return c.json(todos.get(subject) ?? []);
});

app.post("/todos", verifier.middleware({ scopes: ["todos:write"] }), async (c) => {
  const { subject } = c.get("auth");
  const { title } = await c.req.json();
  if (typeof title !== "string" || title.length > 200) return c.json({ error: "invalid_title" }, 400);
  const own = [...(todos.get(subject) ?? []), { title }];
  todos.set(subject, own.slice(-100));
  return c.json(own.at(-1), 201);
});

app.get("/people", verifier.middleware({ roles: ["admin"] }), (c) => c.json([...todos.keys()]));

export default app;
