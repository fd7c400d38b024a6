// Type-checked, never run: the middleware in Hono's own generics.
import { Hono } from "hono";
import { createMiddleware } from "hono/factory";
import { type AuthVariables, type Identity, createVerifier } from "edgeward/verify";

const verifier = createVerifier({ issuer: "https://id.example", audience: "https://api.example", algorithms: ["ES256"] });

interface Bindings {
  NAME: string;
}

/** Beside the route: the handler behind it sees what it adds. */
export const inferred = new Hono<{ Bindings: Bindings }>()
  .get("/todos/:id", verifier.middleware({ scopes: ["read"] }), (c) => {
    const auth: Identity = c.get("auth");
    const same: Identity = c.var.auth;
    const id: string = c.req.param("id");
    // @ts-expect-error: nothing else was added
    void c.var.user;
    return c.json({ subject: auth.subject, name: c.env.NAME, id, same: same.issuer });
  })
  .get("/greeting", verifier.middleware({ credential: "optional" }), (c) => {
    // @ts-expect-error: there may be nobody
    void c.var.auth.subject;
    return c.text(c.var.auth?.subject ?? "stranger");
  });

/** For a whole app: its variables are declared. */
export const declared = new Hono<{ Bindings: Bindings; Variables: AuthVariables }>();
declared.use("/api/*", verifier.middleware({ scopes: ["read"] }));
declared.get("/api/me", (c) => c.json(c.var.auth.claims));
declared.use(
  createMiddleware<{ Variables: AuthVariables }>(async (c, next) => {
    const subject: string | null = c.var.auth.subject;
    void subject;
    await next();
  }),
);

/** In an app that declares nothing of it. */
new Hono().use("*", verifier.middleware());
// @ts-expect-error: requirements are a closed set
new Hono().use("*", verifier.middleware({ scope: ["read"] }));
