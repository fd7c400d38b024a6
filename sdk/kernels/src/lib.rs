//! Verifies signatures faster than general code does, with tables of the public key.
//!
//! A key set has few keys and they live long, so that both points of an elliptic curve's equation are
//! fixed: a table of each makes all doublings unnecessary. Nothing here is secret, by the types: public
//! keys, digests and signatures go in and a verdict comes out. So every operation may take as long as
//! its input makes it take.
//!
//! What a kernel cannot decide, because an addition met a case that its formula does not cover, is
//! [`Verdict::Undecided`], and general code decides it. Why there is own arithmetic at all and how to
//! do without: `docs/decisions/006-kernels.md`.

#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod ed25519;
mod inverse;
mod limbs;
mod modulus;
pub mod p256;
pub mod rsa;
#[cfg(test)]
mod tests;
mod window;

/// What a kernel says of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Verdict {
    /// It is one of the key for the digest.
    Valid,
    /// It is none.
    Invalid,
    /// General code has to look.
    Undecided,
}

impl Verdict {
    const fn of(valid: bool) -> Self {
        if valid { Self::Valid } else { Self::Invalid }
    }
}
