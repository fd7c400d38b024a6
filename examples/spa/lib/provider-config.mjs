/** What the example's provider offers: one public client, two resources, short-lived JWT access tokens. */
import { logoutPage, messagePage, viewPolicy } from "./views.mjs";

export const CLIENT_ID = "edgeward-example";

/** The API that the gateway protects, and a second one whose tokens it must refuse. */
export const AUDIENCE = "https://todos.example";
export const OTHER_AUDIENCE = "https://billing.example";

/** What a signed-in person is granted. `todos:admin` exists and is granted to nobody. */
export const GRANTED_SCOPE = "todos:read todos:write";
const KNOWN_SCOPE = `${GRANTED_SCOPE} todos:admin`;
const IDENTITY_SCOPE = "openid profile email offline_access";

/**
 * The configuration of oidc-provider.
 *
 * @param {object} o
 * @param {string[]} o.pages where the page lives: its redirect URIs
 * @param {object[]} [o.clients] who else may ask
 * @param {object} o.secrets the signing and the cookie keys
 * @param {Function} o.adapter what the provider remembers
 * @param {number} o.accessTokenSeconds the life of an access token
 */
export function providerConfig({ pages, clients = [], secrets, adapter, accessTokenSeconds }) {
  const origins = pages.map((page) => new URL(page).origin);
  return {
    adapter,
    clients: [client(pages), ...clients],
    clientBasedCORS: (_context, origin) => origins.includes(origin),
    clientDefaults: { id_token_signed_response_alg: "ES256" },
    claims: { profile: ["name", "preferred_username"], email: ["email", "email_verified"] },
    cookies: { keys: secrets.cookieKeys },
    features: features(origins, accessTokenSeconds),
    findAccount: (_context, name) => ({ accountId: name, claims: () => accountClaims(name) }),
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
    issueRefreshToken: (_context, asking) => asking.grantTypeAllowed("refresh_token"),
    jwks: { keys: secrets.keys },
    loadExistingGrant,
    pkce: { required: () => true },
    renderError: (context, out) => page(context, origins, messagePage("This did not work", Object.values(out))),
    scopes: IDENTITY_SCOPE.split(" "),
    ttl: {
      AccessToken: accessTokenSeconds,
      AuthorizationCode: 60,
      Grant: 14 * 86_400,
      IdToken: 3600,
      Interaction: 3600,
      RefreshToken: 86_400,
      Session: 14 * 86_400,
    },
    // The ID token carries name and email, so that the page shows them without another request.
    conformIdTokenClaims: false,
  };
}

/** Answers with one of the provider's own pages. */
export function page(context, origins, html) {
  context.type = "html";
  context.set("content-security-policy", viewPolicy(origins));
  context.body = html;
}

function client(pages) {
  return {
    client_id: CLIENT_ID,
    client_name: "edgeward example page",
    application_type: "web",
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    token_endpoint_auth_method: "none",
    redirect_uris: pages,
    post_logout_redirect_uris: pages,
  };
}

function features(origins, accessTokenTTL) {
  const signOut = (context, form) => page(context, origins, logoutPage(form));
  const signedOut = (context) => page(context, origins, messagePage("Signed out", ["You may close this page."]));
  return {
    devInteractions: { enabled: false },
    revocation: { enabled: true, allowedPolicy: (_context, asking, token) => token.clientId === asking.clientId },
    rpInitiatedLogout: { enabled: true, logoutSource: signOut, postLogoutSuccessSource: signedOut },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => AUDIENCE,
      getResourceServerInfo: (_context, resource) => resourceServer(resource, accessTokenTTL),
      useGrantedResource: () => true,
    },
  };
}

/**
 * What access tokens for a resource look like: RFC 9068 JWTs, signed with ES256.
 *
 * @param {string} audience the resource indicator (RFC 8707)
 * @param {number} accessTokenTTL seconds
 */
export function resourceServer(audience, accessTokenTTL) {
  return {
    audience,
    scope: KNOWN_SCOPE,
    accessTokenFormat: "jwt",
    accessTokenTTL,
    jwt: { sign: { alg: "ES256" } },
  };
}

function accountClaims(name) {
  return {
    sub: name,
    name: name.charAt(0).toUpperCase() + name.slice(1),
    preferred_username: name,
    email: `${encodeURIComponent(name)}@people.example`,
    email_verified: true,
  };
}

/** The page belongs to the provider's house: what it may have is granted without asking again. */
async function loadExistingGrant(context) {
  const { provider, session, client: asking, result } = context.oidc;
  const known = result?.consent?.grantId ?? session.grantIdFor(asking.clientId);
  const grant =
    (known && (await provider.Grant.find(known))) ??
    new provider.Grant({ clientId: asking.clientId, accountId: session.accountId });
  grant.addOIDCScope(IDENTITY_SCOPE);
  grant.addResourceScope(AUDIENCE, GRANTED_SCOPE);
  await grant.save();
  return grant;
}
