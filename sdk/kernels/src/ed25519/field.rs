//! The field of Curve25519: numbers modulo p = 2^255 − 19.
//!
//! 2^261 is 1216 modulo p, which folds the upper half of a product onto the lower one, and 2^255 is
//! 19, which folds what the last limb has above its 23 bits. A product's limbs are from −2^15 to
//! 2^29 + 2^15, since the last fold reaches limb 1.

use crate::{
    inverse::inverse,
    limbs::{BITS, Limbs, MASK, Words, canonical, column, each, from_words, square_column, to_words},
};

/// The prime.
pub const P: Words = [0xffff_ffed, !0, !0, !0, !0, !0, !0, 0x7fff_ffff];
const P_LIMBS: Limbs = from_words(&P);
/// One.
pub const ONE: Limbs = [1, 0, 0, 0, 0, 0, 0, 0, 0];

/// How many bits of the last limb count.
const LAST: usize = 255 - 8 * BITS;

/// Reduces the columns of a product, the upper ones first: `$column!(k)` gives each.
macro_rules! reduced {
    ($column:ident) => {{
        let (mut sum, mut high, mut out) = (0_i64, [0_i64; 9], [0_i64; 9]);
        macro_rules! upper {
            ($k:literal) => {
                sum += $column!($k);
                high[$k - 9] = sum & MASK;
                sum >>= BITS;
            };
        }
        each!(upper: 9 10 11 12 13 14 15 16);
        high[8] = sum;
        sum = 0;
        macro_rules! lower {
            ($k:literal) => {
                sum += $column!($k) + 1216 * high[$k];
                out[$k] = sum & MASK;
                sum >>= BITS;
            };
        }
        each!(lower: 0 1 2 3 4 5 6 7);
        sum += $column!(8) + 1216 * high[8];
        out[8] = sum & ((1 << LAST) - 1);
        let low = out[0] + 19 * (sum >> LAST);
        out[0] = low & MASK;
        out[1] += low >> BITS;
        out
    }};
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

/// `a` to the power of `exponent`.
pub fn power(a: &Limbs, exponent: &Words) -> Limbs {
    let mut power = ONE;
    for bit in (0..256).rev() {
        power = square(&power);
        if exponent[bit / 32] >> (bit % 32) & 1 == 1 {
            power = mul(&power, a);
        }
    }
    power
}

/// The element from 0 to p − 1.
pub fn settle(element: &Limbs) -> Limbs {
    canonical(element, &P_LIMBS)
}

/// Whether an element is zero.
pub fn is_zero(element: &Limbs) -> bool {
    settle(element) == [0; 9]
}

/// One over an element; zero for zero.
pub fn invert(element: &Limbs) -> Limbs {
    from_words(&inverse(&to_words(&settle(element)), &P))
}
