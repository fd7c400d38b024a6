// Makes keys.json, once:
//   node tests/hostile/generate/keys.mjs > tests/hostile/keys.json
// The keys stay as they are, so that the corpus can be made again byte for byte. They sign nothing
// but the corpus.

import { checkPrimeSync, createPrivateKey, generateKeyPairSync, randomBytes } from "node:crypto";

const rsa = (modulusLength, publicExponent = 65537) => pair("rsa", { modulusLength, publicExponent });
const ec = (namedCurve) => pair("ec", { namedCurve });

function pair(type, options) {
  return generateKeyPairSync(type, options).privateKey.export({ format: "jwk" });
}

/**
 * A key like those of CVE-2017-15361: its primes are k · M + (65537^a mod M), where M is the
 * product of the first 126 primes.
 */
function roca() {
  const M = firstPrimes(126).reduce((product, prime) => product * prime, 1n);
  const [p, q] = [rocaPrime(M), rocaPrime(M)];
  const n = p * q;
  const e = 65537n;
  const d = inverse(e, (p - 1n) * (q - 1n));
  const qi = inverse(q, p);
  const members = { n, e, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi };
  const jwk = Object.fromEntries(Object.entries(members).map(([name, value]) => [name, number(value)]));
  return createPrivateKey({ key: { kty: "RSA", ...jwk }, format: "jwk" }).export({ format: "jwk" });
}

function rocaPrime(M) {
  for (;;) {
    const a = power(65537n, random(64), M);
    const smallest = (3n << 1022n) / M + 1n;
    const prime = (smallest + random(40)) * M + a;
    if (prime < 1n << 1024n && checkPrimeSync(prime)) return prime;
  }
}

function firstPrimes(count) {
  const primes = [];
  for (let number = 2n; primes.length < count; number++) {
    if (primes.every((prime) => number % prime)) primes.push(number);
  }
  return primes;
}

function power(base, exponent, modulus) {
  let result = 1n;
  for (; exponent; exponent >>= 1n, base = (base * base) % modulus) {
    if (exponent & 1n) result = (result * base) % modulus;
  }
  return result;
}

function inverse(number, modulus) {
  let [a, b, x, y] = [((number % modulus) + modulus) % modulus, modulus, 1n, 0n];
  while (b) [a, b, x, y] = [b, a % b, y, x - (a / b) * y];
  return ((x % modulus) + modulus) % modulus;
}

function random(bits) {
  return BigInt(`0x${randomBytes(bits / 8).toString("hex")}`);
}

function number(value) {
  const hex = value.toString(16);
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), "0"), "hex").toString("base64url");
}

const keys = {
  rsa: rsa(2048),
  rsaOfExponent3: rsa(2048, 3),
  rsaShort: rsa(1024),
  rsaBitShort: rsa(2047),
  roca: roca(),
  p256: ec("P-256"),
  p384: ec("P-384"),
  p521: ec("P-521"),
  ed: pair("ed25519"),
  forEncryption: pair("ed25519"),
  forSigning: ec("P-256"),
  strangersRsa: rsa(2048),
  strangersP256: ec("P-256"),
  strangersEd: pair("ed25519"),
};
console.log(JSON.stringify(keys, null, 1));
