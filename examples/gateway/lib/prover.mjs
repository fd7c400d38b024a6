/** What a client does to prove that a token's key is its own (RFC 9449), with npm `jose`. */
import { createHash, randomUUID } from "node:crypto";
import { exportJWK, generateKeyPair, SignJWT } from "jose";

/** Makes a key, and the function that proves it request by request. */
export async function makeProver() {
  const { privateKey, publicKey } = await generateKeyPair("ES256");
  const jwk = await exportJWK(publicKey);
  return {
    proof(method, url, token) {
      const ath = token && createHash("sha256").update(token).digest("base64url");
      return new SignJWT({ htm: method, htu: url, jti: randomUUID(), ...(ath && { ath }) })
        .setProtectedHeader({ typ: "dpop+jwt", alg: "ES256", jwk })
        .setIssuedAt()
        .sign(privateKey);
    },
  };
}
