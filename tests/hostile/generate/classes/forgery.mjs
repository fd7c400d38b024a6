// Tokens of somebody who has no key.

import { createHash } from "node:crypto";
import { ALG, CRIT, KEY, MALFORMED, SIGNATURE, claims, header, reject, strict, token, unsigned } from "../build.mjs";
import { KEYS, SECRET, base64url, encoded, publicJwk, publicKey, signature, signed } from "../sign.mjs";
import { bytes, number, order } from "../ecdsa.mjs";

const good = token();
const [goodHeader, goodClaims, goodSignature] = good.split(".");

export const algNone = {
  name: "alg-none",
  stands: ["RFC 8725 §3.2", "CVE-2015-2951", "CVE-2020-28042", "CVE-2022-23540", "CVE-2026-28802"],
  why: "A token that says it needs no signature is refused, however it spells that.",
  tokens: [
    ...["none", "None", "NONE", "nOnE", "none ", " none", "none\u0000", "ｎone", ""].map((alg) =>
      reject(`alg ${JSON.stringify(alg)}, empty signature`, unsigned({ alg, typ: "JWT" }), ALG),
    ),
    ...["none", "NoNe"].flatMap((alg) => [
      reject(`alg ${alg} with a kid`, unsigned({ alg, kid: "ed" }), ALG),
      reject(`alg ${alg} under a good signature`, `${encoded(header({ alg }))}.${goodClaims}.${goodSignature}`, ALG),
      reject(`alg ${alg}, signed`, signed(header({ alg }), claims(), "EdDSA", "ed"), ALG),
    ]),
    reject("alg none, two parts", unsigned({ alg: "none" }).slice(0, -1), MALFORMED),
    reject("alg none among secrets", unsigned({ alg: "none" }, "", "shared"), ALG, "shared"),
    reject("alg null", unsigned({ alg: null }), MALFORMED),
    reject("alg false", unsigned({ alg: false }), MALFORMED),
    reject("alg 0", unsigned({ alg: 0 }), MALFORMED),
    reject("no alg", unsigned({ typ: "JWT" }), MALFORMED),
    reject("alg an array", unsigned({ alg: ["none"] }), MALFORMED),
    reject("alg an object", unsigned({ alg: { name: "none" } }), MALFORMED),
    reject("alg in the prototype", unsigned('{"__proto__":{"alg":"none"}}'), MALFORMED),
    reject("ALG none", unsigned({ ALG: "none" }), MALFORMED),
    reject("alg twice, the last none", unsigned('{"alg":"EdDSA","alg":"none"}'), MALFORMED),
    reject("alg twice, the first none", unsigned('{"alg":"none","alg":"EdDSA"}', goodSignature), MALFORMED),
  ],
};

/** A public key in every form in which somebody might take it for a secret. */
function encodings(key) {
  const pem = (type) => publicKey(key, { type, format: "pem" });
  const jwk = publicJwk(key);
  const raw = jwk.n ?? jwk.x;
  const spki = pem("spki");
  const second = key === "rsa" ? pem("pkcs1") : JSON.stringify(publicJwk(key, { kid: key }));
  const der = publicKey(key, { type: "spki", format: "der" });
  return {
    "PEM": spki,
    "PEM without its last line end": spki.trimEnd(),
    "PEM with CRLF": spki.replaceAll("\n", "\r\n"),
    "PEM with a space behind": `${spki} `,
    "PEM on one line": spki.replaceAll("\n", ""),
    "PEM with \\n written out": spki.replaceAll("\n", "\\n"),
    "the base64 within the PEM": spki.split("\n").slice(1, -2).join(""),
    "the base64 within the PEM, in lines": spki.split("\n").slice(1, -2).join("\n"),
    "DER": der,
    "DER as hex": der.toString("hex"),
    "second form": second,
    "JWK": JSON.stringify(jwk),
    "JWK, indented": JSON.stringify(jwk, null, 2),
    "its number": Buffer.from(raw, "base64url"),
    "its number as base64url": raw,
    "its thumbprint": createHash("sha256").update(JSON.stringify(sortedMembers(jwk))).digest(),
  };
}

function sortedMembers(jwk) {
  return Object.fromEntries(Object.entries(jwk).sort(([a], [b]) => (a < b ? -1 : 1)));
}

export const keyConfusion = {
  name: "key-confusion",
  stands: [
    "RFC 8725 §3.1", "CVE-2016-10555", "CVE-2022-23541", "CVE-2023-48223", "CVE-2026-22817", "CVE-2026-22818",
    "CVE-2026-27804", "CVE-2026-34950", "CVE-2026-44699",
  ],
  why: "A public key is never used as an HMAC secret, in whatever form.",
  tokens: ["rsa", "p256"].flatMap((key) =>
    Object.entries(encodings(key)).map(([form, secret]) =>
      reject(`HS256 with ${key}: ${form}`, signed({ alg: "HS256", kid: key }, claims(), "HS256", secret), ALG),
    ),
  ),
};

export const emptyKey = {
  name: "empty-key",
  stands: ["RFC 7518 §3.2", "CVE-2019-20933", "CVE-2020-28637", "CVE-2026-44351", "CVE-2026-45363", "GHSA-8wpc-h4q6-8fxv"],
  why: "An absent, empty or guessable secret verifies nothing.",
  tokens: [
    ...["", "undefined", "null", "false", "0", "[object Object]", "secret", "\u0000", "none"].flatMap((secret) => [
      reject(
        `HS256 with ${JSON.stringify(secret)} where there is a secret`,
        signed({ alg: "HS256" }, claims({}, "shared"), "HS256", secret), SIGNATURE, "shared",
      ),
      reject(`HS256 with ${JSON.stringify(secret)} where there is none`, signed({ alg: "HS256" }, claims(), "HS256", secret), ALG),
    ]),
    ...["HS384", "HS512"].map((alg) =>
      reject(`${alg} with ""`, signed({ alg }, claims({}, "shared"), alg, ""), SIGNATURE, "shared"),
    ),
    reject("the secret decoded from base64", signed({ alg: "HS256" }, claims({}, "shared"), "HS256", Buffer.from(SECRET, "base64")), SIGNATURE, "shared"),
    reject("the secret with a line end", signed({ alg: "HS256" }, claims({}, "shared"), "HS256", `${SECRET}\n`), SIGNATURE, "shared"),
    reject("the secret's first half", signed({ alg: "HS256" }, claims({}, "shared"), "HS256", SECRET.slice(0, 32)), SIGNATURE, "shared"),
    reject("an empty secret by name", signed({ alg: "HS256", kid: "" }, claims({}, "shared"), "HS256", ""), SIGNATURE, "shared"),
  ],
};

const stranger = publicJwk("strangersEd");
const strangers = (more) => signed(header(more), claims(), "EdDSA", "strangersEd");

export const keyInjection = {
  name: "key-injection",
  stands: ["RFC 8725 §3.10", "CVE-2018-0114", "CVE-2026-27962"],
  why: "A key that comes with the token, or an address of one, proves nothing and is not fetched.",
  tokens: [
    reject("jwk", strangers({ jwk: stranger }), SIGNATURE),
    reject("jwk, no kid", strangers({ jwk: stranger, kid: undefined }), SIGNATURE),
    reject("jwk with the kid of ours", strangers({ jwk: { ...stranger, kid: "ed" } }), SIGNATURE),
    reject("jwk and a kid of its own", strangers({ jwk: { ...stranger, kid: "x" }, kid: "x" }), KEY),
    reject("jwk as a text", strangers({ jwk: JSON.stringify(stranger) }), [...MALFORMED, ...SIGNATURE]),
    reject("jwks in the header", strangers({ jwks: { keys: [stranger] } }), SIGNATURE),
    reject("jwk RSA", signed({ alg: "RS256", kid: "rsa", jwk: publicJwk("strangersRsa") }, claims(), "RS256", "strangersRsa"), SIGNATURE),
    reject("jwk P-256", signed({ alg: "ES256", kid: "p256", jwk: publicJwk("strangersP256") }, claims(), "ES256", "strangersP256"), SIGNATURE),
    reject("jwk oct", signed({ alg: "HS256", jwk: { kty: "oct", k: "AAAA" } }, claims(), "HS256", Buffer.alloc(3)), ALG),
    reject("jwk oct where secrets are used", signed({ alg: "HS256", jwk: { kty: "oct", k: "AAAA" } }, claims({}, "shared"), "HS256", Buffer.alloc(3)), SIGNATURE, "shared"),
    ...["https://evil.example/jwks", "http://127.0.0.1:1/jwks", "file:///etc/jwks", "https://usual.example@evil.example/", "data:application/json,{}"].map((jku) =>
      reject(`jku ${jku}`, strangers({ jku }), SIGNATURE),
    ),
    reject("jku and an unknown kid", strangers({ jku: "https://evil.example/jwks", kid: "x" }), KEY),
    reject("x5u", strangers({ x5u: "https://evil.example/cert.pem" }), SIGNATURE),
    reject("x5c", strangers({ x5c: [publicKey("strangersEd", { type: "spki", format: "der" }).toString("base64")] }), SIGNATURE),
    reject("x5t", strangers({ x5t: base64url(createHash("sha1").update("x").digest()) }), SIGNATURE),
    reject("x5t#S256", strangers({ "x5t#S256": base64url(createHash("sha256").update("x").digest()) }), SIGNATURE),
    reject("jwk in the claims", signed(header(), claims({ jwk: stranger }), "EdDSA", "strangersEd"), SIGNATURE),
    reject("cnf.jwk of the forger", signed(header(), claims({ cnf: { jwk: stranger } }), "EdDSA", "strangersEd"), SIGNATURE),
  ],
};

const withKid = (kid) => token({ kid });

export const kid = {
  name: "kid",
  stands: ["RFC 7515 §4.1.4", "RFC 8725 §3.10"],
  why: "A key id names one key exactly, and is never a path, a query or an address.",
  tokens: [
    ...[
      "", " ", "ED", "ed ", " ed", "ed\u0000", "ed\n", "e%64", "ed,p256", "еd", "../../../dev/null", "/dev/null",
      "' OR '1'='1", "ed' UNION SELECT 'AAAA", "| sleep 9", "${jndi:ldap://evil.example}", "https://evil.example/key",
      "__proto__", "constructor", "toString", "0", "\uffff", "*", "x".repeat(2000),
    ].map((id) => reject(`kid ${JSON.stringify(id.slice(0, 40))}`, withKid(id), KEY)),
    ...[null, 0, 7, true, ["ed"], { kid: "ed" }].map((id) => reject(`kid ${JSON.stringify(id)}`, withKid(id), MALFORMED)),
    reject("the kid of another key", withKid("p256"), KEY),
    reject("the kid of a key for encryption", token({ key: "forEncryption", kid: "enc" }), KEY),
    reject("the kid of a key that only signs", token({ alg: "ES256", key: "forSigning", kid: "ops" }), KEY),
    reject("a key for encryption without kid", token({ key: "forEncryption", kid: undefined }), SIGNATURE),
    reject("a key that only signs without kid", token({ alg: "ES256", key: "forSigning", kid: undefined }), SIGNATURE),
    reject("no kid, the key of a stranger", token({ key: "strangersEd", kid: undefined }), SIGNATURE),
    reject("a kid where the only key has none", token({ setting: "one" }), KEY, "one"),
    strict("kid twice", token({ rawHeader: '{"alg":"EdDSA","kid":"x","kid":"ed"}' }), MALFORMED),
  ],
};

const critical = (name, crit, more = {}) => reject(name, token({ header: { crit, ...more } }), CRIT);

export const crit = {
  name: "crit",
  stands: ["RFC 7515 §4.1.11", "RFC 7797 §6", "CVE-2025-59420", "CVE-2026-32597", "CVE-2026-35042"],
  why: "An extension that must be understood and is not makes the token invalid; so does a crit that breaks its own rules.",
  tokens: [
    critical("an unknown extension", ["x"], { x: 1 }),
    critical("an unknown extension that is absent", ["x"]),
    critical("a private name", ["http://example.com/UNDEFINED"], { "http://example.com/UNDEFINED": true }),
    critical("exp in the header", ["exp"], { exp: 4_102_444_800 }),
    critical("b64 true", ["b64"], { b64: true }),
    critical("b64 false", ["b64"], { b64: false }),
    critical("b64 absent", ["b64"]),
    critical("an empty list", []),
    critical("null", null),
    critical("a text", "x", { x: 1 }),
    critical("an object", {}),
    critical("true", true),
    critical("a number in the list", [1]),
    critical("the same name twice", ["x", "x"], { x: 1 }),
    critical("a registered name", ["alg"]),
    critical("crit itself", ["crit"]),
    critical("an empty name", [""], { "": 1 }),
    critical("a name of a prototype", ["toString"]),
    critical("known and unknown", ["b64", "x"], { b64: true, x: 1 }),
    strict("crit twice", token({ rawHeader: '{"alg":"EdDSA","kid":"ed","crit":["x"],"crit":[]}' }), MALFORMED),
  ],
};

export const unencoded = {
  name: "b64",
  stands: ["RFC 7797 §3", "RFC 7797 §7"],
  why: "A JWT never has an unencoded payload.",
  tokens: [
    reject("b64 false without crit", token({ header: { b64: false } }), CRIT),
    reject("b64 true without crit", token({ header: { b64: true } }), CRIT),
    reject("b64 null", token({ header: { b64: null } }), CRIT),
    reject("an unencoded payload", unencodedToken(), [...CRIT, ...MALFORMED]),
    reject("an unencoded payload without full stops", unencodedToken({ iss: "usual", exp: 9 }), [...CRIT, ...MALFORMED]),
    reject("a detached payload", `${goodHeader}..${goodSignature}`, MALFORMED),
  ],
};

function unencodedToken(payload = claims()) {
  const head = encoded(header({ b64: false, crit: ["b64"] }));
  const input = `${head}.${JSON.stringify(payload)}`;
  return `${input}.${base64url(signature("EdDSA", "ed", input))}`;
}

const ofEd = (change) => {
  const raw = Buffer.from(goodSignature, "base64url");
  return `${goodHeader}.${goodClaims}.${base64url(change(raw))}`;
};
const es = token({ alg: "ES256", key: "p256" });
const rs = token({ alg: "RS256", key: "rsa" });
const ps = token({ alg: "PS256", key: "rsa" });
const resigned = (jws, change) => {
  const [head, body, last] = jws.split(".");
  return `${head}.${body}.${base64url(change(Buffer.from(last, "base64url")))}`;
};
const N = order("P-256");
const esWith = (r, s) => resigned(es, () => Buffer.concat([bytes(r, 32), bytes(s, 32)]));
const [R, S] = [0, 32].map((at) => number(Buffer.from(es.split(".")[2], "base64url").subarray(at, at + 32)));
const flipped = (at) => (raw) => ((raw[at < 0 ? raw.length + at : at] ^= 1), raw);
const L = (1n << 252n) + 27742317777372353535851937790883648493n;

export const signatures = {
  name: "signature",
  stands: ["RFC 7515 §5.2", "RFC 7518 §3.4", "RFC 8032 §5.1.7", "CVE-2022-21449"],
  why: "A signature is right to the last bit, in the one form that its algorithm has.",
  tokens: [
    reject("empty", `${goodHeader}.${goodClaims}.`, SIGNATURE),
    reject("of another token", `${goodHeader}.${goodClaims}.${token({ claims: { sub: "eve" } }).split(".")[2]}`, SIGNATURE),
    reject("one bit of the first byte", ofEd(flipped(0)), SIGNATURE),
    reject("one bit of the last byte", ofEd(flipped(-1)), SIGNATURE),
    reject("one byte short", ofEd((raw) => raw.subarray(0, 63)), SIGNATURE),
    reject("one byte more", ofEd((raw) => Buffer.concat([raw, Buffer.alloc(1)])), SIGNATURE),
    reject("twice", ofEd((raw) => Buffer.concat([raw, raw])), SIGNATURE),
    reject("zeros", ofEd(() => Buffer.alloc(64)), SIGNATURE),
    reject("s raised by L", ofEd((raw) => Buffer.concat([raw.subarray(0, 32), bytes(number(Buffer.from(raw.subarray(32)).reverse()) + L, 32).reverse()])), SIGNATURE),
    reject("R the neutral element", ofEd(() => Buffer.concat([Buffer.from([1]), Buffer.alloc(63)])), SIGNATURE),
    reject("ECDSA 0, 0", esWith(0n, 0n), SIGNATURE),
    reject("ECDSA r = 0", esWith(0n, S), SIGNATURE),
    reject("ECDSA s = 0", esWith(R, 0n), SIGNATURE),
    reject("ECDSA r = n", esWith(N, S), SIGNATURE),
    reject("ECDSA s = n", esWith(R, N), SIGNATURE),
    reject("ECDSA n, n", esWith(N, N), SIGNATURE),
    reject("ECDSA 1, 1", esWith(1n, 1n), SIGNATURE),
    reject("ECDSA s and r swapped", esWith(S, R), SIGNATURE),
    reject("ECDSA r raised by n", resigned(es, () => Buffer.concat([bytes(R + N, 33), bytes(S, 33)])), SIGNATURE),
    reject("ECDSA as DER", resigned(es, () => der(R, S)), SIGNATURE),
    reject("ECDSA padded with a zero", resigned(es, () => Buffer.concat([bytes(R, 33), bytes(S, 33)])), SIGNATURE),
    reject("ECDSA empty", resigned(es, () => Buffer.alloc(0)), SIGNATURE),
    reject("ECDSA of P-384's length", resigned(es, () => Buffer.concat([bytes(R, 48), bytes(S, 48)])), SIGNATURE),
    reject("RSA one bit", resigned(rs, flipped(100)), SIGNATURE),
    reject("RSA empty", resigned(rs, () => Buffer.alloc(0)), SIGNATURE),
    reject("RSA zeros", resigned(rs, () => Buffer.alloc(256)), SIGNATURE),
    reject("RSA one", resigned(rs, () => bytes(1n, 256)), SIGNATURE),
    reject("RSA n", resigned(rs, () => Buffer.from(KEYS.rsa.n, "base64url")), SIGNATURE),
    reject("RSA raised by n", resigned(rs, (raw) => bytes(number(raw) + number(Buffer.from(KEYS.rsa.n, "base64url")), 257)), SIGNATURE),
    reject("RSA with a zero in front", resigned(rs, (raw) => Buffer.concat([Buffer.alloc(1), raw])), SIGNATURE),
    reject("RSA with a zero behind", resigned(rs, (raw) => Buffer.concat([raw, Buffer.alloc(1)])), SIGNATURE),
    reject("PSS one bit", resigned(ps, flipped(7)), SIGNATURE),
    reject("PSS's signature as PKCS #1", `${rs.split(".").slice(0, 2).join(".")}.${ps.split(".")[2]}`, SIGNATURE),
    reject("HMAC one bit", resigned(signed({ alg: "HS256" }, claims({}, "shared"), "HS256", SECRET), flipped(0)), SIGNATURE, "shared"),
    reject("HMAC cut to a half", resigned(signed({ alg: "HS256" }, claims({}, "shared"), "HS256", SECRET), (raw) => raw.subarray(0, 16)), SIGNATURE, "shared"),
    reject("HMAC as hex", resigned(signed({ alg: "HS256" }, claims({}, "shared"), "HS256", SECRET), (raw) => raw.toString("hex")), SIGNATURE, "shared"),
    reject("HS512 cut to HS256's length", resigned(signed({ alg: "HS512" }, claims({}, "shared"), "HS512", SECRET), (raw) => raw.subarray(0, 32)), SIGNATURE, "shared"),
    reject("over the parts without the full stop", `${goodHeader}.${goodClaims}.${base64url(signature("EdDSA", "ed", goodHeader + goodClaims))}`, SIGNATURE),
    reject("over the claims alone", `${goodHeader}.${goodClaims}.${base64url(signature("EdDSA", "ed", goodClaims))}`, SIGNATURE),
    reject("over the decoded parts", `${goodHeader}.${goodClaims}.${base64url(signature("EdDSA", "ed", `${JSON.stringify(header())}.${JSON.stringify(claims())}`))}`, SIGNATURE),
    reject("other claims under it", `${goodHeader}.${encoded(claims({ sub: "root" }))}.${goodSignature}`, SIGNATURE),
    reject("another header over it", `${encoded(header({ typ: "JWT" }))}.${goodClaims}.${goodSignature}`, SIGNATURE),
    reject("claims with a space more", `${goodHeader}.${encoded(`${JSON.stringify(claims())} `)}.${goodSignature}`, SIGNATURE),
    reject("parts swapped", `${goodClaims}.${goodHeader}.${goodSignature}`, MALFORMED),
  ],
};

function der(...numbers) {
  const part = (value) => {
    let raw = bytes(value, 32);
    if (raw[0] & 0x80) raw = Buffer.concat([Buffer.alloc(1), raw]);
    return Buffer.concat([Buffer.from([2, raw.length]), raw]);
  };
  const body = Buffer.concat(numbers.map(part));
  return Buffer.concat([Buffer.from([0x30, body.length]), body]);
}

export default [algNone, keyConfusion, emptyKey, keyInjection, kid, crit, unencoded, signatures];
