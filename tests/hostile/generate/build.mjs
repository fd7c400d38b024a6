// How the classes are written down.

import { ISSUED, EXPIRES, AUDIENCE, SETTINGS } from "./settings.mjs";
import { base64url, encoded, signature, signed } from "./sign.mjs";

/** The claims that pass under a setting, with changes; `undefined` removes one. */
export function claims(changes = {}, setting = "usual") {
  return { iss: SETTINGS[setting].issuer, aud: AUDIENCE, sub: "ada", iat: ISSUED, exp: EXPIRES, ...changes };
}

/** The same as text, with more text before the closing brace. */
export function claimsText(more, setting) {
  return `${JSON.stringify(claims({}, setting)).slice(0, -1)}${more}}`;
}

/** The header that passes, with changes. */
export function header(changes = {}) {
  return { alg: "EdDSA", kid: "ed", ...changes };
}

/** A well-signed token (Ed25519, if nothing else is said) whatever its header and claims are. */
export function token(o = {}) {
  const { setting = "usual", alg = "EdDSA", key = "ed" } = o;
  const kid = "kid" in o ? o.kid : key;
  const head = o.rawHeader ?? { alg, kid, ...o.header };
  return signed(head, o.rawClaims ?? claims(o.claims, setting), alg, key);
}

/** A token with this text in the signature's place. */
export function unsigned(head, signatureText = "", setting) {
  return `${encoded(head)}.${encoded(claims({}, setting))}.${signatureText}`;
}

/** A recipe's token, signed with Ed25519 over what the recipe gives. */
export function signedRecipe(...parts) {
  return [...parts, ".", base64url(signature("EdDSA", "ed", expand(parts)))];
}

/** The token that an entry means: a text, or of what is too long to be kept, texts and `[text, times]`. */
export function expand(form) {
  if (typeof form === "string") return form;
  return form.map((part) => (typeof part === "string" ? part : part[0].repeat(part[1]))).join("");
}

const entry = (expect) => (name, form, codes, setting = "usual") => ({ name, setting, expect, codes, token: form });

export const accept = (name, form, setting = "usual") => ({ name, setting, expect: "accept", codes: [], token: form });
/** What RFC 7515, 7519 or 8725 forbids, or what a forger writes. */
export const reject = entry("reject");
/** What the standards let pass and a strict verifier does not. */
export const strict = entry("strict");

/** The codes, shortened. */
export const MALFORMED = ["token_malformed"];
export const ALG = ["token_alg_not_allowed"];
export const KEY = ["token_key_not_found"];
export const SIGNATURE = ["token_signature_invalid"];
export const CRIT = ["token_crit_unsupported"];
export const CLAIM = ["token_claim_invalid"];
export const MISSING = ["token_claim_missing"];
export const LARGE = ["token_too_large"];
