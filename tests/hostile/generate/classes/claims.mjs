// Well-signed tokens whose claims do not hold.

import {
  CLAIM, MALFORMED, MISSING, claims, claimsText, reject, signedRecipe, strict, token,
} from "../build.mjs";
import { AUDIENCE, EXPIRES, ISSUED, SETTINGS } from "../settings.mjs";
import { publicJwk } from "../sign.mjs";

const EXPIRED = ["token_expired"];
const EARLY = ["token_not_yet_valid"];
const OLD = ["token_too_old"];
const ISSUER = ["token_issuer_invalid"];
const AUDIENCES = ["token_audience_invalid"];
const TYPE = ["token_type_invalid"];
const PROOF = ["token_proof_missing"];

const having = (changes, setting) => token({ claims: changes, setting });
const text = (more) => token({ rawClaims: claimsText(more) });
const number = (name, literal) => {
  const rest = JSON.stringify(claims({ [name]: undefined }));
  return token({ rawClaims: `${rest.slice(0, -1)},"${name}":${literal}}` });
};
const MISTYPED = ['"4102444800"', '""', "null", "true", "[]", "[4102444800]", "{}", '"never"', '{"$gt":0}'];

export const time = {
  name: "time",
  stands: ["RFC 7519 §4.1.4", "RFC 7519 §4.1.5", "RFC 7519 §4.1.6", "RFC 7519 §2", "CVE-2026-25537"],
  why: "A date is a number of seconds that a clock can show, and the token is used between its dates.",
  tokens: [
    reject("expired", having({ exp: ISSUED + 300 }), EXPIRED),
    reject("expired by a fraction's whole", having({ exp: ISSUED + 0.5 }), EXPIRED),
    reject("exp 0", having({ exp: 0 }), EXPIRED),
    reject("exp -0", number("exp", "-0"), EXPIRED),
    reject("exp 1", having({ exp: 1 }), EXPIRED),
    reject("no exp", having({ exp: undefined }), MISSING),
    reject("EXP", having({ exp: undefined, EXP: EXPIRES }), MISSING),
    reject("exp in the prototype", token({ rawClaims: `${JSON.stringify(claims({ exp: undefined })).slice(0, -1)},"__proto__":{"exp":${EXPIRES}}}` }), MISSING),
    reject("exp in the header", token({ header: { exp: EXPIRES }, claims: { exp: undefined } }), MISSING),
    ...MISTYPED.map((literal) => reject(`exp ${literal}`, number("exp", literal), CLAIM)),
    ...MISTYPED.map((literal) => strict(`nbf ${literal}`, number("nbf", literal), CLAIM)),
    ...MISTYPED.map((literal) => strict(`iat ${literal}`, number("iat", literal), CLAIM)),
    reject("exp before 1970", having({ exp: -1 }), CLAIM),
    reject("exp 1e999", number("exp", "1e999"), MALFORMED),
    reject("exp -1e999", number("exp", "-1e999"), MALFORMED),
    reject("exp NaN", number("exp", "NaN"), MALFORMED),
    reject("exp Infinity", number("exp", "Infinity"), MALFORMED),
    reject("exp hexadecimal", number("exp", "0xf4865700"), MALFORMED),
    reject("exp with a leading zero", number("exp", "04102444800"), MALFORMED),
    reject("exp with a plus", number("exp", "+4102444800"), MALFORMED),
    strict("exp 1e308", number("exp", "1e308"), CLAIM),
    strict("exp in milliseconds", having({ exp: EXPIRES * 1000 }), CLAIM),
    strict("exp 2^63", number("exp", "9223372036854775808"), CLAIM),
    strict("exp 2^64 - 1", number("exp", "18446744073709551615"), CLAIM),
    strict("exp 10^400, written out", number("exp", `1${"0".repeat(400)}`), MALFORMED),
    strict("nbf before 1970", having({ nbf: -1 }), CLAIM),
    strict("iat before 1970", having({ iat: -1 }), CLAIM),
    reject("not valid yet", having({ nbf: EXPIRES - 1 }), EARLY),
    reject("issued in the future", having({ iat: EXPIRES - 1 }), EARLY),
    reject("nbf far away", having({ nbf: 253_402_300_799 }), EARLY),
    reject("older than allowed", having({}, "young"), OLD, "young"),
    reject("no iat where the age is limited", having({ iat: undefined }, "young"), MISSING, "young"),
    reject("expired where exp may be absent", having({ exp: ISSUED }, "eternal"), EXPIRED, "eternal"),
    reject("exp null where exp may be absent", having({ exp: null }, "eternal"), CLAIM, "eternal"),
  ],
};

const { issuer } = SETTINGS.usual;

export const issuerAndAudience = {
  name: "iss-aud",
  stands: ["RFC 7519 §4.1.1", "RFC 7519 §4.1.3", "RFC 8725 §3.8", "RFC 8725 §3.9", "CVE-2024-53861", "CVE-2025-30144"],
  why: "The issuer is equal to the character, and the audience is one of ours as a whole.",
  tokens: [
    ...[
      "https://evil.example", `${issuer}/`, `${issuer}.evil.example`, issuer.slice(0, -1), issuer.toUpperCase(),
      `${issuer} `, ` ${issuer}`, `${issuer}\u0000`, `${issuer}#`, `${issuer}?`, `${issuer}:443`,
      issuer.replace("https", "http"), "usual.example", "", "https://usuаl.example", `${issuer},https://evil.example`,
    ].map((iss) => reject(`iss ${JSON.stringify(iss)}`, having({ iss }), ISSUER)),
    ...[[issuer], ["https://evil.example", issuer], [], null, 0, true, {}, { issuer }, undefined].map((iss) =>
      reject(`iss ${JSON.stringify(iss) ?? "absent"}`, having({ iss }), ISSUER),
    ),
    ...[
      "https://other.example", `${AUDIENCE}/`, `${AUDIENCE}.evil.example`, AUDIENCE.slice(0, -1), AUDIENCE.toUpperCase(),
      `${AUDIENCE} `, `https://other.example ${AUDIENCE}`, `${AUDIENCE},https://other.example`, "api.example", "", "*", issuer,
    ].map((aud) => reject(`aud ${JSON.stringify(aud)}`, having({ aud }), AUDIENCES)),
    ...[[], ["https://other.example"], [""], [`${AUDIENCE}/`]].map((aud) =>
      reject(`aud ${JSON.stringify(aud)}`, having({ aud }), AUDIENCES),
    ),
    ...[0, true, {}, { [AUDIENCE]: true }, [[AUDIENCE]]].map((aud) =>
      reject(`aud ${JSON.stringify(aud)}`, having({ aud }), CLAIM),
    ),
    reject("aud null", having({ aud: null }), CLAIM),
    reject("aud absent", having({ aud: undefined }), [...AUDIENCES, ...MISSING]),
    strict("aud with ours and a number", having({ aud: [AUDIENCE, 1] }), CLAIM),
    strict("aud with ours and null", having({ aud: [null, AUDIENCE] }), CLAIM),
    strict("aud with ours in a list of its own", having({ aud: ["https://other.example", [AUDIENCE]] }), CLAIM),
    reject("Aud", having({ aud: undefined, Aud: AUDIENCE }), [...AUDIENCES, ...MISSING]),
    reject("a key of one issuer under the name of another", token({ setting: "shared" }), ["token_alg_not_allowed"], "shared"),
    strict("sub a number", having({ sub: 7 }), CLAIM),
    strict("sub null", having({ sub: null }), CLAIM),
    strict("sub an array", having({ sub: ["ada"] }), CLAIM),
    strict("sub an object", having({ sub: { id: "ada" } }), CLAIM),
    strict("jti a number", having({ jti: 7 }), CLAIM),
    strict("jti null", having({ jti: null }), CLAIM),
  ],
};

const typed = (typ, setting) => token({ setting, header: { typ } });

export const type = {
  name: "typ",
  stands: ["RFC 8725 §3.11", "RFC 9068 §4", "RFC 7515 §4.1.9"],
  why: "A token of one kind does not pass for one of another kind.",
  tokens: [
    ...["JWT", undefined, "", "at", "at+JWT2", "jwt", "id_token+jwt", "application/JWT", "at+jwt ", " at+jwt", "at+jwt; v=1", "application/application/at+jwt", "text/at+jwt", "dpop+jwt", "logout+jwt"].map((typ) =>
      reject(`typ ${JSON.stringify(typ) ?? "absent"} where at+jwt is asked for`, typed(typ, "access"), TYPE, "access"),
    ),
    ...["at+jwt", "", "JWS", "JOSE", "dpop+jwt", "secevent+jwt", "JWT ", "application/", "JWT\u0000"].map((typ) =>
      reject(`typ ${JSON.stringify(typ)} where JWT is asked for`, typed(typ, "plain"), TYPE, "plain"),
    ),
    ...[null, 7, ["at+jwt"], { typ: "at+jwt" }, true].map((typ) =>
      reject(`typ ${JSON.stringify(typ)}`, typed(typ, "access"), MALFORMED, "access"),
    ),
    ...[null, 7, ["JWT"], {}].map((typ) => strict(`typ ${JSON.stringify(typ)} where any is allowed`, typed(typ), MALFORMED)),
    ...["dpop+jwt", "logout+jwt", "application/logout+jwt", "secevent+jwt", "oauth-authz-req+jwt", "token-introspection+jwt", "KB+JWT"].map((typ) =>
      strict(`typ ${JSON.stringify(typ)} where any is allowed`, typed(typ), TYPE),
    ),
    strict("typ twice", token({ setting: "access", rawHeader: '{"alg":"EdDSA","kid":"ed","typ":"JWT","typ":"at+jwt"}' }), MALFORMED, "access"),
  ],
};

const bound = (name, cnf, codes = ["token_binding_unsupported"]) => strict(name, having({ cnf }), codes);

const THUMBPRINT = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";

export const confirmation = {
  name: "cnf",
  stands: ["RFC 7800 §3.1", "RFC 9449 §7.1", "RFC 8705 §3"],
  why: "A token that is bound to a key is refused without the proof of that key.",
  tokens: [
    bound("jkt", { jkt: THUMBPRINT }, PROOF),
    bound("jkt and another method", { jkt: THUMBPRINT, kid: "a" }),
    bound("jkt that is no thumbprint", { jkt: "ada" }, CLAIM),
    bound("x5t#S256", { "x5t#S256": "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2" }),
    bound("jwk", { jwk: publicJwk("p256") }),
    bound("kid", { kid: "dfd1aa97-6d8d-4575-a0fe-34b96de2bfad" }),
    bound("jku", { jku: "https://keys.example/pop.jwks", kid: "2015" }),
    bound("jwe", { jwe: "eyJhbGciOiJSU0EtT0FFUCJ9.a.b.c.d" }),
    bound("of a kind that nobody knows", { future: true }),
    bound("empty", {}),
    bound("null", null, CLAIM),
    bound("a text", "jkt", CLAIM),
    bound("an array", [], CLAIM),
    bound("false", false, CLAIM),
  ],
};

const padded = (inner) => token({ rawClaims: claimsText(inner) });
const deep = (open, close, depth, middle = "") => padded(`,"x":${open.repeat(depth)}${middle}${close.repeat(depth)}`);

export const payload = {
  name: "payload",
  stands: ["RFC 7519 §7.2", "RFC 7515 §4", "RFC 8259 §8.1", "RFC 8725 §3.7"],
  why: "Claims are one JSON object in UTF-8 that has one reading.",
  tokens: [
    ...["", " ", "null", "true", "7", '"text"', "[]", '[{"iss":"https://usual.example"}]', "{", "}", "{}x", "{}{}", "{'iss':1}", "{iss:1}", "undefined"].map((raw) =>
      reject(`${JSON.stringify(raw)} as claims`, token({ rawClaims: raw }), MALFORMED),
    ),
    reject("no claim", token({ rawClaims: "{}" }), ["token_issuer_invalid"]),
    reject("text behind", token({ rawClaims: `${JSON.stringify(claims())}x` }), MALFORMED),
    reject("NUL behind", token({ rawClaims: `${JSON.stringify(claims())}\u0000` }), MALFORMED),
    reject("a comma too much", token({ rawClaims: claimsText(",") }), MALFORMED),
    reject("a comment", text("/* */"), MALFORMED),
    reject("a raw line end in a text", text(',"x":"\n"'), MALFORMED),
    reject("cut off", token({ rawClaims: JSON.stringify(claims()).slice(0, -1) }), MALFORMED),
    strict("a byte order mark", token({ rawClaims: `\ufeff${JSON.stringify(claims())}` }), MALFORMED),
    strict("UTF-16", token({ rawClaims: Buffer.from(JSON.stringify(claims()), "utf16le") }), MALFORMED),
    ...Object.entries({
      "a lone continuation byte": [0x80], "0xff": [0xff], "an overlong slash": [0xc0, 0xaf], "an encoded surrogate": [0xed, 0xa0, 0x80],
      "above U+10FFFF": [0xf4, 0x90, 0x80, 0x80], "a cut sequence": [0xe2, 0x82], "Latin-1": [0xe4],
    }).map(([name, raw]) => strict(`invalid UTF-8: ${name}`, token({ rawClaims: invalidText(raw) }), MALFORMED)),
    strict("a lone surrogate, escaped", text(',"x":"\\ud800"'), MALFORMED),
    strict("a lone low surrogate, escaped", text(',"x":"\\udc00"'), MALFORMED),
    ...["iss", "aud", "exp", "sub", "iat"].map((name) =>
      strict(`${name} twice, alike`, text(`,"${name}":${JSON.stringify(claims()[name])}`), MALFORMED),
    ),
    strict("sub twice, otherwise", text(',"sub":"root"'), MALFORMED),
    strict("exp twice, the first in the past", token({ rawClaims: `{"exp":1,${JSON.stringify(claims()).slice(1)}` }), MALFORMED),
    strict("iss twice, the first a stranger's", token({ rawClaims: `{"iss":"https://evil.example",${JSON.stringify(claims()).slice(1)}` }), MALFORMED),
    strict("sub twice, once escaped", text(',"s\\u0075b":"root"'), MALFORMED),
    strict("a member twice, one level down", text(',"x":{"a":1,"a":2}'), MALFORMED),
    strict("a member twice, five levels down", text(',"x":[{"y":[{"a":1,"b":2,"a":3}]}]'), MALFORMED),
    strict("__proto__ twice", text(',"__proto__":1,"__proto__":2'), MALFORMED),
    strict("an empty name twice", text(',"":1,"":2'), MALFORMED),
    strict("33 levels of arrays", deep("[", "]", 32), MALFORMED),
    strict("33 levels of objects", deep('{"a":', "}", 32, "1"), MALFORMED),
    strict("129 levels", deep("[", "]", 128), MALFORMED),
    strict("1,000 levels", deepRecipe(1_002), MALFORMED),
    strict("4,500 levels", deepRecipe(4_500), MALFORMED),
    strict("arrays that are never closed", token({ rawClaims: "[".repeat(3000) }), MALFORMED),
    strict("1,001 members", manyMembers(1_001), MALFORMED),
  ],
};

function invalidText(raw) {
  return Buffer.concat([Buffer.from(claimsText(',"x":"').slice(0, -1)), Buffer.from(raw), Buffer.from('"}')]);
}

/** Three brackets are four characters of base64url. */
function deepRecipe(levels) {
  let start = claimsText(',"x":').slice(0, -1);
  while (start.length % 3) start = start.replace("{", "{ ");
  const parts = [
    `${Buffer.from('{"alg":"EdDSA","kid":"ed"}').toString("base64url")}.${Buffer.from(start).toString("base64url")}`,
    ["W1tb", levels / 3],
    ["XV1d", levels / 3],
    Buffer.from("}").toString("base64url"),
  ];
  return signedRecipe(...parts);
}

function manyMembers(count) {
  const members = Array.from({ length: count }, (_, at) => `,"${at.toString(36)}":0`).join("");
  return text(members);
}

export default [time, issuerAndAudience, type, confirmation, payload];
