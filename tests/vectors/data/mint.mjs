// Mints data/tokens.json: one token for every algorithm, with new keys. Run it as
//   node tests/vectors/data/mint.mjs > tests/vectors/data/tokens.json
// Private keys are thrown away; the tokens are signed by `jose`, independently of edgeward.

import { createHash, randomBytes } from "node:crypto";
import { base64url, CompactSign, exportJWK, generateKeyPair } from "jose";

const ALGORITHMS = [
  ...["HS256", "HS384", "HS512"].map((alg) => ({ alg, oct: Number(alg.slice(2)) / 8 })),
  ...["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"].map((alg) => ({ alg })),
  ...["ES256", "ES384", "ES512", "EdDSA", "Ed25519"].map((alg) => ({ alg })),
];

// About as much as an access token of RFC 9068 carries.
const PAYLOAD = JSON.stringify({
  iss: "https://issuer.example",
  sub: "248289761001",
  aud: "https://api.example",
  client_id: "s6BhdRkqt3",
  iat: 1_800_000_000,
  exp: 1_800_003_600,
  jti: "dbe39bf3a3ba4238a513f51d6e1691c4",
  scope: "openid profile email reademail notes:read notes:write",
});

async function mint({ alg, oct }) {
  const { signing, jwk } = oct ? secret(oct) : await pair(alg);
  const sign = (payload) =>
    new CompactSign(new TextEncoder().encode(payload)).setProtectedHeader({ alg, typ: "at+jwt" }).sign(signing);
  return { alg, jwk, token: await sign(PAYLOAD) };
}

function secret(length) {
  const signing = randomBytes(length);
  return { signing, jwk: { kty: "oct", k: base64url.encode(signing) } };
}

async function pair(alg) {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return { signing: privateKey, jwk: await exportJWK(publicKey) };
}

// A signature whose R is the neutral element: the signer chose r = 0. Engines that do not look at
// R's order take it, the strict ones do not; edgeward's have to agree.
async function smallOrder() {
  const { publicKey, privateKey } = await generateKeyPair("Ed25519", { extractable: true });
  const { d } = await exportJWK(privateKey);
  const jwk = await exportJWK(publicKey);
  const L = (1n << 252n) + 27742317777372353535851937790883648493n;
  const hash = (...parts) => parts.reduce((h, part) => h.update(part), createHash("sha512")).digest();
  const number = (bytes) => BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`);
  const a = hash(base64url.decode(d)).subarray(0, 32);
  a[0] &= 248;
  a[31] = (a[31] & 127) | 64;
  const R = Buffer.alloc(32);
  R[0] = 1;
  const input = Buffer.from("r is zero");
  const k = number(hash(R, base64url.decode(jwk.x), input)) % L;
  const s = Buffer.from(((k * number(a)) % L).toString(16).padStart(64, "0"), "hex").reverse();
  return { jwk, input: base64url.encode(input), signature: base64url.encode(Buffer.concat([R, s])) };
}

const tokens = await Promise.all(ALGORITHMS.map(mint));
console.log(JSON.stringify({ tokens, smallOrder: await smallOrder() }, null, 1));
