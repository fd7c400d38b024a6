// Type-checked, never run: the middleware in Express's own types, and in those of Node.
import express, { type Request } from "express";
import { createServer } from "node:http";
import { type Authenticated, createVerifier } from "edgeward/verify";

const verifier = createVerifier({ issuer: "https://id.example", audience: "https://api.example", algorithms: ["ES256"] });
const app = express();

app.use("/todos", verifier.express({ scopes: ["read"] }));
app.get("/todos", (request, response) => {
  const { auth } = request as Authenticated<Request>;
  const subject: string | null = auth.subject;
  response.json({ subject });
});
app.get("/admin", verifier.express({ roles: ["admin"] }), async (request, response) => {
  const outcome = await verifier.verifyRequest(request, { permissions: ["delete"] });
  response.json(outcome.ok ? outcome.data.subject : outcome.error.code);
});

createServer((request, response) => {
  verifier.express()(request, response, () => response.end((request as Authenticated<typeof request>).auth.subject));
});
