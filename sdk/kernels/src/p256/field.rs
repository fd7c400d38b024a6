//! The field of P-256: numbers modulo p = 2^256 − 2^224 + 2^192 + 2^96 − 1, times 2^261.
//!
//! p is −1 modulo 2^96, so that the quotient of a Montgomery step is the limb itself, and a step adds
//! that limb at four places: p · m = 2^256·m − 2^224·m + 2^192·m + 2^96·m − m, where 2^96 is bit 9 of
//! limb 3, 2^192 bit 18 of limb 6, 2^224 bit 21 of limb 7 and 2^256 bit 24 of limb 8.
//!
//! A product is carried: its limbs are from 0 to 2^29 − 1 but for the last, which is small and has the
//! sign. It lies between −p/2 and 2·p if its operands are not above 16·p² together, as they never
//! are: a product adds at most a·b/2^261, which is a·b/(32·p), to a number from 0 to p.

use crate::{
    inverse::inverse,
    limbs::{BITS, Limbs, MASK, Words, canonical, column, each, from_words, square_column, to_words},
    modulus::power_of_two,
};

/// The prime.
pub const P: Words = [0xffff_ffff, 0xffff_ffff, 0xffff_ffff, 0, 0, 0, 1, 0xffff_ffff];
const P_LIMBS: Limbs = from_words(&P);

/// 2^522 modulo p, by which a number comes into Montgomery's form.
const SQUARE: Limbs = power_of_two(522, &P_LIMBS);
/// 2^261 modulo p: one, in that form.
pub const ONE: Limbs = power_of_two(261, &P_LIMBS);

/// Divides the columns of a product by 2^261, from the lowest one on: `$column!(k)` gives each.
macro_rules! reduced {
    ($column:ident) => {{
        let (mut sum, mut m, mut out) = (0_i64, [0_i64; 9], [0_i64; 9]);
        macro_rules! low {
            ($k:literal) => {
                sum += $column!($k) + multiples(&m, $k);
                m[$k] = sum & MASK;
                // The step takes m away, which makes the low bits zero.
                sum >>= BITS;
            };
        }
        macro_rules! high {
            ($k:literal) => {
                sum += $column!($k) + multiples(&m, $k);
                out[$k - 9] = sum & MASK;
                sum >>= BITS;
            };
        }
        each!(low: 0 1 2 3 4 5 6 7 8);
        each!(high: 9 10 11 12 13 14 15 16);
        out[8] = sum;
        out
    }};
}
/// What the quotients add to column k.
#[inline(always)]
const fn multiples(m: &Limbs, k: usize) -> i64 {
    let mut sum = 0;
    if 3 <= k && k < 12 {
        sum += m[k - 3] << 9;
    }
    if 6 <= k && k < 15 {
        sum += m[k - 6] << 18;
    }
    if 7 <= k && k < 16 {
        sum -= m[k - 7] << 21;
    }
    if 8 <= k {
        sum += m[k - 8] << 24;
    }
    sum
}

/// `a · b`.
#[inline(never)]
pub fn mul(a: &Limbs, b: &Limbs) -> Limbs {
    macro_rules! product {
        ($k:literal) => {
            column(a, b, $k)
        };
    }
    reduced!(product)
}

/// `a · b − c · d`, in one reduction.
#[inline(never)]
pub fn mul_sub(a: &Limbs, b: &Limbs, c: &Limbs, d: &Limbs) -> Limbs {
    macro_rules! difference {
        ($k:literal) => {
            column(a, b, $k) - column(c, d, $k)
        };
    }
    reduced!(difference)
}

/// `a²`.
#[inline(never)]
pub fn square(a: &Limbs) -> Limbs {
    macro_rules! product {
        ($k:literal) => {
            square_column(a, $k)
        };
    }
    reduced!(product)
}

/// Brings a number below 2^256 into the field.
pub fn enter(number: &Limbs) -> Limbs {
    mul(number, &SQUARE)
}

/// The number from 0 to p − 1 that an element stands for.
pub fn leave(element: &Limbs) -> Words {
    to_words(&canonical(&mul(element, &[1, 0, 0, 0, 0, 0, 0, 0, 0]), &P_LIMBS))
}

/// The element of a table: from 0 to p − 1, still in Montgomery's form.
pub fn settle(element: &Limbs) -> Limbs {
    canonical(element, &P_LIMBS)
}

/// Whether an element is zero.
pub fn is_zero(element: &Limbs) -> bool {
    settle(element) == [0; 9]
}

/// One over an element; zero for zero.
pub fn invert(element: &Limbs) -> Limbs {
    enter(&from_words(&inverse(&leave(element), &P)))
}
