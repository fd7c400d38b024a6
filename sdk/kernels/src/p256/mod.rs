//! ECDSA over P-256: `u₁·G + u₂·Q` by tables of both points.
//!
//! Source: [FIPS 186-5 §6.4.2](https://doi.org/10.6028/NIST.FIPS.186-5),
//! [SEC 1 §4.1.4](https://www.secg.org/sec1-v2.pdf); the curve: SP 800-186 §3.2.1.3.

#[cfg(test)]
mod edges;
pub(crate) mod field;
mod point;
#[cfg(test)]
mod tests;

use crate::{
    Verdict,
    inverse::inverse,
    limbs::{Words, from_be_bytes, is_less},
    modulus::Modulus,
    window::digits,
};
use point::{Affine, Sum};
pub use point::{BYTES, Table};

/// The order of the group, a prime.
pub(crate) const ORDER: Modulus = Modulus::new([
    0xfc63_2551,
    0xf3b9_cac2,
    0xa717_9e84,
    0xbce6_faad,
    0xffff_ffff,
    0xffff_ffff,
    0,
    0xffff_ffff,
]);

/// What p is above the order: x may be r or r + n, if that is below p.
pub(crate) const ORDER_TO_PRIME: Words = [0x039c_daae, 0x0c46_353d, 0x58e8_617b, 0x4319_0553, 0, 0, 0, 0];

impl Table {
    /// The table of the generator, without rows yet.
    #[must_use]
    pub fn of_generator() -> Self {
        Self::new(Affine::generator())
    }

    /// The table of a public key, without rows yet; none if the coordinates, each with its highest
    /// byte first, are no point of the curve.
    #[must_use]
    pub fn of_key(x: &[u8; 32], y: &[u8; 32]) -> Option<Self> {
        Affine::from_coordinates(&from_be_bytes(x), &from_be_bytes(y)).map(Self::new)
    }
}

/// Verifies a signature, r ‖ s, of a digest.
///
/// Undecided while a table lacks rows, and where an addition met its own operand: general code has a
/// formula for that.
pub fn verify(generator: &Table, key: &Table, digest: &[u8; 32], signature: &[u8; 64]) -> Verdict {
    let (Some(r), Some(s)) = (signature.first_chunk(), signature.last_chunk()) else {
        return Verdict::Invalid;
    };
    let (r, s) = (from_be_bytes(r), from_be_bytes(s));
    let is_scalar = |scalar: &Words| *scalar != [0; 8] && is_less(scalar, &ORDER.words);
    if !is_scalar(&r) || !is_scalar(&s) {
        return Verdict::Invalid;
    }
    if !generator.is_complete() || !key.is_complete() {
        return Verdict::Undecided;
    }
    let w = inverse(&s, &ORDER.words);
    let of_generator = digits(&ORDER.multiply(&from_be_bytes(digest), &w));
    let of_key = digits(&ORDER.multiply(&r, &w));
    let mut sum = Sum::NEUTRAL;
    generator.add_to(&mut sum, &of_generator);
    key.add_to(&mut sum, &of_key);
    sum.has_x(&r, is_less(&r, &ORDER_TO_PRIME).then_some(&ORDER.limbs))
}
