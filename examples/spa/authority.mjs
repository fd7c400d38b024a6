/** What the Worker is as an authority: whom it asks who somebody is, and who may ask it. */
import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/** What the authority is called at the example's provider. */
export const AUTHORITY_CLIENT = "edgeward-authority";
/** The name of that provider at the authority. */
export const PROVIDER = "example";
/** What the account page is called at the authority. */
export const ACCOUNT_CLIENT = "account";

/** The authority as a client of the provider: people are sent back after a sign-in, and after a connection. */
export function providerClient({ authority, accountPage }) {
  return {
    client_id: AUTHORITY_CLIENT,
    client_name: "edgeward",
    application_type: "web",
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    token_endpoint_auth_method: "none",
    redirect_uris: [`${authority}/api/auth/callback/${PROVIDER}`, accountPage],
  };
}

/**
 * The variable `EDGEWARD_AUTHORITY`.
 *
 * @param {object} o
 * @param {string} o.authority its own address
 * @param {string} o.provider the issuer that people come from
 * @param {string} o.accountPage the page that signs in at it
 */
export function authoritySettings({ authority, provider, accountPage }) {
  return {
    issuer: authority,
    development: true,
    trusted_origins: [new URL(accountPage).origin],
    providers: {
      [PROVIDER]: {
        kind: "generic",
        issuer: provider,
        client_id: AUTHORITY_CLIENT,
        scopes: ["openid", "profile", "email"],
        connection_scopes: ["openid", "profile", "email"],
      },
    },
    connections: { redirect_uris: [accountPage] },
    oauth: {
      clients: [
        {
          client_id: ACCOUNT_CLIENT,
          client_name: "The account page",
          first_party: true,
          token_endpoint_auth_method: "none",
          grant_types: ["authorization_code", "refresh_token"],
          redirect_uris: [accountPage],
          post_logout_redirect_uris: [accountPage],
        },
      ],
    },
  };
}

/** The secret that everything is encrypted under: made at the first start, kept where only the owner may read. */
export async function authoritySecret(file) {
  const fresh = randomBytes(32).toString("base64url");
  if (!file) return fresh;
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
  }
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, fresh, { mode: 0o600 });
  return fresh;
}
