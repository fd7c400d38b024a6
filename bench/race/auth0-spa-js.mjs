/** `@auth0/auth0-spa-js`, with its cache in localStorage so that tabs share it. */
const SCOPE = "openid profile email offline_access";

export default {
  name: "@auth0/auth0-spa-js",
  page: new URL("./auth0-spa-js.page.mjs", import.meta.url),
  clientId: "auth0",
  alg: "RS256",
  async seed(page, { make, issuer }) {
    const { clientId, expires_in, access_token, id_token, refresh_token } = await make({ issuer: `${issuer}/` });
    const claims = JSON.parse(Buffer.from(id_token.split(".")[1], "base64url"));
    const decodedToken = { claims: { __raw: id_token, ...claims }, user: { sub: claims.sub } };
    const base = `@@auth0spajs@@::${clientId}`;
    const body = { access_token, refresh_token, token_type: "Bearer", scope: SCOPE, audience: "default", client_id: clientId, expires_in };
    const entries = {
      [`${base}::default::${SCOPE}`]: { body, expiresAt: Math.floor(Date.now() / 1000) + expires_in },
      [`${base}::@@user@@`]: { id_token, decodedToken },
    };
    await page.evaluate((given) => {
      for (const [key, value] of Object.entries(given)) localStorage.setItem(key, JSON.stringify(value));
    }, entries);
  },
};
