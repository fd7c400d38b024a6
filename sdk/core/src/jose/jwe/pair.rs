//! The numbers of key pairs, and of public keys: the reader's own, and the sender's ephemeral one.
//!
//! Source: [RFC 7518 §6](https://www.rfc-editor.org/rfc/rfc7518#section-6),
//! [RFC 8037 §2](https://www.rfc-editor.org/rfc/rfc8037#section-2).

use alloc::{string::ToString, vec::Vec};
use core::fmt;

use crate::{
    base64url,
    error::{Code, Error},
    jose::{
        algorithm::Curve,
        jwk::{self, Material, invalid},
    },
    json::{Map, Value},
};

/// A key pair, or the public half of one, as a JWK without anything but its numbers. That they are
/// of the right size is checked; that a point lies on its curve is checked by whoever agrees with it.
#[derive(Clone, PartialEq)]
pub struct Pair {
    kind: Kind,
    jwk: Map,
}

/// What a key pair is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Agreement on a curve.
    Ec(Curve),
    /// Agreement by X25519.
    X25519,
    /// Decryption by RSA.
    Rsa,
}

impl Pair {
    /// Reads a private JWK: RSA with its factors, since no platform decrypts without.
    ///
    /// # Errors
    /// `jwk_invalid`, at the member: an unknown `kty` or `crv`, a missing or mistyped member, or a
    /// number of the wrong size.
    pub fn private(jwk: &Map) -> Result<Self, Error> {
        let kind = Kind::of(jwk)?;
        let private: &[_] = match kind {
            Kind::Rsa if jwk.contains_key("oth") => return Err(invalid("oth")),
            Kind::Rsa => &["p", "q", "dp", "dq", "qi", "d"],
            Kind::Ec(_) | Kind::X25519 => &["d"],
        };
        for name in private {
            let number = number(jwk, name)?;
            if kind.length().is_some_and(|length| number.len() != length) {
                return Err(invalid(name));
            }
        }
        Ok(Self::of(kind, jwk, private))
    }

    /// Reads the public JWK of a sender. Whoever sends a private one has mixed something up.
    ///
    /// # Errors
    /// As [`Pair::private`]; also at `d`.
    pub fn public(jwk: &Map) -> Result<Self, Error> {
        if jwk.contains_key("d") {
            return Err(invalid("d"));
        }
        match Kind::of(jwk)? {
            Kind::Rsa => Err(invalid("kty")),
            kind => Ok(Self::of(kind, jwk, &[])),
        }
    }

    fn of(kind: Kind, jwk: &Map, private: &[&str]) -> Self {
        let names = kind.public().iter().chain(private);
        let member = |name: &&str| Some(((*name).to_string(), jwk.get(name)?.clone()));
        Self { kind, jwk: names.filter_map(member).collect() }
    }

    /// What it is for.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The JWK: `kty`, `crv` and the numbers, and nothing that would say what else it is for.
    #[must_use]
    pub const fn jwk(&self) -> &Map {
        &self.jwk
    }

    /// A number, big-endian.
    ///
    /// # Errors
    /// `jwk_invalid`, at the member: there is none of this name.
    pub fn number(&self, name: &'static str) -> Result<Vec<u8>, Error> {
        number(&self.jwk, name)
    }
}

impl fmt::Debug for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pair").field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl Kind {
    fn of(jwk: &Map) -> Result<Self, Error> {
        let member = |name| jwk.get(name).and_then(Value::as_str).ok_or(invalid(name));
        match member("kty")? {
            // No token is encrypted to it, whether signatures know it here or not.
            "EC" if member("crv")? == "secp256k1" => Err(invalid("crv")),
            "EC" => match jwk::ec(member("crv")?, number(jwk, "x")?, number(jwk, "y")?)? {
                Material::Ec { curve, .. } if curve != Curve::Secp256k1 => Ok(Self::Ec(curve)),
                _ => Err(invalid("crv")),
            },
            "OKP" if member("crv")? != "X25519" => Err(invalid("crv")),
            "OKP" if number(jwk, "x")?.len() != 32 => Err(invalid("x")),
            "OKP" => Ok(Self::X25519),
            "RSA" => jwk::rsa(&number(jwk, "n")?, &number(jwk, "e")?).map(|_| Self::Rsa),
            _ => Err(invalid("kty")),
        }
    }

    const fn public(self) -> &'static [&'static str] {
        match self {
            Self::Ec(_) => &["kty", "crv", "x", "y"],
            Self::X25519 => &["kty", "crv", "x"],
            Self::Rsa => &["kty", "n", "e"],
        }
    }

    /// How many bytes a number of the curve has.
    #[must_use]
    pub const fn length(self) -> Option<usize> {
        match self {
            Self::Ec(curve) => Some(curve.length()),
            Self::X25519 => Some(32),
            Self::Rsa => None,
        }
    }
}

fn number(jwk: &Map, name: &'static str) -> Result<Vec<u8>, Error> {
    let text = jwk.get(name).and_then(Value::as_str);
    text.and_then(|text| base64url::decode(text).ok()).ok_or(Error::at(Code::JwkInvalid, name))
}
