//! Ed25519 as strict verifiers have it: `R = s·B − k·A` without cofactor, by tables of B and of −A.
//!
//! One spelling of everything: s below the order, coordinates below p; and neither A nor R of small
//! order. That is what `verify_strict` of `ed25519-dalek` accepts, but for an R that is spelt another
//! way, which cannot be equal to the bytes of a sum.
//!
//! Source: [RFC 8032 §5.1.7](https://www.rfc-editor.org/rfc/rfc8032#section-5.1.7),
//! [Taming the many EdDSAs](https://eprint.iacr.org/2020/1244).

pub(crate) mod field;
mod point;
#[cfg(test)]
mod tests;

use crate::{
    Verdict,
    limbs::{from_le_bytes, is_less},
    modulus::Modulus,
    window::digits,
};
use point::Sum;
pub use point::{BYTES, Table};

/// The order of the base point, a prime: 2^252 + 27742317777372353535851937790883648493.
pub(crate) const ORDER: Modulus =
    Modulus::new([0x5cf5_d3ed, 0x5812_631a, 0xa2f7_9cd6, 0x14de_f9de, 0, 0, 0, 0x1000_0000]);

impl Table {
    /// The table of the base point, without rows yet.
    #[must_use]
    pub fn of_base() -> Option<Self> {
        Sum::base().map(|point| Self::new(&point))
    }

    /// The table of a public key, without rows yet; none if the bytes are not the only spelling of
    /// a point whose order is not small.
    #[must_use]
    pub fn of_key(key: &[u8; 32]) -> Option<Self> {
        Sum::negated(key).map(|point| Self::new(&point))
    }
}

/// Verifies a signature, R ‖ s; `hash` is the SHA-512 of R, the key and the message.
///
/// Undecided while a table lacks rows.
pub fn verify(base: &Table, key: &Table, hash: &[u8; 64], signature: &[u8; 64]) -> Verdict {
    let (Some(r), Some(s)) = (signature.first_chunk(), signature.last_chunk()) else {
        return Verdict::Invalid;
    };
    let (Some(low), Some(high)) = (hash.first_chunk(), hash.last_chunk()) else {
        return Verdict::Invalid;
    };
    let s = from_le_bytes(s);
    if !is_less(&s, &ORDER.words) {
        return Verdict::Invalid;
    }
    if !base.is_complete() || !key.is_complete() {
        return Verdict::Undecided;
    }
    let k = ORDER.reduce(&from_le_bytes(low), &from_le_bytes(high));
    let mut sum = Sum::NEUTRAL;
    base.add_to(&mut sum, &digits(&s));
    key.add_to(&mut sum, &digits(&k));
    Verdict::of(!sum.has_small_order() && sum.encode() == *r)
}
