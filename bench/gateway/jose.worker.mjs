/** The gateway as its users would write it with `jose`, from its README: one key set for each issuer. */
import { createRemoteJWKSet, decodeJwt, jwtVerify } from "jose";
import { forwarded, refused, tokenOf } from "./peer.mjs";

const sets = new Map();

export default {
  async fetch(request, env) {
    const { ISSUERS, AUDIENCE } = env;
    try {
      const token = tokenOf(request);
      const [issuer, jwksUri] = ISSUERS.length === 1 ? ISSUERS[0] : ISSUERS.find(([issuer]) => issuer === decodeJwt(token).iss);
      if (!sets.has(issuer)) sets.set(issuer, createRemoteJWKSet(new URL(jwksUri)));
      const { payload } = await jwtVerify(token, sets.get(issuer), { issuer, audience: AUDIENCE, algorithms: ["ES256"], requiredClaims: ["exp"] });
      return await forwarded(request, payload, env);
    } catch {
      return refused();
    }
  },
};
