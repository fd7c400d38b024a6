//! ECDH-ES: a key from a Diffie-Hellman agreement.
//!
//! Source: [RFC 7518 §4.6](https://www.rfc-editor.org/rfc/rfc7518#section-4.6),
//! [RFC 8037 §3.2](https://www.rfc-editor.org/rfc/rfc8037#section-3.2),
//! [NIST SP 800-56A §5.8.1](https://doi.org/10.6028/NIST.SP.800-56Ar2).

use alloc::vec::Vec;

use sha2::{Digest, Sha256};

use super::{Agreement, ContentEncryption, KeyManagement, Method, Pair, failed};
use crate::{error::Error, secret::Secret};

/// The key that the agreed secret gives: Concat KDF with SHA-256. It names what it is for, so that
/// no key serves two purposes.
#[must_use]
pub fn derive(shared: &Secret, alg: KeyManagement, enc: ContentEncryption, agreement: &Agreement) -> Secret {
    let (purpose, length) = match alg.method() {
        Method::Agree(Some(length)) => (alg.name(), length),
        _ => (enc.name(), enc.key_length()),
    };
    let mut key = Vec::with_capacity(length + 32);
    let mut round = 1_u32;
    while key.len() < length {
        let mut hash = Sha256::new_with_prefix(round.to_be_bytes()).chain_update(shared.expose());
        for field in [purpose.as_bytes(), &agreement.apu, &agreement.apv] {
            hash.update(short(field.len()).to_be_bytes());
            hash.update(field);
        }
        hash.update(short(length * 8).to_be_bytes());
        key.extend_from_slice(&hash.finalize());
        round += 1;
    }
    key.truncate(length);
    Secret::new(key)
}

/// Every length here was limited to far below 2³².
fn short(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// Agrees by the crates: the secret that both parties know.
///
/// # Errors
/// Those of [`shared`].
pub fn agree(own: &Pair, peer: &Pair) -> Result<Secret, Error> {
    if own.kind() != peer.kind() {
        return Err(failed());
    }
    shared(&Secret::new(own.number("d")?), peer)
}

/// The secret that a scalar and the peer's key give.
///
/// # Errors
/// `algorithm_unsupported`: built without the features `rustcrypto` and `jwe`.
#[cfg(not(all(feature = "rustcrypto", feature = "jwe")))]
pub fn shared(_: &Secret, _: &Pair) -> Result<Secret, Error> {
    Err(crate::error::Code::AlgorithmUnsupported.into())
}

/// The secret that a scalar and the peer's key give.
///
/// # Errors
/// `token_decryption_failed`: the scalar is none of the curve, the peer's point is not on it, or is of
/// small order. `algorithm_unsupported`: built without the features `rustcrypto` and `jwe`.
#[cfg(all(feature = "rustcrypto", feature = "jwe"))]
pub fn shared(scalar: &Secret, peer: &Pair) -> Result<Secret, Error> {
    use super::Kind;
    use crate::jose::algorithm::Curve;

    /// One body for three curves, whose types share names but no trait that covers both steps.
    macro_rules! agree_on {
        ($curve:ident) => {{
            let (x, y) = (peer.number("x")?, peer.number("y")?);
            let (x, y) = (x.as_slice(), y.as_slice());
            let (x, y) = (x.try_into().map_err(|_| failed())?, y.try_into().map_err(|_| failed())?);
            let point = $curve::Sec1Point::from_affine_coordinates(x, y, false);
            let peer = $curve::PublicKey::from_sec1_bytes(point.as_bytes()).map_err(|_| failed())?;
            let own = $curve::SecretKey::from_slice(scalar.expose()).map_err(|_| failed())?;
            let shared = $curve::ecdh::diffie_hellman(own.to_nonzero_scalar(), peer.as_affine());
            Ok(Secret::new(shared.raw_secret_bytes().to_vec()))
        }};
    }

    match peer.kind() {
        Kind::Ec(Curve::P256) => agree_on!(p256),
        Kind::Ec(Curve::P384) => agree_on!(p384),
        Kind::Ec(Curve::P521) => agree_on!(p521),
        Kind::X25519 => x25519(scalar, &peer.number("x")?),
        Kind::Ec(Curve::Secp256k1) | Kind::Rsa => Err(failed()),
    }
}

#[cfg(all(feature = "rustcrypto", feature = "jwe"))]
fn x25519(scalar: &Secret, peer: &[u8]) -> Result<Secret, Error> {
    use x25519_dalek::{PublicKey, StaticSecret};

    let scalar: [u8; 32] = scalar.expose().try_into().map_err(|_| failed())?;
    let peer: [u8; 32] = peer.try_into().map_err(|_| failed())?;
    let shared = StaticSecret::from(scalar).diffie_hellman(&PublicKey::from(peer));
    // A point of small order makes the secret known to everybody (RFC 7748 §6.1).
    if shared.was_contributory() { Ok(Secret::new(shared.as_bytes().to_vec())) } else { Err(failed()) }
}
