/**
 * The options as the core reads them: JSON, with every secret as base64url text.
 *
 * @param {object} options
 */
export function written({ issuers, ...options }) {
  const own = issuer(options);
  if (own.kernels !== false && isParanoid()) own.paranoid ??= true;
  return Array.isArray(issuers) ? { ...own, issuers: issuers.map(issuer) } : { ...own, issuers };
}

/** Whether the environment asks for it. Deno may not let us look, which is no answer. */
function isParanoid() {
  try {
    return Boolean(globalThis.process?.env?.EDGEWARD_PARANOID);
  } catch {
    return false;
  }
}

function issuer({ secret, secrets, ...options }) {
  const all = [secret ?? [], secrets ?? []].flat();
  return all.length === 0 ? { ...options } : { ...options, secrets: all.map(encoded) };
}

/** A text is read as UTF-8. What is neither text nor bytes stays, and the core refuses it. */
function encoded(secret) {
  const bytes = typeof secret === "string" ? new TextEncoder().encode(secret) : secret;
  if (!(bytes instanceof Uint8Array)) return null;
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}
