// Tokens that are not what a compact JWS looks like.

import { createCipheriv, createHash } from "node:crypto";
import { deflateRawSync } from "node:zlib";
import { ALG, LARGE, MALFORMED, SIGNATURE, claims, claimsText, header, reject, signedRecipe, strict, token } from "../build.mjs";
import { SECRET, base64url, encoded, signed } from "../sign.mjs";

const good = token();
const [head, body, last] = good.split(".");
const bytesOf = (part) => Buffer.from(part, "base64url");

export const structure = {
  name: "structure",
  stands: ["RFC 7515 §3.1", "RFC 7519 §7.2", "CVE-2025-22868", "CVE-2025-27144", "CVE-2026-34986"],
  why: "A token has exactly three parts, and many parts cost no work.",
  tokens: [
    ...["", ".", "..", "...", "....", "a", "a.b", "a.b.c", "a.b.c.d", "a.b.c.d.e", "null", "undefined", "[object Object]", "{}", "Bearer", "eyJ"].map((raw) =>
      reject(JSON.stringify(raw), raw, MALFORMED),
    ),
    reject("header alone", head, MALFORMED),
    reject("two parts", `${head}.${body}`, MALFORMED),
    reject("no header", `.${body}.${last}`, MALFORMED),
    reject("no claims", `${head}..${last}`, MALFORMED),
    reject("a signature alone", `..${last}`, MALFORMED),
    reject("a full stop behind", `${good}.`, MALFORMED),
    reject("a full stop in front", `.${good}`, MALFORMED),
    reject("a full stop more within", `${head}..${body}.${last}`, MALFORMED),
    reject("four parts", `${good}.${last}`, MALFORMED),
    reject("five parts", `${good}.${last}.${last}`, MALFORMED),
    reject("five parts, three of them empty", `${head}...${body}.${last}`, MALFORMED),
    reject("two tokens", `${good}.${good}`, MALFORMED),
    reject("a comma between two tokens", `${good},${good}`, MALFORMED),
    reject("a space between two tokens", `${good} ${good}`, MALFORMED),
    reject("a tilde behind (SD-JWT)", `${good}~`, MALFORMED),
    reject("a disclosure behind (SD-JWT)", `${good}~${base64url('["salt","name","value"]')}~`, MALFORMED),
    reject("the scheme in front", `Bearer ${good}`, MALFORMED),
    reject("in quotes", `"${good}"`, MALFORMED),
    reject("colons for full stops", good.replaceAll(".", ":"), MALFORMED),
    reject("other full stops", good.replaceAll(".", "。"), MALFORMED),
    reject("full stops in percent encoding", good.replaceAll(".", "%2E"), MALFORMED),
    reject("all in base64url", base64url(good), MALFORMED),
    reject("reversed", [...good].reverse().join(""), MALFORMED),
    reject("10,000 full stops", [["." , 10_000]], MALFORMED),
    reject("100,000 full stops", [[".", 100_000]], LARGE),
    reject("100,000 full stops behind", [good, [".", 100_000]], LARGE),
    reject("a header of 1 MiB", [["A", 1 << 20], ".", body, ".", last], LARGE),
    reject("claims of 1 MiB", [head, ".", ["A", 1 << 20], ".", last], LARGE),
    reject("a signature of 1 MiB", [head, ".", body, ".", ["A", 1 << 20]], LARGE),
    strict("a byte more than 16 KiB, well signed", long(16 * 1024 + 1), LARGE),
    strict("64 KiB, well signed", long(64 * 1024), LARGE),
  ],
};

/** A good token of at least so many characters. */
function long(length) {
  let start = claimsText(',"x":"').slice(0, -1);
  while (start.length % 3) start = start.replace("{", "{ ");
  const parts = [`${head}.${base64url(start)}`, base64url('"}'), ".", last];
  const spare = length - parts.join("").length;
  return signedRecipe(parts[0], ["eHh4", Math.ceil(spare / 4)], parts[1]);
}


/** The same bytes with other bits in the places that no byte uses. */
function strayBits(part) {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return part.slice(0, -1) + alphabet[alphabet.indexOf(part.at(-1)) + 1];
}

/** Claims whose text leaves stray bits. */
function withRest(rest) {
  let raw = JSON.stringify(claims());
  while (Buffer.byteLength(raw) % 3 !== rest) raw += " ";
  return token({ rawClaims: raw });
}

const [twoHead, twoBody, twoLast] = withRest(2).split(".");
const [oneHead, oneBody, oneLast] = withRest(1).split(".");
const slashes = token({ rawClaims: claimsText(',"x":"???>>>ÿÿ"') });

/** What a reader that drops characters takes for the good token: each part is signed as it was. */
export const base64 = {
  name: "base64url",
  stands: ["RFC 7515 §2", "RFC 4648 §3.5", "RFC 4648 §5"],
  why: "Bytes have one spelling: no padding, no line ends, no other alphabet, no stray bits.",
  tokens: [
    ...[" ", "\n", "\r\n", "\t", "\u0000", "\u000b", "\u00a0", "\ufeff", "\u200b", "=", "==", "====", ".", "%", "%00", "!", "*", "-", "_", "A", "AA"].map((more) =>
      (more === "." ? reject : strict)(`${JSON.stringify(more)} behind the signature`, good + more, ["A", "AA", "-", "_"].includes(more) ? [...MALFORMED, ...SIGNATURE] : MALFORMED),
    ),
    ...[" ", "\n", "\r\n", "\t", "\u0000", "\ufeff"].map((more) => strict(`${JSON.stringify(more)} in front`, more + good, MALFORMED)),
    ...[" ", "\n", "=", "\u0000", "*"].flatMap((more) => [
      strict(`${JSON.stringify(more)} within the header`, `${head.slice(0, 9)}${more}${head.slice(9)}.${body}.${last}`, MALFORMED),
      strict(`${JSON.stringify(more)} within the claims`, `${head}.${body.slice(0, 9)}${more}${body.slice(9)}.${last}`, MALFORMED),
      strict(`${JSON.stringify(more)} within the signature`, `${head}.${body}.${last.slice(0, 9)}${more}${last.slice(9)}`, MALFORMED),
    ]),
    strict("spaces around the full stops", `${head} . ${body} . ${last}`, MALFORMED),
    strict("a padded header", `${head}=.${body}.${last}`, MALFORMED),
    strict("every part padded", [oneHead, oneBody, oneLast].map((part) => part.padEnd(Math.ceil(part.length / 4) * 4, "=")).join("."), MALFORMED),
    strict("signed with padding", paddedAndSigned(), MALFORMED),
    strict("stray bits in the signature", `${head}.${body}.${strayBits(last)}`, MALFORMED),
    strict("stray bits in the claims, of two bytes", `${twoHead}.${strayBits(twoBody)}.${twoLast}`, MALFORMED),
    strict("stray bits in the claims, of one byte", `${oneHead}.${strayBits(oneBody)}.${oneLast}`, MALFORMED),
    strict("the alphabet of base64", slashes.replaceAll("-", "+").replaceAll("_", "/"), MALFORMED),
    strict("the alphabet of base64 in the signature", `${head}.${body}.${bytesOf(last).toString("base64").replaceAll("=", "")}`.replace(/[A-Za-z0-9]$/, "/"), [...MALFORMED, ...SIGNATURE]),
    strict("an impossible length", `${head}A.${body}.${last}`, MALFORMED),
    strict("an impossible length of the signature", `${head}.${body}.${last}AAA`, [...MALFORMED, ...SIGNATURE]),
    strict("fullwidth letters", `${head}.${body}.${last.slice(0, -1)}Ａ`, MALFORMED),
    reject("hex", [head, body, last].map((part) => bytesOf(part).toString("hex")).join("."), MALFORMED),
    reject("base32 in small letters", `${head.toLowerCase()}.${body}.${last}`, MALFORMED),
  ],
};

function paddedAndSigned() {
  const pad = (part) => part.padEnd(Math.ceil(part.length / 4) * 4, "=");
  const signature = signed(header(), claims(), "EdDSA", "ed").split(".")[2];
  return `${pad(oneHead)}.${pad(oneBody)}.${pad(signature)}`;
}

const raw = (text) => token({ rawHeader: text });

export const headers = {
  name: "header",
  stands: ["RFC 7515 §4", "RFC 7515 §5.2", "RFC 8259 §8.1", "CVE-2026-35041"],
  why: "A header is one JSON object in UTF-8 that has one reading.",
  tokens: [
    ...["", "null", "true", "7", '"EdDSA"', "[]", '["EdDSA"]', '[{"alg":"EdDSA"}]', "{", "{}x", "{}{}", "alg=EdDSA", "{'alg':'EdDSA'}", "{alg:EdDSA}", "undefined"].map((text) =>
      reject(`${JSON.stringify(text)} as header`, raw(text), MALFORMED),
    ),
    reject("an empty object", raw("{}"), MALFORMED),
    reject("text behind", raw('{"alg":"EdDSA","kid":"ed"}x'), MALFORMED),
    reject("NUL behind", raw('{"alg":"EdDSA","kid":"ed"}\u0000'), MALFORMED),
    reject("a second object behind", raw('{"alg":"EdDSA","kid":"ed"}{"alg":"none"}'), MALFORMED),
    reject("a comma too much", raw('{"alg":"EdDSA","kid":"ed",}'), MALFORMED),
    reject("a comment", raw('{"alg":"EdDSA",/**/"kid":"ed"}'), MALFORMED),
    strict("a byte order mark", raw('\ufeff{"alg":"EdDSA","kid":"ed"}'), MALFORMED),
    strict("UTF-16", raw(Buffer.from('{"alg":"EdDSA","kid":"ed"}', "utf16le")), MALFORMED),
    strict("invalid UTF-8", raw(Buffer.concat([Buffer.from('{"alg":"EdDSA","kid":"ed","x":"'), Buffer.from([0xff]), Buffer.from('"}')])), MALFORMED),
    strict("a lone surrogate", raw('{"alg":"EdDSA","kid":"ed","x":"\\ud800"}'), MALFORMED),
    strict("alg twice, alike", raw('{"alg":"EdDSA","kid":"ed","alg":"EdDSA"}'), MALFORMED),
    strict("alg twice, once escaped", raw('{"\\u0061lg":"HS256","kid":"ed","alg":"EdDSA"}'), MALFORMED),
    strict("an unknown member twice", raw('{"alg":"EdDSA","kid":"ed","x":1,"x":1}'), MALFORMED),
    strict("a member twice within jwk", raw('{"alg":"EdDSA","kid":"ed","jwk":{"kty":"oct","kty":"OKP"}}'), MALFORMED),
    strict("33 levels", raw(`{"alg":"EdDSA","kid":"ed","x":${"[".repeat(32)}${"]".repeat(32)}}`), MALFORMED),
    strict("3,000 levels", raw(`{"alg":"EdDSA","kid":"ed","x":${"[".repeat(3000)}${"]".repeat(3000)}}`), MALFORMED),
    strict("objects that are never closed", raw('{"a":'.repeat(1000)), MALFORMED),
    strict("1,001 members", raw(`{"alg":"EdDSA","kid":"ed"${Array.from({ length: 1000 }, (_, at) => `,"${at}":0`).join("")}}`), MALFORMED),
    ...["jku", "x5u", "x5t", "x5t#S256", "cty"].map((name) =>
      strict(`${name} a number`, token({ header: { [name]: 7 } }), MALFORMED),
    ),
    strict("jwk an array", token({ header: { jwk: [] } }), MALFORMED),
    strict("x5c a text", token({ header: { x5c: "MIIB" } }), MALFORMED),
    reject("Alg", raw('{"Alg":"EdDSA","kid":"ed"}'), MALFORMED),
    reject("alg with a space", raw('{"alg ":"EdDSA","kid":"ed"}'), MALFORMED),
  ],
};

const json = (value) => JSON.stringify(value);

export const mixed = {
  name: "mixed",
  stands: ["CVE-2022-39227", "RFC 7515 §7.2"],
  why: "Only the compact form is read: no text has a second reading as JSON.",
  tokens: [
    reject("flattened JSON", json({ protected: head, payload: body, signature: last }), MALFORMED),
    reject("general JSON", json({ payload: body, signatures: [{ protected: head, signature: last }] }), MALFORMED),
    reject("compact and JSON in one (python_jwt)", `{"  ${head}.${encoded(claims({ sub: "root" }))}.":"","protected":"${head}","payload":"${body}","signature":"${last}"}`, MALFORMED),
    reject("JSON in front", `{"protected":"${head}"}.${body}.${last}`, MALFORMED),
    reject("the header unencoded", `${json(header())}.${body}.${last}`, MALFORMED),
    reject("the claims unencoded", `${head}.${json(claims())}.${last}`, MALFORMED),
    reject("general JSON in base64url", `${base64url(json({ payload: body, signatures: [] }))}.${body}.${last}`, MALFORMED),
    reject("an array of tokens", json([good]), MALFORMED),
  ],
};

/** A JWE `dir` A256GCM, made as RFC 7516 §5.1 says, with a fixed initialisation vector. */
function direct(key, plaintext, more = {}) {
  const protectedHeader = base64url(json({ alg: "dir", enc: "A256GCM", ...more }));
  const iv = createHash("sha256").update(plaintext).digest().subarray(0, 12);
  const cipher = createCipheriv("aes-256-gcm", key, iv).setAAD(Buffer.from(protectedHeader));
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return [protectedHeader, "", base64url(iv), base64url(ciphertext), base64url(cipher.getAuthTag())].join(".");
}

const secretKey = Buffer.from(SECRET).subarray(0, 32);
const wrapped = (more) => [base64url(json({ enc: "A128CBC-HS256", ...more })), base64url(Buffer.alloc(40, 7)), base64url(Buffer.alloc(16, 7)), base64url(Buffer.alloc(32, 7)), base64url(Buffer.alloc(16, 7))].join(".");

export const jwe = {
  name: "jwe",
  stands: ["RFC 7516 §9", "RFC 8725 §3.1", "CVE-2026-29000", "CVE-2022-3102", "CVE-2022-36083", "CVE-2024-28176", "CVE-2024-28180"],
  why: "An encrypted token proves no issuer; where none is configured, none is opened, and no password or compressed text is worked on.",
  tokens: [
    reject("claims encrypted with the secret", direct(secretKey, json(claims({}, "shared"))), MALFORMED, "shared"),
    reject("a good token, encrypted", direct(secretKey, good, { cty: "JWT" }), MALFORMED),
    reject("a token without signature, encrypted", direct(secretKey, `${encoded({ alg: "none" })}.${body}.`, { cty: "JWT" }), MALFORMED),
    reject("zip", direct(secretKey, json(claims()), { zip: "DEF" }), MALFORMED),
    ...["PBES2-HS256+A128KW", "PBES2-HS512+A256KW"].map((alg) =>
      reject(`${alg} with 2^31 rounds`, wrapped({ alg, p2s: "c2FsdHNhbHQ", p2c: 2_147_483_647 }), MALFORMED),
    ),
    ...["RSA1_5", "RSA-OAEP", "RSA-OAEP-256", "A128KW", "ECDH-ES", "ECDH-ES+A128KW", "none"].map((alg) => reject(alg, wrapped({ alg }), MALFORMED)),
    ...["dir", "RSA-OAEP", "PBES2-HS256+A128KW", "A256KW"].map((alg) => reject(`${alg} in three parts`, signed({ alg, kid: "ed" }, claims(), "EdDSA", "ed"), ALG)),
    reject("a signature's alg in five parts", `${head}.${body}.${last}.${body}.${last}`, MALFORMED),
    strict("enc in a signed token", token({ header: { enc: "A256GCM" } }), MALFORMED),
    strict("zip in a signed token", token({ header: { zip: "DEF" } }), MALFORMED),
    reject("compressed claims in a signed token", token({ header: { zip: "DEF" }, rawClaims: deflateRawSync(JSON.stringify(claims())) }), MALFORMED),
  ],
};

export const nested = {
  name: "nested",
  stands: ["RFC 7519 §5.2", "RFC 8725 §2.4"],
  why: "A token within a token is not opened.",
  tokens: [
    reject("a token as claims", token({ header: { cty: "JWT" }, rawClaims: good }), MALFORMED),
    reject("a token as claims without cty", token({ rawClaims: good }), MALFORMED),
    reject("a token as a JSON text", token({ header: { cty: "JWT" }, rawClaims: json(good) }), MALFORMED),
    reject("a token of a stranger around a good one", signed({ alg: "EdDSA", kid: "ed", cty: "JWT" }, good, "EdDSA", "strangersEd"), MALFORMED),
    reject("a token with alg none within", token({ header: { cty: "JWT" }, rawClaims: `${encoded({ alg: "none" })}.${body}.` }), MALFORMED),
    reject("ten tokens within each other", tenfold(), MALFORMED),
    reject("claims within a claim", token({ rawClaims: json({ claims: claims() }) }), ["token_issuer_invalid"]),
    reject("claims in the header", token({ header: claims(), rawClaims: "{}" }), ["token_issuer_invalid"]),
  ],
};

function tenfold() {
  let inner = good;
  for (let depth = 0; depth < 10; depth++) inner = token({ header: { cty: "JWT" }, rawClaims: inner }).slice(0, 12_000);
  return inner;
}

export default [structure, base64, headers, mixed, jwe, nested];
