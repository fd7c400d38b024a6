//! The inverse modulo an odd number, in as many steps as the number takes.
//!
//! Divsteps of Bernstein and Yang, 30 at a time: a matrix is found from the low bits of f and g alone,
//! and applied to them and to d and e, which keep `f = d·x` and `g = e·x` modulo m.
//!
//! Source: [Fast constant-time gcd computation and modular inversion](https://eprint.iacr.org/2019/266);
//! the variable-time variant of P. Wuille, [The safegcd implementation in
//! libsecp256k1](https://github.com/bitcoin-core/secp256k1/blob/master/doc/safegcd_implementation.md).

use crate::{limbs::Words, modulus::inverse_of};

/// Nine limbs of 30 bits; the last has the sign.
type Limbs30 = [i32; 9];

const MASK: i32 = (1 << 30) - 1;

/// The matrix of 30 divsteps, times 2^30.
struct Matrix {
    u: i32,
    v: i32,
    q: i32,
    r: i32,
}

/// The inverse of `x` modulo `m`, from 1 to m − 1; zero if x is zero.
///
/// `x` is below `m`, and `m` is prime.
pub fn inverse(x: &Words, m: &Words) -> Words {
    let modulus = from_words(m);
    let inverse30 = inverse_of(m[0]) as i32 & MASK;
    let (mut d, mut e) = ([0; 9], [1, 0, 0, 0, 0, 0, 0, 0, 0]);
    let (mut f, mut g) = (modulus, from_words(x));
    let (mut eta, mut length) = (-1, 9);
    while g != [0; 9] {
        let matrix;
        (eta, matrix) = divsteps(eta, f[0] as u32, g[0] as u32);
        update_de(&mut d, &mut e, &matrix, &modulus, inverse30);
        update_fg(&mut f, &mut g, &matrix, length);
        shorten(&mut f, &mut g, &mut length);
    }
    normalise(d, f[length - 1], &modulus)
}

/// 30 divsteps on the low bits. `eta` is −delta.
fn divsteps(mut eta: i32, mut f: u32, mut g: u32) -> (i32, Matrix) {
    let (mut u, mut v, mut q, mut r) = (1_i32, 0_i32, 0_i32, 1_i32);
    let mut left = 30;
    loop {
        let zeros = (g | (u32::MAX << left)).trailing_zeros();
        g >>= zeros;
        u = u.wrapping_shl(zeros);
        v = v.wrapping_shl(zeros);
        eta -= zeros as i32;
        left -= zeros;
        if left == 0 {
            return (eta, Matrix { u, v, q, r });
        }
        if eta < 0 {
            eta = -eta;
            (f, g) = (g, f.wrapping_neg());
            (u, q) = (q, u.wrapping_neg());
            (v, r) = (r, v.wrapping_neg());
        }
        // As many low bits of g as may be cancelled at once, six at most: f(f² − 2) is −1/f modulo 64.
        let limit = (eta as u32 + 1).min(left).min(6);
        let negated = f.wrapping_mul(f.wrapping_mul(f).wrapping_sub(2));
        let w = g.wrapping_mul(negated) & ((1 << limit) - 1);
        g = g.wrapping_add(f.wrapping_mul(w));
        q = q.wrapping_add(u.wrapping_mul(w as i32));
        r = r.wrapping_add(v.wrapping_mul(w as i32));
    }
}

/// Applies the matrix to d and e modulo m: multiples of m make the low 30 bits zero.
fn update_de(d: &mut Limbs30, e: &mut Limbs30, t: &Matrix, m: &Limbs30, inverse30: i32) {
    let (u, v, q, r) = (i64::from(t.u), i64::from(t.v), i64::from(t.q), i64::from(t.r));
    let (sign_d, sign_e) = (d[8] >> 31, e[8] >> 31);
    // So that d and e stay between −2·m and m.
    let mut of_d = (t.u & sign_d).wrapping_add(t.v & sign_e);
    let mut of_e = (t.q & sign_d).wrapping_add(t.r & sign_e);
    let (mut sum_d, mut sum_e) =
        (u * i64::from(d[0]) + v * i64::from(e[0]), q * i64::from(d[0]) + r * i64::from(e[0]));
    of_d -= inverse30.wrapping_mul(sum_d as i32).wrapping_add(of_d) & MASK;
    of_e -= inverse30.wrapping_mul(sum_e as i32).wrapping_add(of_e) & MASK;
    let (of_d, of_e) = (i64::from(of_d), i64::from(of_e));
    sum_d = (sum_d + i64::from(m[0]) * of_d) >> 30;
    sum_e = (sum_e + i64::from(m[0]) * of_e) >> 30;
    for i in 1..9 {
        let (di, ei, mi) = (i64::from(d[i]), i64::from(e[i]), i64::from(m[i]));
        sum_d += u * di + v * ei + mi * of_d;
        sum_e += q * di + r * ei + mi * of_e;
        d[i - 1] = sum_d as i32 & MASK;
        e[i - 1] = sum_e as i32 & MASK;
        sum_d >>= 30;
        sum_e >>= 30;
    }
    d[8] = sum_d as i32;
    e[8] = sum_e as i32;
}

/// Applies the matrix to f and g, whose low 30 bits become zero.
fn update_fg(f: &mut Limbs30, g: &mut Limbs30, t: &Matrix, length: usize) {
    let (u, v, q, r) = (i64::from(t.u), i64::from(t.v), i64::from(t.q), i64::from(t.r));
    let mut sum_f = (u * i64::from(f[0]) + v * i64::from(g[0])) >> 30;
    let mut sum_g = (q * i64::from(f[0]) + r * i64::from(g[0])) >> 30;
    for i in 1..length {
        let (fi, gi) = (i64::from(f[i]), i64::from(g[i]));
        sum_f += u * fi + v * gi;
        sum_g += q * fi + r * gi;
        f[i - 1] = sum_f as i32 & MASK;
        g[i - 1] = sum_g as i32 & MASK;
        sum_f >>= 30;
        sum_g >>= 30;
    }
    f[length - 1] = sum_f as i32;
    g[length - 1] = sum_g as i32;
}

/// Drops the highest limbs when they hold nothing but the sign.
fn shorten(f: &mut Limbs30, g: &mut Limbs30, length: &mut usize) {
    let last = *length - 1;
    let is_sign = |limb: i32| limb == 0 || limb == -1;
    if last > 0 && is_sign(f[last]) && is_sign(g[last]) {
        f[last - 1] |= f[last] << 30;
        g[last - 1] |= g[last] << 30;
        // Nothing above counts any more.
        (f[last], g[last]) = (0, 0);
        *length = last;
    }
}

/// d or −d, as the sign of f says, from 0 to m − 1.
fn normalise(d: Limbs30, f: i32, m: &Limbs30) -> Words {
    let sign = if f < 0 { -1 } else { 1 };
    let mut value = combine(&d, sign, m, 0);
    while value[8] < 0 {
        value = combine(&value, 1, m, 1);
    }
    loop {
        let less = combine(&value, 1, m, -1);
        if less[8] < 0 {
            return to_words(&value);
        }
        value = less;
    }
}

/// `a · sign + m · times`.
fn combine(a: &Limbs30, sign: i32, m: &Limbs30, times: i32) -> Limbs30 {
    let (mut out, mut sum) = ([0; 9], 0);
    for i in 0..8 {
        sum += a[i] * sign + m[i] * times;
        out[i] = sum & MASK;
        sum >>= 30;
    }
    out[8] = sum + a[8] * sign + m[8] * times;
    out
}

fn from_words(words: &Words) -> Limbs30 {
    core::array::from_fn(|i| {
        let (word, shift) = (i * 30 / 32, i * 30 % 32);
        let high = words.get(word + 1).copied().unwrap_or(0);
        ((u64::from(high) << 32 | u64::from(words[word])) >> shift) as i32 & MASK
    })
}

fn to_words(limbs: &Limbs30) -> Words {
    let mut words = [0; 8];
    for (i, limb) in limbs.iter().enumerate() {
        let (word, shift) = (i * 30 / 32, i * 30 % 32);
        let bits = (*limb as u64) << shift;
        words[word] |= bits as u32;
        if word < 7 {
            words[word + 1] |= (bits >> 32) as u32;
        }
    }
    words
}
