/**
 * Google, Microsoft and Apple as they are documented, at their own addresses: their metadata, their keys, their rules for
 * what they are sent, and ID tokens as each of them writes those.
 */
import { createHash, generateKeyPairSync, randomBytes, randomUUID } from "node:crypto";
import { SignJWT, decodeProtectedHeader, exportJWK, exportPKCS8, generateKeyPair, jwtVerify } from "jose";

/** The tenant in which Microsoft keeps personal accounts. */
export const CONSUMERS = "9188040d-6c67-4c5b-b112-36a304b66dad";
export const TENANT = "72f988bf-86f1-41af-91ab-2d7cd011db47";
export const GOOGLE = { id: "407408718192.apps.googleusercontent.com", secret: "GOCSPX-5d8f1a0e3c7b49d2" };
export const MICROSOFT = { id: "6731de76-14a6-49ae-97bc-6eba6914391e", secret: "dk2~8Q-not-a-real-secret" };
export const APPLE = { id: "com.example.web", team: "DEF123GHIJ", key: "ABC123DEFG" };

/** Starts all three; `fetch` answers what a Worker sends them, `requests` is what that was. */
export async function scriptedOpenId() {
  const key = await signingKey();
  const world = { google: new Google(key), microsoft: new Microsoft(key), apple: new Apple(key), requests: [] };
  world.fetch = async (request) => {
    const url = new URL(request.url);
    const form = new URLSearchParams(await request.text());
    world.requests.push(`${request.method} ${url.origin}${url.pathname}`);
    const owner = [world.google, world.microsoft, world.apple].find((one) => one.hosts.includes(url.host));
    return owner ? owner.answer(request, url, form) : new Response("nobody is here", { status: 502 });
  };
  return world;
}

/** A key that signs ID tokens with RS256, published as all three publish theirs. */
async function signingKey() {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const kid = randomBytes(10).toString("hex");
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, use: "sig" } };
}

class OpenIdProvider {
  codes = new Map();
  /** Changes the next ID tokens, before and after they are signed. */
  lie = { claims: (claims) => claims, token: (token) => token, header: {} };

  constructor(key) {
    this.key = key;
  }

  honest() {
    this.lie = { claims: (claims) => claims, token: (token) => token, header: {} };
  }

  /** What a user does who agrees: the place that the browser comes back to, and what it brings. */
  allow(address, user) {
    const url = new URL(address);
    const asked = Object.fromEntries(url.searchParams);
    this.asks(url, asked);
    const code = `${this.prefix}${randomBytes(24).toString("base64url")}`;
    this.codes.set(code, { user, asked });
    return { redirect: asked.redirect_uri, fields: { state: asked.state, code, ...this.beside(user) } };
  }

  /** What is wrong with a request for a code, as far as all of them look at it. */
  asks(url, asked) {
    const { client_id: id, response_type: type, scope } = asked;
    if (url.origin + url.pathname !== this.authorization) throw new Error(`not the authorization endpoint: ${url}`);
    if (id !== this.client.id || type !== "code" || !scope.split(" ").includes("openid") || !asked.nonce) {
      throw new Error(`not a request for a code: ${url}`);
    }
  }

  /** The grant of a code, once, if all that it is bound to comes with it. */
  redeem(form) {
    const grant = this.codes.get(form.get("code"));
    this.codes.delete(form.get("code"));
    const challenge = createHash("sha256").update(form.get("code_verifier") ?? "").digest("base64url");
    const good =
      form.get("grant_type") === "authorization_code" &&
      grant?.asked.redirect_uri === form.get("redirect_uri") &&
      (!grant.asked.code_challenge || grant.asked.code_challenge === challenge);
    return good ? grant : undefined;
  }

  async idToken(claims, accessToken) {
    const half = createHash("sha256").update(accessToken).digest().subarray(0, 16).toString("base64url");
    const now = Math.floor(Date.now() / 1000);
    const honest = { iat: now, exp: now + 3600, ...(this.hashes && { at_hash: half }), ...claims };
    const header = { alg: "RS256", kid: this.key.kid, typ: "JWT", ...this.lie.header };
    return this.lie.token(await new SignJWT(this.lie.claims(honest)).setProtectedHeader(header).sign(this.key.privateKey));
  }
}

/** <https://developers.google.com/identity/openid-connect/openid-connect> */
class Google extends OpenIdProvider {
  hosts = ["accounts.google.com", "oauth2.googleapis.com", "www.googleapis.com", "openidconnect.googleapis.com"];
  authorization = "https://accounts.google.com/o/oauth2/v2/auth";
  client = GOOGLE;
  prefix = "4/0A";
  hashes = true;
  /** Google writes its name in two ways. */
  issuer = "https://accounts.google.com";

  beside() {
    return { iss: "https://accounts.google.com", scope: SCOPES_OF_GOOGLE, authuser: "0", prompt: "consent" };
  }

  async answer(request, url, form) {
    const what = `${request.method} ${url.host}${url.pathname}`;
    if (what === "GET accounts.google.com/.well-known/openid-configuration") return json(200, GOOGLE_METADATA);
    if (what === "GET www.googleapis.com/oauth2/v3/certs") return json(200, { keys: [{ ...this.key.jwk, alg: "RS256" }] });
    if (what !== "POST oauth2.googleapis.com/token") return json(404, { error: "not_found" });
    const { id, secret } = credentials(request, form);
    if (id !== GOOGLE.id || secret !== GOOGLE.secret) {
      return json(401, { error: "invalid_client", error_description: "Unauthorized" });
    }
    const grant = this.redeem(form);
    if (!grant) return json(400, { error: "invalid_grant", error_description: "Bad Request" });
    const access = `ya29.${randomBytes(30).toString("base64url")}`;
    const { user, asked } = grant;
    const claims = { iss: this.issuer, azp: GOOGLE.id, aud: GOOGLE.id, nonce: asked.nonce, ...user };
    const token = { access_token: access, expires_in: 3599, scope: SCOPES_OF_GOOGLE, token_type: "Bearer" };
    return json(200, { ...token, id_token: await this.idToken(claims, access) });
  }
}

const SCOPES_OF_GOOGLE =
  "openid https://www.googleapis.com/auth/userinfo.email https://www.googleapis.com/auth/userinfo.profile";

/** As it stands at <https://accounts.google.com/.well-known/openid-configuration>. */
const GOOGLE_METADATA = {
  issuer: "https://accounts.google.com",
  authorization_endpoint: "https://accounts.google.com/o/oauth2/v2/auth",
  device_authorization_endpoint: "https://oauth2.googleapis.com/device/code",
  token_endpoint: "https://oauth2.googleapis.com/token",
  userinfo_endpoint: "https://openidconnect.googleapis.com/v1/userinfo",
  revocation_endpoint: "https://oauth2.googleapis.com/revoke",
  jwks_uri: "https://www.googleapis.com/oauth2/v3/certs",
  response_types_supported: ["code", "token", "id_token", "code token", "code id_token", "token id_token", "none"],
  response_modes_supported: ["query", "fragment", "form_post"],
  subject_types_supported: ["public"],
  id_token_signing_alg_values_supported: ["RS256"],
  scopes_supported: ["openid", "email", "profile"],
  token_endpoint_auth_methods_supported: ["client_secret_post", "client_secret_basic"],
  claims_supported: ["aud", "email", "email_verified", "exp", "iat", "iss", "name", "picture", "sub"],
  code_challenge_methods_supported: ["plain", "S256"],
  grant_types_supported: ["authorization_code", "refresh_token"],
  authorization_response_iss_parameter_supported: true,
};

/** <https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference> */
class Microsoft extends OpenIdProvider {
  hosts = ["login.microsoftonline.com", "graph.microsoft.com"];
  client = MICROSOFT;
  prefix = "0.ARoA";
  hashes = false;
  /** The tenant that the application names in its addresses. */
  tenant = "common";

  get authorization() {
    return `https://login.microsoftonline.com/${this.tenant}/oauth2/v2.0/authorize`;
  }

  beside() {
    return { session_state: randomUUID() };
  }

  async answer(request, url, form) {
    const base = `https://login.microsoftonline.com/${this.tenant}`;
    const what = `${request.method} ${url.href}`;
    if (what === `GET ${base}/v2.0/.well-known/openid-configuration`) return json(200, this.metadata(base));
    // Its keys say whose tokens they sign, and not with which algorithm.
    const { issuer } = this.metadata(base);
    if (what === `GET ${base}/discovery/v2.0/keys`) return json(200, { keys: [{ ...this.key.jwk, x5t: this.key.kid, issuer }] });
    if (what === "GET https://graph.microsoft.com/oidc/userinfo") return json(200, this.last);
    if (what !== `POST ${base}/oauth2/v2.0/token`) return json(404, { error: "not_found" });
    const { id, secret } = credentials(request, form);
    if (id !== MICROSOFT.id || secret !== MICROSOFT.secret) {
      return json(401, { error: "invalid_client", error_description: "AADSTS7000215", error_codes: [7000215] });
    }
    const grant = this.redeem(form);
    if (!grant) return json(400, { error: "invalid_grant", error_description: "AADSTS70000", error_codes: [70000] });
    const { user, asked } = grant;
    const access = `EwB${randomBytes(30).toString("base64url")}`;
    this.last = { sub: user.sub, name: user.name, email: user.email };
    const tenant = user.tid;
    const more = { ver: "2.0", aio: "Df2UVXL1ix", uti: randomBytes(16).toString("base64url"), rh: "0.AAAA", oid: randomUUID() };
    const issued = { iss: `https://login.microsoftonline.com/${tenant}/v2.0`, aud: MICROSOFT.id, nonce: asked.nonce };
    const token = { token_type: "Bearer", scope: "openid profile email", expires_in: 3599, ext_expires_in: 3599, access_token: access };
    const nbf = Math.floor(Date.now() / 1000);
    return json(200, { ...token, id_token: await this.idToken({ ...issued, ...more, nbf, ...user }, access) });
  }

  /** With several tenants, the issuer is a template. */
  metadata(base) {
    const own = { common: "{tenantid}", organizations: "{tenantid}", consumers: CONSUMERS }[this.tenant] ?? this.tenant;
    return {
      token_endpoint: `${base}/oauth2/v2.0/token`,
      token_endpoint_auth_methods_supported: ["client_secret_post", "private_key_jwt", "client_secret_basic"],
      jwks_uri: `${base}/discovery/v2.0/keys`,
      response_modes_supported: ["query", "fragment", "form_post"],
      subject_types_supported: ["pairwise"],
      id_token_signing_alg_values_supported: ["RS256"],
      response_types_supported: ["code", "id_token", "code id_token", "id_token token"],
      scopes_supported: ["openid", "profile", "email", "offline_access"],
      issuer: `https://login.microsoftonline.com/${own}/v2.0`,
      request_uri_parameter_supported: false,
      userinfo_endpoint: "https://graph.microsoft.com/oidc/userinfo",
      authorization_endpoint: this.authorization,
      device_authorization_endpoint: `${base}/oauth2/v2.0/devicecode`,
      http_logout_supported: true,
      frontchannel_logout_supported: true,
      end_session_endpoint: `${base}/oauth2/v2.0/logout`,
      claims_supported: ["sub", "iss", "aud", "exp", "iat", "name", "email", "tid", "preferred_username"],
      cloud_instance_name: "microsoftonline.com",
      tenant_region_scope: null,
    };
  }
}

/** <https://developer.apple.com/documentation/signinwithapplerestapi> */
class Apple extends OpenIdProvider {
  hosts = ["appleid.apple.com"];
  authorization = "https://appleid.apple.com/auth/authorize";
  client = APPLE;
  prefix = "c";
  hashes = true;
  /** Who has signed in here before: their names do not come again. */
  known = new Set();
  /** The secrets that it was shown. */
  secrets = [];

  /** A private key as it is downloaded from Apple, once. */
  async download() {
    const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
    this.developer = publicKey;
    return exportPKCS8(privateKey);
  }

  asks(url, asked) {
    super.asks(url, asked);
    const personal = asked.scope.split(" ").some((scope) => ["name", "email"].includes(scope));
    if (personal && asked.response_mode !== "form_post") {
      throw new Error("response_mode must be form_post when name or email scope is requested.");
    }
  }

  /** The name comes beside the code, and only once. */
  beside({ sub, firstName, lastName, email }) {
    if (this.known.has(sub)) return {};
    this.known.add(sub);
    return { user: JSON.stringify({ name: { firstName, lastName }, email }) };
  }

  async answer(request, url, form) {
    const what = `${request.method} ${url.pathname}`;
    if (what === "GET /.well-known/openid-configuration") return json(200, APPLE_METADATA);
    if (what === "GET /auth/keys") return json(200, { keys: [{ ...this.key.jwk, alg: "RS256" }] });
    if (what !== "POST /auth/token") return json(404, { error: "not_found" });
    if (!(await this.believes(form))) return json(400, { error: "invalid_client" });
    const grant = this.redeem(form);
    if (!grant) return json(400, { error: "invalid_grant", error_description: "The code has expired or has been revoked." });
    const { user, asked } = grant;
    const access = `a${randomBytes(30).toString("base64url")}.0.nzr.${randomBytes(12).toString("base64url")}`;
    const claims = {
      iss: "https://appleid.apple.com",
      aud: APPLE.id,
      sub: user.sub,
      nonce: asked.nonce,
      email: user.email,
      email_verified: "true",
      is_private_email: "true",
      auth_time: Math.floor(Date.now() / 1000),
      nonce_supported: true,
    };
    const refresh = `r${randomBytes(30).toString("base64url")}.0.nzr`;
    const token = { access_token: access, token_type: "Bearer", expires_in: 3600, refresh_token: refresh };
    return json(200, { ...token, id_token: await this.idToken(claims, access) });
  }

  /** A secret is a token that the developer has signed, for half a year at most. */
  async believes(form) {
    const secret = form.get("client_secret") ?? "";
    this.secrets.push(secret);
    try {
      const options = { issuer: APPLE.team, audience: "https://appleid.apple.com", subject: APPLE.id, algorithms: ["ES256"] };
      const { payload } = await jwtVerify(secret, this.developer, options);
      const lasts = payload.exp - payload.iat;
      return form.get("client_id") === APPLE.id && decodeProtectedHeader(secret).kid === APPLE.key && lasts <= 15_777_000;
    } catch {
      return false;
    }
  }
}

/** As it stands at <https://appleid.apple.com/.well-known/openid-configuration>. */
const APPLE_METADATA = {
  issuer: "https://appleid.apple.com",
  authorization_endpoint: "https://appleid.apple.com/auth/authorize",
  token_endpoint: "https://appleid.apple.com/auth/token",
  revocation_endpoint: "https://appleid.apple.com/auth/revoke",
  jwks_uri: "https://appleid.apple.com/auth/keys",
  response_types_supported: ["code"],
  response_modes_supported: ["query", "fragment", "form_post"],
  subject_types_supported: ["pairwise"],
  id_token_signing_alg_values_supported: ["RS256"],
  scopes_supported: ["openid", "email", "name"],
  token_endpoint_auth_methods_supported: ["client_secret_post"],
  claims_supported: ["aud", "email", "email_verified", "exp", "iat", "is_private_email", "iss", "nonce", "nonce_supported", "sub"],
};

/** Id and secret of a client, in the form or in the header. */
function credentials(request, form) {
  const basic = /^Basic (.+)$/.exec(request.headers.get("authorization") ?? "")?.[1];
  if (!basic) return { id: form.get("client_id"), secret: form.get("client_secret") };
  const [id, secret] = atob(basic).split(":").map(decodeURIComponent);
  return { id, secret };
}

function json(status, body) {
  return new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json; charset=utf-8" } });
}
