//! The seam `verify(key, alg, signing input, signature)` with the crates behind it.
//!
//! Every engine answers alike on every input; which one is faster depends on the platform.
//! HMAC is always here; the asymmetric algorithms come with the feature `rustcrypto`.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Sha256, Sha384, Sha512};

#[cfg(any(feature = "rustcrypto", feature = "es256k"))]
use crate::jose::algorithm::Curve;
use crate::{
    error::{Code, Error},
    jose::{
        algorithm::{Algorithm, Hash, Scheme},
        jwk::{Key, Material, is_strict_point},
    },
};

/// Verifies a signature.
///
/// # Errors
/// `token_signature_invalid`: it does not verify, or has the wrong length. `jwk_invalid`: the key
/// is not one, for example a point off its curve. `token_key_not_found`: the key is of another
/// type than the algorithm's. `algorithm_unsupported`: built without the feature that it needs.
pub fn verify(key: &Key, alg: Algorithm, signing_input: &[u8], signature: &[u8]) -> Result<(), Error> {
    match (alg.scheme(), key.material()) {
        (Scheme::Hmac(hash), Material::Symmetric(secret)) => {
            hmac(hash, secret.expose(), signing_input, signature)
        }
        #[cfg(feature = "rustcrypto")]
        (Scheme::RsaPkcs1(hash), Material::Rsa { n, e }) => rsa::pkcs1(hash, n, e, signing_input, signature),
        #[cfg(feature = "rustcrypto")]
        (Scheme::RsaPss(hash), Material::Rsa { n, e }) => rsa::pss(hash, n, e, signing_input, signature),
        #[cfg(feature = "rustcrypto")]
        (Scheme::Ecdsa(curve, _), Material::Ec { curve: of_key, x, y })
            if curve == *of_key && curve != Curve::Secp256k1 =>
        {
            ecdsa::verify(curve, x, y, signing_input, signature)
        }
        #[cfg(feature = "rustcrypto")]
        (Scheme::Ed25519, Material::Ed25519(point)) => {
            admit(alg, signature)?;
            ed25519(point, signing_input, signature)
        }
        #[cfg(feature = "es256k")]
        (Scheme::Ecdsa(Curve::Secp256k1, _), Material::Ec { curve: Curve::Secp256k1, x, y }) => {
            es256k(x, y, signing_input, signature)
        }
        #[cfg(feature = "ml-dsa")]
        (Scheme::MlDsa(set), Material::MlDsa { set: of_key, public }) if set == *of_key => {
            ml_dsa::verify(set, public, signing_input, signature)
        }
        _ if !alg.is_built_in() => Err(Code::AlgorithmUnsupported.into()),
        #[cfg(not(feature = "rustcrypto"))]
        (Scheme::RsaPkcs1(_) | Scheme::RsaPss(_) | Scheme::Ecdsa(..) | Scheme::Ed25519, _) => {
            Err(Code::AlgorithmUnsupported.into())
        }
        _ => Err(Code::TokenKeyNotFound.into()),
    }
}

/// Refuses what engines disagree about, so that none of them is asked: an Ed25519 signature whose
/// R has small order or a second spelling. WebCrypto would take it from a signer who chose r = 0.
///
/// # Errors
/// `token_signature_invalid`.
///
/// Source: [Taming the many EdDSAs, §3](https://eprint.iacr.org/2020/1244)
pub fn admit(alg: Algorithm, signature: &[u8]) -> Result<(), Error> {
    match (alg.scheme(), signature.first_chunk()) {
        (Scheme::Ed25519, Some(r)) if is_strict_point(r) => Ok(()),
        (Scheme::Ed25519, _) => Err(wrong()),
        _ => Ok(()),
    }
}

fn hmac(hash: Hash, secret: &[u8], input: &[u8], tag: &[u8]) -> Result<(), Error> {
    match hash {
        Hash::Sha256 => check_mac(Hmac::<Sha256>::new_from_slice(secret), input, tag),
        Hash::Sha384 => check_mac(Hmac::<Sha384>::new_from_slice(secret), input, tag),
        Hash::Sha512 => check_mac(Hmac::<Sha512>::new_from_slice(secret), input, tag),
    }
}

fn check_mac<M: Mac, E>(mac: Result<M, E>, input: &[u8], tag: &[u8]) -> Result<(), Error> {
    let mac = mac.map_err(|_| Error::at(Code::JwkInvalid, "k"))?;
    // Compares in constant time, and refuses a truncated tag.
    mac.chain_update(input).verify_slice(tag).map_err(|_| wrong())
}

fn wrong() -> Error {
    Code::TokenSignatureInvalid.into()
}

#[cfg(feature = "rustcrypto")]
fn ed25519(point: &[u8; 32], input: &[u8], signature: &[u8]) -> Result<(), Error> {
    let key = ed25519_dalek::VerifyingKey::from_bytes(point).map_err(|_| Error::at(Code::JwkInvalid, "x"))?;
    let signature = ed25519_dalek::Signature::from_slice(signature).map_err(|_| wrong())?;
    // Strict: no point of small order, no second spelling of s.
    key.verify_strict(input, &signature).map_err(|_| wrong())
}

#[cfg(feature = "rustcrypto")]
mod ecdsa {
    use p256::{ecdsa::signature::Verifier, elliptic_curve::point::AffineCoordinates};

    use super::{Code, Error, wrong};
    use crate::jose::algorithm::Curve;

    /// One body for three curves, whose types share names but no trait that covers both steps.
    macro_rules! verify_on {
        ($curve:ident, $x:expr, $y:expr, $input:expr, $signature:expr) => {{
            let (x, y) = ($x.try_into().map_err(|_| off_curve())?, $y.try_into().map_err(|_| off_curve())?);
            // From its coordinates: an encoding could be compressed, and reading that is 4 KB of code.
            let point = Option::from($curve::AffinePoint::from_coordinates(x, y)).ok_or_else(off_curve)?;
            let key = $curve::ecdsa::VerifyingKey::from_affine(point).map_err(|_| off_curve())?;
            let signature = $curve::ecdsa::Signature::from_slice($signature).map_err(|_| wrong())?;
            key.verify($input, &signature).map_err(|_| wrong())
        }};
    }

    pub fn verify(curve: Curve, x: &[u8], y: &[u8], input: &[u8], signature: &[u8]) -> Result<(), Error> {
        match curve {
            Curve::P256 => verify_on!(p256, x, y, input, signature),
            Curve::P384 => verify_on!(p384, x, y, input, signature),
            Curve::P521 => verify_on!(p521, x, y, input, signature),
            Curve::Secp256k1 => Err(Code::AlgorithmUnsupported.into()),
        }
    }

    fn off_curve() -> Error {
        Error::at(Code::JwkInvalid, "x")
    }
}

/// ES256K: both signs of s are good, as for every curve of JOSE.
///
/// Source: [RFC 8812 §3.2](https://www.rfc-editor.org/rfc/rfc8812#section-3.2)
#[cfg(feature = "es256k")]
fn es256k(x: &[u8], y: &[u8], input: &[u8], signature: &[u8]) -> Result<(), Error> {
    use k256::ecdsa::{Signature, VerifyingKey, signature::Verifier};

    let off_curve = || Error::at(Code::JwkInvalid, "x");
    let (x, y) = (x.try_into().map_err(|_| off_curve())?, y.try_into().map_err(|_| off_curve())?);
    let point = k256::Sec1Point::from_affine_coordinates(x, y, false);
    let key = VerifyingKey::from_sec1_point(&point).map_err(|_| off_curve())?;
    let signature = Signature::from_slice(signature).map_err(|_| wrong())?;
    // The crate takes the smaller s alone.
    key.verify(input, &signature.normalize_s()).map_err(|_| wrong())
}

#[cfg(feature = "ml-dsa")]
mod ml_dsa {
    use ml_dsa::{MlDsa44, MlDsa65, MlDsa87, MlDsaParams, Signature, VerifyingKey, signature::Verifier};

    use super::{Code, Error, wrong};
    use crate::jose::algorithm::ParameterSet;

    pub fn verify(set: ParameterSet, public: &[u8], input: &[u8], signature: &[u8]) -> Result<(), Error> {
        match set {
            ParameterSet::MlDsa44 => with::<MlDsa44>(public, input, signature),
            ParameterSet::MlDsa65 => with::<MlDsa65>(public, input, signature),
            ParameterSet::MlDsa87 => with::<MlDsa87>(public, input, signature),
        }
    }

    fn with<P: MlDsaParams>(public: &[u8], input: &[u8], signature: &[u8]) -> Result<(), Error> {
        let public = public.try_into().map_err(|_| Error::at(Code::JwkInvalid, "pub"))?;
        let signature = Signature::<P>::try_from(signature).map_err(|_| wrong())?;
        // The context is empty.
        VerifyingKey::<P>::decode(public).verify(input, &signature).map_err(|_| wrong())
    }
}

#[cfg(feature = "rustcrypto")]
mod rsa {
    use rsa::{BoxedUint, Pkcs1v15Sign, Pss, RsaPublicKey};
    use sha2::{Digest, Sha256, Sha384, Sha512};

    use super::{Code, Error, Hash, wrong};

    const BITS: core::ops::RangeInclusive<usize> = 2048..=8192;

    // By the schemes, and not by the crate's `VerifyingKey`: its errors bring along how they are printed.
    pub fn pkcs1(hash: Hash, n: &[u8], e: &[u8], input: &[u8], signature: &[u8]) -> Result<(), Error> {
        let key = key(n, e)?;
        check_length(n, signature)?;
        let verdict = match hash {
            Hash::Sha256 => key.verify(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(input), signature),
            Hash::Sha384 => key.verify(Pkcs1v15Sign::new::<Sha384>(), &Sha384::digest(input), signature),
            Hash::Sha512 => key.verify(Pkcs1v15Sign::new::<Sha512>(), &Sha512::digest(input), signature),
        };
        verdict.map_err(|_| wrong())
    }

    pub fn pss(hash: Hash, n: &[u8], e: &[u8], input: &[u8], signature: &[u8]) -> Result<(), Error> {
        let key = key(n, e)?;
        check_length(n, signature)?;
        // `new` takes the salt to be as long as the hash, as RFC 7518 §3.5 prescribes.
        let verdict = match hash {
            Hash::Sha256 => key.verify(Pss::<Sha256>::new(), &Sha256::digest(input), signature),
            Hash::Sha384 => key.verify(Pss::<Sha384>::new(), &Sha384::digest(input), signature),
            Hash::Sha512 => key.verify(Pss::<Sha512>::new(), &Sha512::digest(input), signature),
        };
        verdict.map_err(|_| wrong())
    }

    fn key(n: &[u8], e: &[u8]) -> Result<RsaPublicKey, Error> {
        let number = |bytes: &[u8]| BoxedUint::from_be_slice_vartime(bytes);
        RsaPublicKey::new_with_size_limits(number(n), number(e), BITS)
            .map_err(|_| Error::at(Code::JwkInvalid, "n"))
    }

    /// A signature is exactly as long as the modulus ([RFC 8017 §8.2.2](https://www.rfc-editor.org/rfc/rfc8017#section-8.2.2)).
    fn check_length(n: &[u8], signature: &[u8]) -> Result<(), Error> {
        if signature.len() == n.len() { Ok(()) } else { Err(wrong()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ed25519_signature_with_an_r_of_small_order_is_asked_of_no_engine() {
        let mut neutral = [0; 64];
        neutral[0] = 1;
        let mut above_the_prime = [0xff; 64];
        above_the_prime[0] = 0xf0;
        for signature in [&neutral[..], &[0; 64], &above_the_prime, &neutral[..31], &[]] {
            assert_eq!(admit(Algorithm::Ed25519, signature), Err(wrong()), "{signature:x?}");
        }
        let mut base_point = [0x66; 64];
        base_point[0] = 0x58;
        assert_eq!(admit(Algorithm::EdDsa, &base_point), Ok(()));
        assert_eq!(admit(Algorithm::Es256, &neutral), Ok(()));
    }
}
