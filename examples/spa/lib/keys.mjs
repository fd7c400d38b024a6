/** The provider's signing keys: generated once, kept in a file that only the owner may read. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { randomBytes } from "node:crypto";
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from "jose";

/**
 * Makes a private signing key whose `kid` is its thumbprint.
 *
 * @param {"ES256" | "RS256"} alg
 * @returns {Promise<object>} a private JWK
 * Source: [RFC 7638](https://www.rfc-editor.org/rfc/rfc7638)
 */
export async function signingKey(alg) {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = await exportJWK(privateKey);
  return { ...jwk, kid: await calculateJwkThumbprint(jwk), use: "sig", alg };
}

/**
 * Reads the provider's secrets, or makes and keeps them at the first start. The RS256 key signs
 * nothing here: it is published so that verifiers choose among keys of several kinds, as they must
 * with real providers.
 *
 * @param {string} [file] where to keep them; without it they live as long as the process
 * @returns {Promise<{ keys: object[], cookieKeys: string[] }>} the first key of an algorithm signs
 */
export async function loadSecrets(file) {
  const kept = file && (await readKept(file));
  if (kept) return kept;
  const secrets = {
    keys: [await signingKey("ES256"), await signingKey("RS256")],
    cookieKeys: [randomBytes(32).toString("base64url")],
  };
  await saveSecrets(file, secrets);
  return secrets;
}

/** Writes the secrets, unless there is no file to keep them in. */
export async function saveSecrets(file, secrets) {
  if (!file) return;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, JSON.stringify(secrets), { mode: 0o600 });
}

async function readKept(file) {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw new Error(`${file} cannot be read (${error.message}); delete it to get new keys`);
  }
}
