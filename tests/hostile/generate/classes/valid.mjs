// Good tokens: a verifier that refuses them is no use.

import { accept, claims, claimsText, signedRecipe, token } from "../build.mjs";
import { AUDIENCE, EXPIRES, ISSUED } from "../settings.mjs";
import { SECRET, base64url, signed } from "../sign.mjs";

const KEY_OF = { RS: "rsa", PS: "rsa", ES256: "p256", ES384: "p384", ES512: "p521", Ed: "ed" };
const keyOf = (alg) => KEY_OF[alg] ?? KEY_OF[alg.slice(0, 2)];

const having = (changes, setting) => token({ claims: changes, setting });
const text = (more) => token({ rawClaims: claimsText(more) });

export const valid = {
  name: "valid",
  stands: ["RFC 7519 §7.2", "RFC 9068 §2", "RFC 8259 §2"],
  why: "What the standards allow and issuers write is accepted.",
  tokens: [
    ...["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"].map((alg) =>
      accept(alg, token({ alg, key: keyOf(alg) })),
    ),
    ...["HS256", "HS384", "HS512"].map((alg) => accept(alg, signed({ alg }, claims({}, "shared"), alg, SECRET), "shared")),
    accept("HS256 with a kid, as issuers with one secret write", signed({ alg: "HS256", typ: "JWT", kid: "Zx1aBc" }, claims({}, "shared"), "HS256", SECRET), "shared"),
    accept("RS256 with a key for RS256", token({ alg: "RS256", key: "rsa", kid: "rsa-256" })),
    accept("PS256 with a key for PS256", token({ alg: "PS256", key: "rsa", kid: "rsa-pss" })),
    accept("RS256 with exponent 3", token({ alg: "RS256", key: "rsaOfExponent3", kid: "rsa-3" })),
    accept("no kid, one key of the type", token({ alg: "ES256", key: "p256", kid: undefined })),
    accept("no kid, several keys of the type", token({ alg: "RS256", key: "rsaOfExponent3", kid: undefined })),
    accept("no kid, and the key has none", token({ setting: "one", kid: undefined }), "one"),
    accept("typ JWT", token({ header: { typ: "JWT" } })),
    accept("typ at+jwt", token({ header: { typ: "at+jwt" } })),
    accept("typ at+jwt where it is asked for", token({ setting: "access", header: { typ: "at+jwt" } }), "access"),
    accept("typ application/at+jwt", token({ setting: "access", header: { typ: "application/at+jwt" } }), "access"),
    accept("typ AT+JWT", token({ setting: "access", header: { typ: "AT+JWT" } }), "access"),
    accept("typ absent where JWT is asked for", token({ setting: "plain" }), "plain"),
    accept("typ jwt", token({ setting: "plain", header: { typ: "jwt" } }), "plain"),
    accept("typ application/jwt", token({ setting: "plain", header: { typ: "application/jwt" } }), "plain"),
    accept("members of the header that are not understood", token({ header: { x: 1, "x5t#S256": "AAAA", nonce: "n" } })),
    accept("cty that is a media type", token({ header: { cty: "twilio-fpa;v=1" } })),
    accept("jku, which is not looked at", token({ header: { jku: "https://usual.example/jwks" } })),
    accept("one audience in a list", having({ aud: [AUDIENCE] })),
    accept("our audience among others", having({ aud: ["https://other.example", AUDIENCE] })),
    accept("our audience twice", having({ aud: [AUDIENCE, AUDIENCE] })),
    accept("no sub, no iat", having({ sub: undefined, iat: undefined })),
    accept("nbf in the past", having({ nbf: ISSUED })),
    accept("dates of 1970", having({ nbf: 0, iat: 0 })),
    accept("dates with fractions", having({ exp: EXPIRES + 0.5, iat: ISSUED + 0.25, nbf: ISSUED + 0.75 })),
    accept("a date with an exponent", token({ rawClaims: claimsText("").replace(String(EXPIRES), "4.1024448e9") })),
    accept("a date with a zero behind the point", token({ rawClaims: claimsText("").replace(String(EXPIRES), `${EXPIRES}.0`) })),
    accept("exp in 9999", having({ exp: 253_402_300_799 })),
    accept("no exp where it may be absent", having({ exp: undefined }, "eternal"), "eternal"),
    accept("as old as is allowed", having({}, "old"), "old"),
    accept("an access token of RFC 9068", token({
      setting: "access",
      header: { typ: "at+jwt" },
      claims: { client_id: "s6BhdRkqt3", jti: "dbe39bf3a3ba4238a513f51d6e1691c4", scope: "openid profile", auth_time: ISSUED, acr: "0", amr: ["pwd"], groups: ["a"], roles: ["b"], entitlements: [] },
    }), "access"),
    accept("claims in other letters", having({ sub: "Zoë 👩‍🚀 שלום", name: "Ünïcödé", "名前": "エイダ" })),
    accept("escapes", text(',"x":"\\u00e9\\ud83d\\ude00\\u0000\\/","\\u0079":1')),
    accept("spaces and line ends in the JSON", token({ rawHeader: ' {\r\n "alg" : "EdDSA" ,\t"kid" : "ed" } ', rawClaims: JSON.stringify(claims(), null, 2) })),
    accept("alg in escapes", token({ rawHeader: '{"\\u0061lg":"\\u0045dDSA","kid":"ed"}' })),
    accept("names of prototypes", text(',"__proto__":{"admin":true},"constructor":1,"toString":null,"hasOwnProperty":"x"')),
    accept("the same name on two levels", text(',"x":{"iss":1,"sub":2},"y":[{"iss":1},{"iss":2}]')),
    accept("names that differ in case", text(',"Sub":"eve","SUB":7')),
    accept("32 levels", text(`,"x":${"[".repeat(31)}${"]".repeat(31)}`)),
    accept("1,000 members", text(Array.from({ length: 995 }, (_, at) => `,"${at.toString(36)}":0`).join(""))),
    accept("numbers of every form", text(`,"x":[0,-0,1.5,-1e-7,1E+2,9007199254740993,1e-400,${"1".repeat(30)}.${"0".repeat(300)}]`)),
    accept("16 KiB", full()),
    accept("an empty text, list and object", text(',"a":"","b":[],"c":{},"d":null')),
  ],
};

function full() {
  const head = base64url('{"alg":"EdDSA","kid":"ed"}');
  let start = claimsText(',"x":"').slice(0, -1);
  while (start.length % 3) start = start.replace("{", "{ ");
  const rest = 16 * 1024 - head.length - 86 - 2 - base64url(start).length - base64url('"}').length;
  return signedRecipe(`${head}.${base64url(start)}`, ["eHh4", Math.floor(rest / 4)], base64url('"}'));
}

export default [valid];
