//! RSA with the exponent 65537: the signature's power, which is compared with what it should be.
//!
//! How a digest is encoded is general code's business: PKCS#1 v1.5 has one encoding of a digest, so
//! that comparing whole messages leaves nothing to parse.
//!
//! Source: [RFC 8017 §5.2.2, §8.2.2](https://www.rfc-editor.org/rfc/rfc8017#section-8.2.2).

#[cfg(any(test, all(target_arch = "wasm32", target_feature = "relaxed-simd")))]
mod lanes;
mod number;
#[cfg(test)]
mod tests;
mod words;

use alloc::vec::Vec;

use crate::Verdict;

/// A public key with what speeds its powers up: a few times the size of the modulus.
pub struct PublicKey {
    modulus: Vec<u8>,
    power: Power,
}

/// Whether powers are computed in fused lanes here, and are three times as fast as without.
#[must_use]
pub fn has_lanes() -> bool {
    #[cfg(all(target_arch = "wasm32", target_feature = "relaxed-simd"))]
    return lanes::is_exact();
    #[cfg(not(all(target_arch = "wasm32", target_feature = "relaxed-simd")))]
    false
}

/// How powers are computed here.
enum Power {
    Words(words::Modulus),
    #[cfg(all(target_arch = "wasm32", target_feature = "relaxed-simd"))]
    Lanes(lanes::Modulus),
}

impl PublicKey {
    /// A key from a modulus, the highest byte first; none unless it is odd, of 2048 to 4096 bits, and
    /// without a leading zero.
    #[must_use]
    pub fn new(modulus: &[u8]) -> Option<Self> {
        let is_whole = modulus.first().is_some_and(|byte| *byte != 0);
        let is_odd = modulus.last().is_some_and(|byte| byte % 2 == 1);
        let fits = (256..=512).contains(&modulus.len()) && number::bits(modulus) >= 2048;
        (is_whole && is_odd && fits).then(|| Self { modulus: modulus.into(), power: Power::new(modulus) })
    }

    /// How many bytes it holds, about.
    #[must_use]
    pub fn size(&self) -> usize {
        16 * self.modulus.len()
    }

    /// Verifies a signature against the encoded message that its power has to be; both are as long
    /// as the modulus.
    pub fn verify(&self, encoded: &[u8], signature: &[u8]) -> Verdict {
        let is_long = |bytes: &[u8]| bytes.len() == self.modulus.len();
        if !is_long(signature) || !is_long(encoded) || signature >= self.modulus.as_slice() {
            return Verdict::Invalid;
        }
        Verdict::of(self.power.of(signature) == encoded)
    }
}

impl Power {
    fn new(modulus: &[u8]) -> Self {
        #[cfg(all(target_arch = "wasm32", target_feature = "relaxed-simd"))]
        if has_lanes() {
            return Self::Lanes(lanes::Modulus::new(modulus));
        }
        Self::Words(words::Modulus::new(modulus))
    }

    /// The 65537th power of a number below the modulus.
    fn of(&self, base: &[u8]) -> Vec<u8> {
        match self {
            Self::Words(modulus) => modulus.power(base),
            #[cfg(all(target_arch = "wasm32", target_feature = "relaxed-simd"))]
            Self::Lanes(modulus) => modulus.power(base),
        }
    }
}
