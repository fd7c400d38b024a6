/** `oidc-client-ts`, with the user in localStorage so that tabs share it. */
export default {
  name: "oidc-client-ts",
  page: new URL("./oidc-client-ts.page.mjs", import.meta.url),
  clientId: "oidc",
  async seed(page, { make }) {
    const { issuer, clientId, subject, expires_in, ...tokens } = await make();
    const claims = JSON.parse(Buffer.from(tokens.id_token.split(".")[1], "base64url"));
    const user = { ...tokens, profile: claims, expires_at: Math.floor(Date.now() / 1000) + expires_in };
    await page.evaluate(([key, value]) => localStorage.setItem(key, value), [`oidc.user:${issuer}:${clientId}`, JSON.stringify(user)]);
  },
};
