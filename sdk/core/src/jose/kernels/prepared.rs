//! What is kept of one key, and how it verifies.

use alloc::{boxed::Box, vec, vec::Vec};

use edgeward_kernels::{Verdict, ed25519, p256, rsa};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256, Sha384, Sha512};

use super::Beside;
use crate::jose::{
    algorithm::{Algorithm, Curve, Hash, Scheme},
    jwk::Material,
};

/// The tables that all keys of a curve need.
#[derive(Default)]
pub struct Shared {
    generator: Option<Box<p256::Table>>,
    base: Option<Box<ed25519::Table>>,
}

/// What is kept of one key.
pub enum Prepared {
    P256(Box<p256::Table>),
    Ed25519 { table: Box<ed25519::Table>, key: [u8; 32] },
    Rsa(Box<rsa::PublicKey>),
    Hmac(Box<Pads>),
}

/// A secret, hashed into both of its pads with each hash: what a text costs is then the text alone.
pub struct Pads {
    sha256: Hmac<Sha256>,
    sha384: Hmac<Sha384>,
    sha512: Hmac<Sha512>,
}

/// Whether there is a kernel for an algorithm with such a key, and it is the faster one.
pub fn has_kernel(alg: Algorithm, material: &Material, beside: Beside) -> bool {
    match (alg.scheme(), material) {
        (Scheme::Ecdsa(Curve::P256, _), Material::Ec { curve: Curve::P256, .. })
        | (Scheme::Ed25519, Material::Ed25519(_))
        | (Scheme::Hmac(_), Material::Symmetric(_)) => true,
        (Scheme::RsaPkcs1(_), Material::Rsa { e, .. }) => {
            *e == EXPONENT && (beside == Beside::Crates || rsa::has_lanes())
        }
        _ => false,
    }
}

/// 65537.
const EXPONENT: [u8; 3] = [1, 0, 1];

impl Shared {
    pub const fn new() -> Self {
        Self { generator: None, base: None }
    }
}

impl Prepared {
    /// Takes a key in; none that is not one goes on to a kernel.
    pub fn new(material: &Material) -> Option<Self> {
        match material {
            Material::Ec { curve: Curve::P256, x, y } => {
                let table =
                    p256::Table::of_key(x.as_slice().try_into().ok()?, y.as_slice().try_into().ok()?)?;
                Some(Self::P256(Box::new(table)))
            }
            Material::Ed25519(key) => {
                Some(Self::Ed25519 { table: Box::new(ed25519::Table::of_key(key)?), key: *key })
            }
            Material::Rsa { n, .. } => Some(Self::Rsa(Box::new(rsa::PublicKey::new(n)?))),
            Material::Symmetric(secret) => Some(Self::Hmac(Box::new(Pads::new(secret.expose())?))),
            _ => None,
        }
    }

    /// How many bytes it takes when it is complete, about.
    pub fn size(&self) -> usize {
        match self {
            Self::P256(_) => p256::BYTES,
            Self::Ed25519 { .. } => ed25519::BYTES,
            Self::Rsa(key) => key.size(),
            Self::Hmac(_) => size_of::<Pads>(),
        }
    }

    /// Builds so many rows that are missing, those of the shared table first.
    pub fn grow(&mut self, shared: &mut Shared, rows: usize) {
        match self {
            Self::P256(table) => {
                let generator = shared.generator.get_or_insert_with(|| Box::new(p256::Table::of_generator()));
                for _ in 0..rows {
                    if generator.is_complete() { table.grow() } else { generator.grow() }
                }
            }
            Self::Ed25519 { table, .. } => {
                if shared.base.is_none() {
                    shared.base = ed25519::Table::of_base().map(Box::new);
                }
                let Some(base) = &mut shared.base else { return };
                for _ in 0..rows {
                    if base.is_complete() { table.grow() } else { base.grow() }
                }
            }
            Self::Rsa(_) | Self::Hmac(_) => {}
        }
    }

    /// Verifies a signature of an input.
    pub fn verify(&self, shared: &Shared, alg: Algorithm, input: &[u8], signature: &[u8]) -> Verdict {
        match (self, alg.scheme()) {
            (Self::P256(table), _) => {
                let Ok(signature) = signature.try_into() else { return Verdict::Invalid };
                let Some(generator) = shared.generator.as_ref().filter(|_| table.is_complete()) else {
                    return Verdict::Undecided;
                };
                p256::verify(generator, table, &Sha256::digest(input).into(), signature)
            }
            (Self::Ed25519 { table, key }, _) => {
                let Some(r) = signature.get(..32) else { return Verdict::Invalid };
                let Ok(signature) = signature.try_into() else { return Verdict::Invalid };
                let Some(base) = shared.base.as_ref().filter(|_| table.is_complete()) else {
                    return Verdict::Undecided;
                };
                let hash = Sha512::new().chain_update(r).chain_update(key).chain_update(input).finalize();
                ed25519::verify(base, table, &hash.into(), signature)
            }
            (Self::Rsa(key), Scheme::RsaPkcs1(hash)) => encoded(hash, input, signature.len())
                .map_or(Verdict::Invalid, |encoded| key.verify(&encoded, signature)),
            (Self::Hmac(pads), Scheme::Hmac(hash)) => pads.verify(hash, input, signature),
            _ => Verdict::Undecided,
        }
    }
}

impl Pads {
    fn new(secret: &[u8]) -> Option<Self> {
        Some(Self {
            sha256: Hmac::new_from_slice(secret).ok()?,
            sha384: Hmac::new_from_slice(secret).ok()?,
            sha512: Hmac::new_from_slice(secret).ok()?,
        })
    }

    fn verify(&self, hash: Hash, input: &[u8], tag: &[u8]) -> Verdict {
        match hash {
            Hash::Sha256 => checked(self.sha256.clone(), input, tag),
            Hash::Sha384 => checked(self.sha384.clone(), input, tag),
            Hash::Sha512 => checked(self.sha512.clone(), input, tag),
        }
    }
}

/// Compares in constant time, and refuses a truncated tag.
fn checked(mac: impl Mac, input: &[u8], tag: &[u8]) -> Verdict {
    if mac.chain_update(input).verify_slice(tag).is_ok() { Verdict::Valid } else { Verdict::Invalid }
}

/// The one encoding of a digest in so many bytes; none if there are too few.
///
/// Source: [RFC 8017 §9.2](https://www.rfc-editor.org/rfc/rfc8017#section-9.2)
fn encoded(hash: Hash, input: &[u8], length: usize) -> Option<Vec<u8>> {
    match hash {
        Hash::Sha256 => padded(hash, &Sha256::digest(input), length),
        Hash::Sha384 => padded(hash, &Sha384::digest(input), length),
        Hash::Sha512 => padded(hash, &Sha512::digest(input), length),
    }
}

fn padded(hash: Hash, digest: &[u8], length: usize) -> Option<Vec<u8>> {
    let prefix = prefix(hash);
    let padding = length.checked_sub(prefix.len() + digest.len() + 3)?;
    Some([&[0, 1], vec![0xff; padding].as_slice(), &[0], &prefix, digest].concat())
}

/// The DER of a `DigestInfo` up to the digest: the hashes' object identifiers differ in the last number.
pub(super) fn prefix(hash: Hash) -> [u8; 19] {
    let (number, length) = match hash {
        Hash::Sha256 => (1, 32),
        Hash::Sha384 => (2, 48),
        Hash::Sha512 => (3, 64),
    };
    let identifier = [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, number];
    let mut der = [0; 19];
    let parts = [&[0x30, 17 + length, 0x30, 13, 0x06, 9], &identifier[..], &[0x05, 0, 0x04, length]];
    der.iter_mut().zip(parts.into_iter().flatten()).for_each(|(byte, own)| *byte = *own);
    der
}
