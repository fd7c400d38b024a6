//! ECDH-ES: a key from a Diffie-Hellman agreement.
//!
//! Source: [RFC 7518 §4.6](https://www.rfc-editor.org/rfc/rfc7518#section-4.6),
//! [RFC 8037 §3.2](https://www.rfc-editor.org/rfc/rfc8037#section-3.2),
//! [NIST SP 800-56A §5.8.1](https://doi.org/10.6028/NIST.SP.800-56Ar2).

use alloc::vec::Vec;

use sha2::{Digest, Sha256};

use super::{Agreement, ContentEncryption, KeyManagement, Method, PeerKey, Private};
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
/// `algorithm_unsupported`: built without the feature `rustcrypto`.
#[cfg(not(feature = "rustcrypto"))]
pub fn agree(_: &Private, _: &PeerKey) -> Result<Secret, Error> {
    Err(crate::error::Code::AlgorithmUnsupported.into())
}

/// Agrees by the crates: the secret that both parties know.
///
/// # Errors
/// `token_decryption_failed`: the keys are of different curves, the peer's point is not on it, or
/// is of small order.
#[cfg(feature = "rustcrypto")]
pub fn agree(own: &Private, peer: &PeerKey) -> Result<Secret, Error> {
    use super::failed;
    use crate::jose::algorithm::Curve;

    /// One body for three curves, whose types share names but no trait that covers both steps.
    macro_rules! agree_on {
        ($curve:ident, $d:expr, $x:expr, $y:expr) => {{
            let (x, y) = ($x.try_into().map_err(|_| failed())?, $y.try_into().map_err(|_| failed())?);
            let point = $curve::Sec1Point::from_affine_coordinates(x, y, false);
            let peer = $curve::PublicKey::from_sec1_bytes(point.as_bytes()).map_err(|_| failed())?;
            let own = $curve::SecretKey::from_slice($d).map_err(|_| failed())?;
            let shared = $curve::ecdh::diffie_hellman(own.to_nonzero_scalar(), peer.as_affine());
            Ok(Secret::new(shared.raw_secret_bytes().to_vec()))
        }};
    }

    match (own, peer) {
        (Private::Ec { curve, d, .. }, PeerKey::Ec { curve: of_peer, x, y }) if curve == of_peer => {
            let (d, x, y) = (d.expose(), x.as_slice(), y.as_slice());
            match curve {
                Curve::P256 => agree_on!(p256, d, x, y),
                Curve::P384 => agree_on!(p384, d, x, y),
                Curve::P521 => agree_on!(p521, d, x, y),
                Curve::Secp256k1 => Err(failed()),
            }
        }
        (Private::X25519 { d, .. }, PeerKey::X25519(point)) => x25519(d, *point),
        _ => Err(failed()),
    }
}

#[cfg(feature = "rustcrypto")]
fn x25519(d: &Secret, peer: [u8; 32]) -> Result<Secret, Error> {
    use x25519_dalek::{PublicKey, StaticSecret};

    let d: [u8; 32] = d.expose().try_into().map_err(|_| super::failed())?;
    let shared = StaticSecret::from(d).diffie_hellman(&PublicKey::from(peer));
    // A point of small order makes the secret known to everybody (RFC 7748 §6.1).
    if shared.was_contributory() { Ok(Secret::new(shared.as_bytes().to_vec())) } else { Err(super::failed()) }
}
