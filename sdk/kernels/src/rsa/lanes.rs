//! Powers with limbs of 51 bits in two lanes of floating point numbers, fused.
//!
//! A fused multiply-add rounds once, so that two of them split a product of 102 bits: added to 2^103
//! its upper half is left, rounded to a multiple of 2^51, and what that took away is, added to
//! 1.5·2^52, an exact number between 2^52 and 2^53. In both the bits below the exponent are the
//! integer; so the bits are added up as integers, and the exponents, which are known, are taken away
//! beforehand. (With 52 bits the lower half, which may be negative, would lack an offset: it has to be
//! a multiple of 2^52 for the sum with 2^104 to be exact, and far from both ends of its binade.)
//!
//! Lane 0 has the lower half of a number and lane 1 the upper one: vector j holds limbs j and j + h.
//! A Montgomery step moves everything down by one limb, so that only what leaves lane 1 at the bottom
//! crosses over, to lane 0 at the top.
//!
//! Source: N. Emmart, F. Zheng, C. Weems, [Faster Modular Exponentiation Using Double Precision
//! Floating Point Arithmetic on the GPU](https://doi.org/10.1109/ARITH.2018.8464792).

use alloc::{vec, vec::Vec};

use self::pair::Pair;
use super::number::{self, from_bytes, to_bytes};

#[cfg_attr(target_arch = "wasm32", path = "lanes/simd.rs")]
#[cfg_attr(not(target_arch = "wasm32"), path = "lanes/emulated.rs")]
mod pair;

const WIDTH: usize = 51;
const MASK: i64 = (1 << WIDTH) - 1;

/// 2^103, and the bits of such a number.
const HIGH: f64 = f64::from_bits(HIGH_BITS);
const HIGH_BITS: u64 = (1023 + 103) << 52;
/// 1.5·2^52, and the bits of such a number.
const LOW_BITS: u64 = (1023 + 52) << 52 | 1 << 51;
/// 2^103 + 1.5·2^52, which is exact.
const BOTH: f64 = HIGH + f64::from_bits(LOW_BITS);

/// A modulus, and what follows from it.
pub struct Modulus {
    length: usize,
    /// Its limbs as numbers, and as integers.
    pairs: Vec<Pair>,
    limbs: Vec<u64>,
    /// Minus its inverse modulo 2^51.
    inverse: i64,
    /// The square of the Montgomery radix.
    square: Vec<u64>,
}

/// Whether a multiply-add rounds once here: `relaxed` leaves that to the processor.
pub fn is_exact() -> bool {
    let one_and_a_bit = Pair::splat(1.0 + f64::EPSILON);
    let square = one_and_a_bit.multiply_add(one_and_a_bit, Pair::splat(-1.0 - 2.0 * f64::EPSILON));
    square.bits() == Pair::splat(f64::EPSILON * f64::EPSILON).bits()
}

impl Modulus {
    pub fn new(modulus: &[u8]) -> Self {
        let bits = number::bits(modulus);
        // An even number of limbs, of which two bits are free: what is below 2·n stays below it.
        let count = 2 * (bits + 2).div_ceil(2 * WIDTH);
        let limbs = from_bytes(modulus, WIDTH, count);
        Self {
            length: modulus.len(),
            pairs: pairs(&limbs),
            inverse: number::negative_inverse(limbs[0], WIDTH) as i64,
            square: number::power_of_two(2 * WIDTH * count, &limbs, bits, WIDTH),
            limbs,
        }
    }

    /// The 65537th power: sixteen squares and a product.
    pub fn power(&self, base: &[u8]) -> Vec<u8> {
        let base = from_bytes(base, WIDTH, self.limbs.len());
        let mut columns = vec![Pair::ZERO; self.pairs.len() + 1];
        let mut power = base.clone();
        self.multiply(&mut power, &pairs(&self.square), &mut columns);
        for _ in 0..16 {
            let own = pairs(&power);
            self.multiply(&mut power, &own, &mut columns);
        }
        self.multiply(&mut power, &pairs(&base), &mut columns);
        number::subtract_once(&mut power, &self.limbs, WIDTH);
        to_bytes(&power, WIDTH, self.length)
    }

    /// `a · b` over the radix, into `a`. No more than 328 halves of products meet in a column, each
    /// below 2^52: an integer has room for them.
    fn multiply(&self, a: &mut [u64], b: &[Pair], columns: &mut [Pair]) {
        let half = b.len();
        for (j, column) in columns.iter_mut().enumerate() {
            *column = Pair::of_integers(due(j, half), due(j, half));
        }
        for limb in a.iter() {
            self.step(*limb as i64 as f64, b, columns);
        }
        let mut carry = 0;
        for lane in 0..2 {
            for (j, column) in columns[..half].iter().enumerate() {
                let sum = column.integer(lane).wrapping_sub(due(j, half)) + carry;
                a[lane * half + j] = (sum & MASK) as u64;
                carry = sum >> WIDTH;
            }
        }
    }

    /// Adds `limb · b` and the multiple of the modulus that makes the lowest limb zero, and moves
    /// everything down by one limb.
    #[inline(always)]
    fn step(&self, limb: f64, b: &[Pair], columns: &mut [Pair]) {
        let half = b.len();
        let (n, columns) = (&self.pairs[..half], &mut columns[..=half]);
        let limb = Pair::splat(limb);
        let (high_a, low_a) = split(limb, b[0]);
        let lowest = columns[0].plus(low_a);
        // But for one lower half of a product everything that was due has come.
        let quotient = lowest.integer(0).wrapping_add(LOW_BITS as i64).wrapping_mul(self.inverse) & MASK;
        let quotient = Pair::splat(quotient as f64);
        let (high_n, low_n) = split(quotient, n[0]);
        let lowest = lowest.plus(low_n);
        let mut high = high_a.plus(high_n);
        for j in 1..half {
            let (high_a, low_a) = split(limb, b[j]);
            let (high_n, low_n) = split(quotient, n[j]);
            columns[j - 1] = columns[j].plus(high).plus(low_a.plus(low_n));
            high = high_a.plus(high_n);
        }
        columns[half - 1] = columns[half].plus(high).plus(Pair::of_integers(lowest.integer(1), 0));
        columns[0] = columns[0].plus(Pair::of_integers(lowest.integer(0) >> WIDTH, 0));
    }
}

/// Minus what the exponents will have added to a column at place j when it has come down: two lower
/// halves at each place but the highest, and two upper ones at each but the lowest.
fn due(j: usize, half: usize) -> i64 {
    let upper = (2 * j as u64).wrapping_mul(HIGH_BITS);
    let lower = (2 * half.min(j + 1) as u64).wrapping_mul(LOW_BITS);
    upper.wrapping_add(lower).wrapping_neg() as i64
}

/// The upper and the lower half of a product of two numbers below 2^51, as bits.
#[inline(always)]
fn split(a: Pair, b: Pair) -> (Pair, Pair) {
    let high = a.multiply_add(b, Pair::splat(HIGH));
    (high, a.multiply_add(b, Pair::splat(BOTH).minus(high)))
}

fn pairs(limbs: &[u64]) -> Vec<Pair> {
    let (low, high) = limbs.split_at(limbs.len() / 2);
    low.iter()
        .zip(high)
        .map(|(low, high)| Pair::of_numbers(*low as i64 as f64, *high as i64 as f64))
        .collect()
}
