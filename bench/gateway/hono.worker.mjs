/**
 * The gateway with hono's `jwk` middleware, as its documentation shows. Given `jwks_uri` it fetches the keys for every
 * request; with KEYS it is given them, which is the best that can be had of it.
 */
import { Hono } from "hono";
import { jwk } from "hono/jwk";
import { forwarded } from "./peer.mjs";

const app = new Hono();
const checks = new Map();

app.use("*", (c, next) => {
  const [[issuer, jwksUri]] = c.env.ISSUERS;
  if (!checks.has(issuer)) {
    const keys = c.env.KEYS ? { keys: c.env.KEYS } : { jwks_uri: jwksUri };
    checks.set(issuer, jwk({ ...keys, alg: ["ES256"], verification: { iss: issuer, aud: c.env.AUDIENCE } }));
  }
  return checks.get(issuer)(c, next);
});
app.all("*", (c) => forwarded(c.req.raw, c.get("jwtPayload"), c.env));

export default app;
