/** Why answers may differ: narrow classes, each shown by the token itself. `docs/differential.md` tells of them. */

/** The algorithms that `jsonwebtoken` does not know. */
const UNKNOWN_TO_JSONWEBTOKEN = ["Ed25519", "ES512"];
/** The header members that `jsonwebtoken` has fields for; it takes all others for texts. */
const FIELDS_OF_JSONWEBTOKEN = ["typ", "alg", "cty", "jku", "jwk", "kid", "x5u", "x5c", "x5t", "x5t#S256", "crit", "enc", "zip", "url", "nonce"];
/** The members of a JWK that `jsonwebtoken` needs to read one, though it does not use it. */
const isJwkOfJsonwebtoken = (jwk) => ["EC", "RSA", "oct", "OKP"].includes(jwk?.kty);

/**
 * Why we accept what another library refuses; undefined if there is no reason.
 *
 * @param {string} library
 * @param {string} reason what it said
 * @param {string} token
 */
export function acceptedAlone(library, reason, token) {
  if (library === "jose" && reason === "ERR_JWKS_MULTIPLE_MATCHING_KEYS") {
    return part(token, 0).kid === undefined ? "it leaves the choice among several keys to its caller" : undefined;
  }
  if (library !== "jsonwebtoken" || !reason.startsWith("Json(")) return undefined;
  const header = part(token, 0);
  if (UNKNOWN_TO_JSONWEBTOKEN.includes(header.alg)) return "it does not know the algorithm";
  const isOdd = ([name, value]) => !FIELDS_OF_JSONWEBTOKEN.includes(name) && typeof value !== "string";
  if (Object.entries(header).some(isOdd)) return "it takes an unknown header member for a text";
  if (header.nonce !== undefined && typeof header.nonce !== "string") return "it takes `nonce` for a text";
  if (header.x5c?.some((item) => typeof item !== "string")) return "it reads `x5c`, which we pass over";
  const unreadable = reason.includes("AlgorithmParameters") || !isJwkOfJsonwebtoken(header.jwk);
  if (header.jwk && unreadable) return "it reads `jwk`, which we pass over";
  return undefined;
}

const STRICTNESS = [
  [["token_claim_invalid"], ["exp", "nbf", "iat"], "a date that is no number between 1970 and 9999"],
  [["token_not_yet_valid"], ["iat"], "issued in the future"],
  [["token_claim_invalid"], ["sub", "jti", "aud", "iss"], "a registered claim of the wrong type"],
  [["token_claim_invalid"], ["scope", "scp"], "a scope of the wrong type"],
  [["token_claim_invalid"], ["azp"], "an authorized party of the wrong type"],
  [["token_claim_invalid", "token_binding_unsupported", "token_proof_missing"], ["cnf"], "bound to a key, and no proof"],
  [["token_crit_unsupported"], [""], "`crit` or `b64`"],
  [["token_malformed"], ["enc", "zip"], "a JWE's member in a signed token"],
  [["token_malformed"], ["cty", "jku", "x5u", "x5t", "x5t#S256", "x5c", "jwk", "typ", "kid", "alg"], "a header member of the wrong type"],
  [["token_malformed"], ["header", "payload"], "JSON with two readings, or too deep"],
  [["token_malformed"], ["", "signature"], "a second spelling of base64url"],
  [["token_type_invalid"], [""], "a type of token for another purpose"],
  [["token_issuer_invalid"], [""], "an issuer that is not one text"],
  [["token_key_not_found"], [""], "a key id that names no key"],
];

/** Why we refuse what the others accept: a class of strictness; undefined if there is none. */
export function refusedAlone(code, at = "") {
  return STRICTNESS.find(([codes, places]) => codes.includes(code) && places.includes(at))?.[2];
}

function part(token, at) {
  return JSON.parse(Buffer.from(token.split(".")[at], "base64url"));
}
