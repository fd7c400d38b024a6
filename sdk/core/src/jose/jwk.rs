//! One JSON Web Key, reduced to what verifying needs.
//!
//! Source: [RFC 7517 §4](https://www.rfc-editor.org/rfc/rfc7517#section-4),
//! [RFC 7518 §6](https://www.rfc-editor.org/rfc/rfc7518#section-6),
//! [RFC 8037 §2](https://www.rfc-editor.org/rfc/rfc8037#section-2).

mod roca;

use alloc::{string::String, vec::Vec};
use core::fmt;

use crate::{
    base64url,
    error::{Code, Error},
    jose::algorithm::{Algorithm, Curve, ParameterSet, Scheme},
    json::{self, Map, Value, object},
    secret::Secret,
};

/// A key that may verify signatures, and which algorithms it may verify.
///
/// Private members of the JWK are never read.
#[derive(Clone, PartialEq, Eq)]
pub struct Key {
    id: Option<String>,
    algorithm: Option<Algorithm>,
    material: Material,
}

/// What the key consists of. Integers are big-endian.
#[derive(Clone, PartialEq, Eq)]
pub enum Material {
    /// Modulus and exponent without leading zeros.
    Rsa {
        /// The modulus, 2048 to 8192 bits.
        n: Vec<u8>,
        /// The exponent, odd and at least 3.
        e: Vec<u8>,
    },
    /// The coordinates, each as long as the curve's field. The engine checks that they lie on it.
    Ec {
        /// The curve.
        curve: Curve,
        /// The x coordinate.
        x: Vec<u8>,
        /// The y coordinate.
        y: Vec<u8>,
    },
    /// An encoded point that is canonical and not of small order.
    Ed25519([u8; 32]),
    /// A public key of ML-DSA.
    MlDsa {
        /// The parameter set.
        set: ParameterSet,
        /// The key, encoded as FIPS 204 §7.2 says.
        public: Vec<u8>,
    },
    /// A shared secret.
    Symmetric(Secret),
}

impl Key {
    /// A shared secret for HMAC, from configuration.
    #[must_use]
    pub fn symmetric(secret: Secret, id: Option<String>) -> Self {
        Self { id, algorithm: None, material: Material::Symmetric(secret) }
    }

    /// Reads a JWK.
    ///
    /// # Errors
    /// `jwk_invalid`, at the member: an unknown `kty` or `crv`, a missing or mistyped member, a
    /// `use` other than `sig`, `key_ops` without `verify` or with a repeated operation, an `alg`
    /// that is no signature algorithm or does not fit the key, RSA below 2048 or above 8192 bits,
    /// with an even or small exponent or of the generator of CVE-2017-15361, a coordinate of the
    /// wrong length, or a weak Ed25519 point.
    pub fn parse(jwk: &Map) -> Result<Self, Error> {
        check_use(jwk)?;
        let key = Self { id: text(jwk, "kid")?, algorithm: algorithm(jwk)?, material: material(jwk)? };
        match key.algorithm {
            Some(alg) if !key.material.fits(alg) => Err(invalid("alg")),
            _ => Ok(key),
        }
    }

    /// The key's `kid`.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// What the key consists of.
    #[must_use]
    pub const fn material(&self) -> &Material {
        &self.material
    }

    /// The key as it is published: what is public of it, with its `kid` and `alg`, for verifying alone. `None`
    /// for a shared secret, nothing of which is public.
    ///
    /// Source: [RFC 7517 §4](https://www.rfc-editor.org/rfc/rfc7517#section-4)
    #[must_use]
    pub fn to_public(&self) -> Option<Value> {
        let text = |bytes: &[u8]| Value::from(base64url::encode(bytes));
        let mut members = match &self.material {
            Material::Rsa { n, e } => alloc::vec![("kty", "RSA".into()), ("n", text(n)), ("e", text(e))],
            Material::Ec { curve, x, y } => alloc::vec![
                ("kty", "EC".into()),
                ("crv", curve.name().into()),
                ("x", text(x)),
                ("y", text(y))
            ],
            Material::Ed25519(point) => {
                alloc::vec![("kty", "OKP".into()), ("crv", "Ed25519".into()), ("x", text(point))]
            }
            Material::MlDsa { public, .. } => alloc::vec![("kty", "AKP".into()), ("pub", text(public))],
            Material::Symmetric(_) => return None,
        };
        members.extend(self.id.as_deref().map(|id| ("kid", id.into())));
        members.extend(self.algorithm.map(|alg| ("alg", alg.name().into())));
        members.push(("use", "sig".into()));
        members.push(("key_ops", alloc::vec!["verify"].into()));
        Some(object(members))
    }

    /// Whether the key may verify `alg`: type and curve fit, the key's own `alg` does not say
    /// otherwise, and a secret is at least as long as the hash
    /// ([RFC 7518 §3.2](https://www.rfc-editor.org/rfc/rfc7518#section-3.2)).
    #[must_use]
    pub fn permits(&self, alg: Algorithm) -> bool {
        // `EdDSA` and `Ed25519` are two names of one scheme, so schemes are compared.
        let bound = self.algorithm.is_none_or(|own| own.scheme() == alg.scheme());
        let long_enough = match (&self.material, alg.scheme()) {
            (Material::Symmetric(secret), Scheme::Hmac(hash)) => secret.expose().len() >= hash.length(),
            _ => true,
        };
        bound && long_enough && self.material.fits(alg)
    }
}

impl Material {
    fn fits(&self, alg: Algorithm) -> bool {
        match (self, alg.scheme()) {
            (Self::Rsa { .. }, Scheme::RsaPkcs1(_) | Scheme::RsaPss(_))
            | (Self::Ed25519(_), Scheme::Ed25519)
            | (Self::Symmetric(_), Scheme::Hmac(_)) => true,
            (Self::Ec { curve, .. }, Scheme::Ecdsa(wanted, _)) => *curve == wanted,
            (Self::MlDsa { set, .. }, Scheme::MlDsa(wanted)) => *set == wanted,
            _ => false,
        }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key")
            .field("id", &self.id)
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}

pub(super) const fn invalid(at: &'static str) -> Error {
    Error::at(Code::JwkInvalid, at)
}

pub(super) fn text(jwk: &Map, name: &'static str) -> Result<Option<String>, Error> {
    match jwk.get(name) {
        None => Ok(None),
        Some(Value::String(value)) => Ok(Some(value.clone())),
        Some(_) => Err(invalid(name)),
    }
}

fn algorithm(jwk: &Map) -> Result<Option<Algorithm>, Error> {
    text(jwk, "alg")?.map(|name| name.parse().map_err(|_| invalid("alg"))).transpose()
}

fn check_use(jwk: &Map) -> Result<(), Error> {
    if text(jwk, "use")?.is_some_and(|purpose| purpose != "sig") {
        return Err(invalid("use"));
    }
    match operations(jwk)? {
        Some(operations) if !operations.contains(&"verify") => Err(invalid("key_ops")),
        _ => Ok(()),
    }
}

/// The `key_ops`: strings, none of them twice.
pub(super) fn operations(jwk: &Map) -> Result<Option<Vec<&str>>, Error> {
    let list = match jwk.get("key_ops") {
        None => return Ok(None),
        Some(Value::Array(list)) => list,
        Some(_) => return Err(invalid("key_ops")),
    };
    let texts = json::each(list, |op| op.as_str().ok_or(invalid("key_ops")))?;
    let repeated = texts.iter().enumerate().any(|(place, op)| texts.iter().skip(place + 1).any(|o| o == op));
    if repeated { Err(invalid("key_ops")) } else { Ok(Some(texts)) }
}

fn material(jwk: &Map) -> Result<Material, Error> {
    let member = |name| text(jwk, name)?.ok_or_else(|| invalid(name));
    let bytes = |name| base64url::decode(&member(name)?).map_err(|_| invalid(name));
    match member("kty")?.as_str() {
        "RSA" => rsa(&bytes("n")?, &bytes("e")?),
        "EC" => ec(&member("crv")?, bytes("x")?, bytes("y")?),
        "OKP" if member("crv")? == "Ed25519" => ed25519(&bytes("x")?),
        "OKP" => Err(invalid("crv")),
        // An AKP key is of the algorithm that it names, and of no other.
        "AKP" if cfg!(feature = "ml-dsa") => match algorithm(jwk)?.map(Algorithm::scheme) {
            Some(Scheme::MlDsa(set)) => ml_dsa(set, bytes("pub")?),
            _ => Err(invalid("alg")),
        },
        "oct" => {
            let secret = bytes("k")?;
            if secret.is_empty() { Err(invalid("k")) } else { Ok(Material::Symmetric(Secret::new(secret))) }
        }
        _ => Err(invalid("kty")),
    }
}

pub(super) fn rsa(n: &[u8], e: &[u8]) -> Result<Material, Error> {
    let (n, e) = (without_leading_zeros(n), without_leading_zeros(e));
    let bits = n.len() * 8 - n.first().map_or(0, |byte| byte.leading_zeros() as usize);
    if !(2048..=8192).contains(&bits) || !is_odd(n) || roca::is_weak(n) {
        return Err(invalid("n"));
    }
    // Longer exponents only slow the verifier down; no issuer uses them.
    if !is_odd(e) || e == [1] || e.len() > 4 {
        return Err(invalid("e"));
    }
    Ok(Material::Rsa { n: n.into(), e: e.into() })
}

pub(super) fn ec(curve: &str, x: Vec<u8>, y: Vec<u8>) -> Result<Material, Error> {
    let curve = match curve {
        "P-256" => Curve::P256,
        "P-384" => Curve::P384,
        "P-521" => Curve::P521,
        "secp256k1" if cfg!(feature = "es256k") => Curve::Secp256k1,
        _ => return Err(invalid("crv")),
    };
    if x.len() != curve.length() {
        return Err(invalid("x"));
    }
    if y.len() != curve.length() {
        return Err(invalid("y"));
    }
    Ok(Material::Ec { curve, x, y })
}

fn ml_dsa(set: ParameterSet, public: Vec<u8>) -> Result<Material, Error> {
    if public.len() == set.public_length() {
        Ok(Material::MlDsa { set, public })
    } else {
        Err(invalid("pub"))
    }
}

fn ed25519(x: &[u8]) -> Result<Material, Error> {
    let point = x.try_into().map_err(|_| invalid("x"))?;
    if is_strict_point(&point) { Ok(Material::Ed25519(point)) } else { Err(invalid("x")) }
}

/// Whether an encoded point of edwards25519 is spelled canonically and is not of small order. For
/// a key of small order anybody can sign.
pub(super) fn is_strict_point(point: &[u8; 32]) -> bool {
    let mut y = *point;
    if let Some(last) = y.last_mut() {
        *last &= 0x7f;
    }
    y.iter().rev().lt(FIELD_PRIME.iter().rev()) && !SMALL_ORDER_Y.contains(&y)
}

fn without_leading_zeros(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}

fn is_odd(number: &[u8]) -> bool {
    number.last().is_some_and(|byte| byte & 1 == 1)
}

/// 2²⁵⁵ − 19, little-endian.
const FIELD_PRIME: [u8; 32] = little_endian_prime(0xed);

const fn little_endian_prime(low: u8) -> [u8; 32] {
    let mut bytes = [0xff; 32];
    bytes[0] = low;
    bytes[31] = 0x7f;
    bytes
}

/// The y coordinates, little-endian, of the eight points whose order divides the cofactor.
const SMALL_ORDER_Y: [[u8; 32]; 5] = [
    [0; 32],
    {
        let mut one = [0; 32];
        one[0] = 1;
        one
    },
    little_endian_prime(0xec),
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5,
        0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a,
        0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
    ],
];

#[cfg(test)]
mod tests;
