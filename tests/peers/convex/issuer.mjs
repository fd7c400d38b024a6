/** An issuer with a token endpoint that rotates refresh tokens strictly, and counts who asked. */
import { createServer } from "node:http";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { close, listen } from "../../../examples/spa/lib/listen.mjs";
import { APPLICATION_ID } from "./sync-server.mjs";

/**
 * @param {object} [o]
 * @param {number} [o.lifetime] of access tokens, in seconds
 */
export async function startIssuer({ lifetime = 300 } = {}) {
  const issuer = new Issuer(lifetime);
  await issuer.start();
  return issuer;
}

class Issuer {
  #server;
  #key;
  #refreshToken = "refresh-0";
  #serial = 0;
  /** How many refreshes the token endpoint has answered. */
  refreshes = 0;
  /** What the token endpoint does in place of answering: `reset`, `unavailable`, or nothing. */
  fault;

  constructor(lifetime) {
    this.lifetime = lifetime;
  }

  async start() {
    this.#key = await generateKeyPair("ES256");
    this.#server = createServer((request, response) => this.#answer(request, response));
    this.url = await listen(this.#server, 0);
    this.jwksUri = `${this.url}/jwks`;
  }

  close() {
    return close(this.#server);
  }

  /** The tokens of a sign-in. */
  async tokens() {
    this.#refreshToken = `refresh-${++this.#serial}`;
    return this.#issued();
  }

  /** A token that is good in everything that `claims` and `options` do not change. */
  async token({ audience = APPLICATION_ID, ...claims } = {}) {
    const now = Math.floor(Date.now() / 1000);
    return new SignJWT({ jti: `t${++this.#serial}`, exp: now + this.lifetime, ...claims })
      .setProtectedHeader({ alg: "ES256", kid: "k", typ: "JWT" })
      .setIssuer(this.url).setSubject("ada").setAudience(audience).setIssuedAt(now)
      .sign(this.#key.privateKey);
  }

  async #issued() {
    return {
      access_token: await this.token(), token_type: "Bearer", expires_in: this.lifetime, scope: "offline_access",
      refresh_token: this.#refreshToken,
    };
  }

  async #answer(request, response) {
    const json = (status, body) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    const body = await text(request);
    switch (request.url) {
      case "/.well-known/openid-configuration":
        return json(200, metadata(this.url));
      case "/jwks":
        return json(200, { keys: [{ ...(await exportJWK(this.#key.publicKey)), kid: "k", alg: "ES256", use: "sig" }] });
      case "/device":
        return json(200, {
          device_code: "device", user_code: "ADA-ADA", verification_uri: `${this.url}/verify`, expires_in: 60, interval: 1,
        });
      case "/token": {
        const asked = new URLSearchParams(body);
        // The user has confirmed every device already.
        if (asked.get("grant_type") === DEVICE) return json(200, await this.tokens());
        return this.#refresh(request, asked, json);
      }
      default:
        return json(404, {});
    }
  }

  async #refresh(request, asked, json) {
    if (this.fault === "reset") return request.socket.resetAndDestroy();
    this.refreshes += 1;
    if (this.fault === "unavailable") return json(503, {});
    if (asked.get("refresh_token") !== this.#refreshToken) return json(400, { error: "invalid_grant" });
    this.#refreshToken = `refresh-${++this.#serial}`;
    return json(200, await this.#issued());
  }
}

const DEVICE = "urn:ietf:params:oauth:grant-type:device_code";

const metadata = (issuer) => ({
  issuer, device_authorization_endpoint: `${issuer}/device`, jwks_uri: `${issuer}/jwks`, authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`, response_types_supported: ["code"], subject_types_supported: ["public"],
  id_token_signing_alg_values_supported: ["ES256"], code_challenge_methods_supported: ["S256"],
});

async function text(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
