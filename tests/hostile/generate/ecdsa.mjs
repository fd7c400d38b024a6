// ECDSA with the nonce of RFC 6979, because node:crypto draws another one each time.

import { createHash, createHmac } from "node:crypto";

const CURVES = {
  "P-256": {
    p: 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn,
    n: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
    x: 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
    y: 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
    length: 32,
  },
  "P-384": {
    p: 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffffn,
    n: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
    x: 0xaa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7n,
    y: 0x3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5fn,
    length: 48,
  },
  "P-521": {
    p: (1n << 521n) - 1n,
    n: (1n << 521n) - (1n << 260n) + 0xa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409n,
    x: 0x00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66n,
    y: 0x011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650n,
    length: 66,
  },
};

/** The order of a curve's group. */
export function order(crv) {
  return CURVES[crv].n;
}

/** r ‖ s of an input, signed with a private JWK. */
export function ecdsa({ crv, d }, hash, input) {
  const curve = CURVES[crv];
  const { n, length } = curve;
  const digest = createHash(hash).update(input).digest();
  const secret = number(Buffer.from(d, "base64url"));
  const z = reduced(digest, n);
  const k = nonce(hash, secret, z, n);
  const r = multiplied(curve, k).x % n;
  const s = (inverse(k, n) * (z + r * secret)) % n;
  return Buffer.concat([bytes(r, length), bytes(s, length)]);
}

export function number(buffer) {
  return BigInt(`0x${buffer.toString("hex") || "0"}`);
}

export function bytes(value, length) {
  return Buffer.from(value.toString(16).padStart(length * 2, "0"), "hex");
}

function bitLength(value) {
  return value.toString(2).length;
}

/** The leftmost bits of a digest as a number (FIPS 186-5 §6.4.1). */
function reduced(digest, n) {
  const surplus = digest.length * 8 - bitLength(n);
  return (surplus > 0 ? number(digest) >> BigInt(surplus) : number(digest)) % n;
}

/** RFC 6979 §3.2. */
function nonce(hash, secret, z, n) {
  const length = Math.ceil(bitLength(n) / 8);
  const seed = Buffer.concat([bytes(secret, length), bytes(z, length)]);
  const size = createHash(hash).digest().length;
  let [K, V] = [Buffer.alloc(size), Buffer.alloc(size, 1)];
  const mac = (...parts) => createHmac(hash, K).update(Buffer.concat(parts)).digest();
  for (const separator of [0, 1]) {
    K = mac(V, Buffer.from([separator]), seed);
    V = mac(V);
  }
  for (;;) {
    let T = Buffer.alloc(0);
    while (T.length < length) T = Buffer.concat([T, (V = mac(V))]);
    const k = number(T.subarray(0, length)) >> BigInt(length * 8 - bitLength(n));
    if (k > 0n && k < n) return k;
    K = mac(V, Buffer.from([0]));
    V = mac(V);
  }
}

function inverse(value, modulus) {
  let [a, b, x, y] = [((value % modulus) + modulus) % modulus, modulus, 1n, 0n];
  while (b) [a, b, x, y] = [b, a % b, y, x - (a / b) * y];
  return ((x % modulus) + modulus) % modulus;
}

function multiplied(curve, scalar) {
  let result;
  let point = { x: curve.x, y: curve.y };
  for (; scalar; scalar >>= 1n, point = added(curve, point, point)) {
    if (scalar & 1n) result = result ? added(curve, result, point) : point;
  }
  return result;
}

/** Every curve here has a = -3. */
function added({ p }, one, other) {
  const same = one.x === other.x;
  const slope = same
    ? ((3n * one.x * one.x - 3n) * inverse(2n * one.y, p)) % p
    : ((other.y - one.y) * inverse(other.x - one.x, p)) % p;
  const x = modulo(slope * slope - one.x - other.x, p);
  return { x, y: modulo(slope * (one.x - x) - one.y, p) };
}

function modulo(value, p) {
  return ((value % p) + p) % p;
}
