/** Tokens that differ from good ones by a few changes, from a seed. */
import { AUDIENCE, EXPIRES, ISSUED, SETTINGS } from "../hostile/generate/settings.mjs";
import { KEYS, SECRET, base64url, publicJwk, signature } from "../hostile/generate/sign.mjs";

/** Random numbers from a seed (mulberry32). */
export class Random {
  #state;

  constructor(seed) {
    this.#state = seed >>> 0;
  }

  next() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  below(limit) {
    return Math.floor(this.next() * limit);
  }

  of(list) {
    return list[this.below(list.length)];
  }

  chance(share) {
    return this.next() < share;
  }
}

const ALGORITHMS = [
  "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
  "Ed25519", "ES256K", "none", "None", "rs256", "dir", "A128KW", "", "Ed448",
];
const TEXTS = [
  "", "a", "ada", "JWT", "at+jwt", "application/at+jwt", "jwt", "none", AUDIENCE, `${AUDIENCE}/`, "https://usual.example",
  "https://one.example", "https://shared.example", "https://evil.example", "ed", "rsa", "p256", "\u0000", "ü", "\ud83d\ude00",
  "__proto__", "constructor", "read write", "x".repeat(300), "https://evil.example/jwks", "../../etc/passwd", "1700000000",
];
const NUMBERS = [
  0, 1, -1, 0.5, ISSUED, ISSUED + 0.5, EXPIRES, EXPIRES + 0.5, 1e300, 1e15, 2 ** 31, 2 ** 53, -(2 ** 53), 253402300799,
  253402300800, 1e-7,
];
const MEMBERS = ["alg", "kid", "typ", "cty", "crit", "b64", "jwk", "jku", "x5u", "x5c", "x5t", "zip", "enc", "x", "ALG", "nonce"];
const CLAIMS = ["iss", "aud", "exp", "nbf", "iat", "sub", "jti", "cnf", "scope", "azp", "x", "EXP", "__proto__", "act", "nonce"];

/** What the good tokens are made of. */
const GOOD = [
  ["usual", "EdDSA", "ed"], ["usual", "Ed25519", "ed"], ["usual", "EdDSA", "ed"], ["usual", "RS256", "rsa"],
  ["usual", "PS256", "rsa"], ["usual", "ES256", "p256"], ["one", "EdDSA", "ed", null], ["shared", "HS256", SECRET, null],
  ["shared", "HS384", SECRET, null], ["shared", "HS512", SECRET, null], ["usual", "EdDSA", "ed", null],
];

/** One token and the setting it is for. */
export function mutated(random) {
  const [setting, alg, key, kid = key] = random.of(GOOD);
  const header = { alg, ...(kid === null ? {} : { kid }), ...(random.chance(0.5) ? { typ: "JWT" } : {}) };
  const claims = { iss: SETTINGS[setting].issuer, aud: AUDIENCE, sub: "ada", iat: ISSUED, exp: EXPIRES };
  const token = { setting, alg, key, header, claims };
  for (let changes = random.below(4); changes > 0; changes--) random.of(MEANINGS)(token, random);
  let head = text(JSON.stringify(token.header), random);
  let body = text(JSON.stringify(token.claims), random);
  const input = `${base64url(head)}.${base64url(body)}`;
  let jws = `${input}.${base64url(sign(token, input))}`;
  for (let changes = random.chance(0.5) ? 1 + random.below(2) : 0; changes > 0; changes--) jws = random.of(SPELLINGS)(jws, random);
  return { setting: token.setting, token: jws };
}

function sign({ alg, key }, input) {
  return signature(alg, key, input);
}

/** A value of any type. */
function value(random, depth = 0) {
  switch (random.below(depth > 2 ? 5 : 8)) {
    case 0: return null;
    case 1: return random.chance(0.5);
    case 2: return random.of(NUMBERS);
    case 3:
    case 4: return random.of(TEXTS);
    case 5: return Array.from({ length: random.below(3) }, () => value(random, depth + 1));
    case 6: return { [random.of(TEXTS)]: value(random, depth + 1) };
    default: return [random.of(TEXTS), AUDIENCE];
  }
}

const STRANGERS = { ed: "strangersEd", p256: "strangersP256", rsa: "strangersRsa", [SECRET]: "x" };

const MEANINGS = [
  (t, r) => void (t.header[r.of(MEMBERS)] = value(r)),
  (t, r) => void (t.header.alg = r.of(ALGORITHMS)),
  (t, r) => void (t.header.typ = r.of(TEXTS)),
  (t, r) => void (t.header.kid = r.of([...Object.keys(KEYS), "rsa-256", "rsa-pss", "enc", "ops", "x", ""])),
  (t, r) => void delete t.header[r.of(MEMBERS)],
  (t) => void (t.header.jwk = publicJwk("strangersEd")),
  (t, r) => void (t.claims[r.of(CLAIMS)] = value(r)),
  (t, r) => void (t.claims[r.of(CLAIMS)] = value(r)),
  (t, r) => void (t.claims[r.of(["exp", "nbf", "iat"])] = r.of(NUMBERS)),
  (t, r) => void (t.claims.aud = r.of([AUDIENCE, [AUDIENCE], [], ["x", AUDIENCE], [AUDIENCE, 1], `${AUDIENCE} x`, "x"])),
  (t, r) => void delete t.claims[r.of(CLAIMS)],
  (t) => void (t.key = STRANGERS[t.key] ?? t.key),
  (t, r) => void (t.setting = r.of(["usual", "one", "shared"])),
  () => {},
];

/** Changes to JSON text that its meaning may survive. */
function text(json, random) {
  if (random.chance(0.75)) return json;
  const at = random.below(json.length + 1);
  const insert = (more) => json.slice(0, at) + more + json.slice(at);
  switch (random.below(12)) {
    case 0: return json.replaceAll(/[:,]/g, (mark) => `${mark} \n`);
    case 1: return ` ${json}\t`;
    case 2: return json.replace(/"(\w)/, (_, letter) => `"\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`);
    case 3: return `{"${random.of([...MEMBERS, ...CLAIMS])}":1,${json.slice(1)}`;
    case 4: return `${json.slice(0, -1)},"${random.of([...MEMBERS, ...CLAIMS])}":${JSON.stringify(value(random))}}`;
    case 5: return `${json.slice(0, -1)},"deep":${"[".repeat(random.of([5, 30, 31, 32, 40, 127, 130]))}${"]".repeat(30)}}`;
    case 6: return `\ufeff${json}`;
    case 7: return Buffer.from(insert("\u0001"), "latin1");
    case 8: return Buffer.concat([Buffer.from(json.slice(0, at)), Buffer.from([128 + random.below(128)]), Buffer.from(json.slice(at))]);
    case 9: return json.replace(/\d{10}/, (digits) => random.of([`${digits}.0`, `${digits}e0`, `0${digits}`, `-${digits}`, `+${digits}`, `${digits}.`, `${digits}0e-1`]));
    case 10: return insert(random.of([" ", ",", "}", "]", '"', "\\", "/**/", "x", "{}"]));
    default: return json.slice(0, at);
  }
}

const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** Changes to the token as it is sent. */
const SPELLINGS = [
  (jws, r) => replaced(jws, r.below(jws.length), BASE64[r.below(64)]),
  (jws, r) => replaced(jws, r.below(jws.length), String.fromCharCode(r.below(128))),
  (jws, r) => {
    const at = r.below(jws.length);
    return replaced(jws, at, String.fromCharCode(jws.charCodeAt(at) ^ (1 << r.below(7))));
  },
  (jws, r) => {
    const at = jws.length - 1;
    return replaced(jws, at, BASE64[BASE64.indexOf(jws[at]) ^ (1 << r.below(4))] ?? "A");
  },
  (jws, r) => part(jws, r, (text) => `${text}${"=".repeat(1 + r.below(2))}`),
  (jws, r) => part(jws, r, (text) => text.replaceAll("-", "+").replaceAll("_", "/")),
  (jws, r) => part(jws, r, (text) => text.slice(0, -1)),
  (jws, r) => part(jws, r, (text) => text + BASE64[r.below(64)]),
  (jws, r) => part(jws, r, () => ""),
  (jws, r) => {
    const at = r.below(jws.length + 1);
    return jws.slice(0, at) + r.of([" ", "\n", "\t", ".", "=", "\u0000", "A", "ü"]) + jws.slice(at);
  },
  (jws, r) => jws + r.of([" ", "\n", ".", "..", "=", "A", jws]),
  (jws, r) => r.of([" ", "\n", ".", "Bearer ", "\ufeff"]) + jws,
  (jws, r) => {
    const parts = jws.split(".");
    const [one, other] = [r.below(parts.length), r.below(parts.length)];
    [parts[one], parts[other]] = [parts[other], parts[one]];
    return parts.join(".");
  },
  (jws, r) => jws.slice(0, r.below(jws.length)),
  (jws, r) => part(jws, r, (text) => [...text].reverse().join("")),
];

function replaced(text, at, character) {
  return text.slice(0, at) + character + text.slice(at + 1);
}

function part(jws, random, change) {
  const parts = jws.split(".");
  const at = random.below(parts.length);
  parts[at] = change(parts[at]);
  return parts.join(".");
}
