//! Numbers modulo the order of a curve's group: what the few operations on scalars need.
//!
//! Source: P. Montgomery, [Modular Multiplication Without Trial
//! Division](https://doi.org/10.1090/S0025-5718-1985-0777282-X).

use crate::limbs::{BITS, Limbs, MASK, Words, add, canonical, from_words, to_words};

/// An odd modulus of 253 to 256 bits, and what follows from it.
pub struct Modulus {
    /// The modulus.
    pub words: Words,
    /// The same in limbs.
    pub limbs: Limbs,
    /// Minus its inverse modulo 2^29.
    inverse: i64,
    /// 2^261, 2^517 and 2^522 modulo it: for products with 1, with 2^256 and with the radix.
    powers: [Limbs; 3],
}

impl Modulus {
    /// Derives everything from the modulus.
    pub const fn new(words: Words) -> Self {
        let limbs = from_words(&words);
        let powers = [power_of_two(261, &limbs), power_of_two(517, &limbs), power_of_two(522, &limbs)];
        Self { words, limbs, inverse: (inverse_of(words[0]).wrapping_neg() as i64) & MASK, powers }
    }

    /// `a · b` modulo it, from numbers below 2^256.
    pub fn multiply(&self, a: &Words, b: &Words) -> Words {
        let raised = self.montgomery(&from_words(a), &self.powers[2]);
        to_words(&self.montgomery(&raised, &from_words(b)))
    }

    /// `low + high · 2^256` modulo it.
    pub fn reduce(&self, low: &Words, high: &Words) -> Words {
        let low = self.montgomery(&from_words(low), &self.powers[0]);
        let high = self.montgomery(&from_words(high), &self.powers[1]);
        to_words(&canonical(&add(&low, &high), &self.limbs))
    }

    /// `a · b / 2^261` modulo it. Limbs are below 2^29, so that a column of both products is below
    /// 2^63; and a · b is below 2^512, so that no more than one modulus has to be taken away.
    fn montgomery(&self, a: &Limbs, b: &Limbs) -> Limbs {
        let (mut sum, mut quotient, mut out) = (0_i64, [0; 9], [0; 9]);
        for k in 0..17_usize {
            // Quotients from k on are still zero.
            for i in k.saturating_sub(8)..=k.min(8) {
                sum += a[i] * b[k - i] + quotient[i] * self.limbs[k - i];
            }
            match quotient.get_mut(k) {
                Some(quotient) => {
                    *quotient = ((sum & MASK) * self.inverse) & MASK;
                    sum += *quotient * self.limbs[0];
                }
                None => out[k - 9] = sum & MASK,
            }
            sum >>= BITS;
        }
        out[8] = sum;
        canonical(&out, &self.limbs)
    }
}

/// The inverse of an odd number modulo 2^32: each step doubles the bits that are right, from three.
pub const fn inverse_of(odd: u32) -> u32 {
    let (mut inverse, mut step) = (odd, 0);
    while step < 4 {
        inverse = inverse.wrapping_mul(2_u32.wrapping_sub(odd.wrapping_mul(inverse)));
        step += 1;
    }
    inverse
}

/// 2^exponent modulo m.
pub const fn power_of_two(exponent: u32, m: &Limbs) -> Limbs {
    let (mut power, mut done) = ([1, 0, 0, 0, 0, 0, 0, 0, 0], 0);
    while done < exponent {
        power = canonical(&add(&power, &power), m);
        done += 1;
    }
    power
}
