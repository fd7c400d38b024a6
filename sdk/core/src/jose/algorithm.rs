//! The one table of signature algorithms; everything selects by it.
//!
//! Source: [RFC 7518 §3.1](https://www.rfc-editor.org/rfc/rfc7518#section-3.1),
//! [RFC 8037 §3.1](https://www.rfc-editor.org/rfc/rfc8037#section-3.1),
//! [RFC 9864](https://www.rfc-editor.org/rfc/rfc9864) (`Ed25519`),
//! [RFC 8812 §3.2](https://www.rfc-editor.org/rfc/rfc8812#section-3.2) (`ES256K`),
//! [ML-DSA for JOSE and COSE](https://datatracker.ietf.org/doc/draft-ietf-cose-dilithium/).

use core::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::error::{Code, Error};

/// A SHA-2 hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hash {
    /// SHA-256
    Sha256,
    /// SHA-384
    Sha384,
    /// SHA-512
    Sha512,
}

impl Hash {
    /// The length of its output in bytes.
    #[must_use]
    pub const fn length(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }
}

/// A curve of ECDSA and ECDH.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Curve {
    /// P-256
    P256,
    /// P-384
    P384,
    /// P-521
    P521,
    /// secp256k1, for signatures alone
    Secp256k1,
}

impl Curve {
    /// The value of the JWK member `crv`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::P521 => "P-521",
            Self::Secp256k1 => "secp256k1",
        }
    }

    /// The length of a coordinate or of a scalar in bytes.
    #[must_use]
    pub const fn length(self) -> usize {
        match self {
            Self::P256 | Self::Secp256k1 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }
}

/// How an algorithm signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// HMAC with a shared secret.
    Hmac(Hash),
    /// RSASSA-PKCS1-v1_5.
    RsaPkcs1(Hash),
    /// RSASSA-PSS; MGF1 with the same hash, salt as long as the hash.
    RsaPss(Hash),
    /// ECDSA with the hash that belongs to the curve; the signature is r ‖ s.
    Ecdsa(Curve, Hash),
    /// Ed25519.
    Ed25519,
    /// ML-DSA with an empty context.
    MlDsa(ParameterSet),
}

/// A parameter set of ML-DSA ([FIPS 204 §4](https://doi.org/10.6028/NIST.FIPS.204)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterSet {
    /// ML-DSA-44
    MlDsa44,
    /// ML-DSA-65
    MlDsa65,
    /// ML-DSA-87
    MlDsa87,
}

impl ParameterSet {
    /// The name of the algorithm.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::MlDsa44 => "ML-DSA-44",
            Self::MlDsa65 => "ML-DSA-65",
            Self::MlDsa87 => "ML-DSA-87",
        }
    }

    /// The length of a public key in bytes.
    #[must_use]
    pub const fn public_length(self) -> usize {
        match self {
            Self::MlDsa44 => 1312,
            Self::MlDsa65 => 1952,
            Self::MlDsa87 => 2592,
        }
    }
}

macro_rules! algorithms {
    ($($variant:ident = $name:literal, $scheme:expr;)+) => {
        /// A signature algorithm by its JOSE name.
        ///
        /// @example
        /// ```ts
        /// const algorithms: Algorithm[] = ["ES256", "EdDSA"];
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
        pub enum Algorithm {
            $(#[doc = $name] #[serde(rename = $name)] $variant,)+
        }

        impl Algorithm {
            /// Every algorithm, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The value of the header member `alg`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// How it signs.
            #[must_use]
            pub const fn scheme(self) -> Scheme {
                match self { $(Self::$variant => $scheme),+ }
            }
        }
    };
}

algorithms! {
    Hs256 = "HS256", Scheme::Hmac(Hash::Sha256);
    Hs384 = "HS384", Scheme::Hmac(Hash::Sha384);
    Hs512 = "HS512", Scheme::Hmac(Hash::Sha512);
    Rs256 = "RS256", Scheme::RsaPkcs1(Hash::Sha256);
    Rs384 = "RS384", Scheme::RsaPkcs1(Hash::Sha384);
    Rs512 = "RS512", Scheme::RsaPkcs1(Hash::Sha512);
    Ps256 = "PS256", Scheme::RsaPss(Hash::Sha256);
    Ps384 = "PS384", Scheme::RsaPss(Hash::Sha384);
    Ps512 = "PS512", Scheme::RsaPss(Hash::Sha512);
    Es256 = "ES256", Scheme::Ecdsa(Curve::P256, Hash::Sha256);
    Es384 = "ES384", Scheme::Ecdsa(Curve::P384, Hash::Sha384);
    Es512 = "ES512", Scheme::Ecdsa(Curve::P521, Hash::Sha512);
    EdDsa = "EdDSA", Scheme::Ed25519;
    Ed25519 = "Ed25519", Scheme::Ed25519;
    Es256k = "ES256K", Scheme::Ecdsa(Curve::Secp256k1, Hash::Sha256);
    MlDsa44 = "ML-DSA-44", Scheme::MlDsa(ParameterSet::MlDsa44);
    MlDsa65 = "ML-DSA-65", Scheme::MlDsa(ParameterSet::MlDsa65);
    MlDsa87 = "ML-DSA-87", Scheme::MlDsa(ParameterSet::MlDsa87);
}

impl Algorithm {
    /// Whether it verifies with a secret that could also sign.
    #[must_use]
    pub const fn is_symmetric(self) -> bool {
        matches!(self.scheme(), Scheme::Hmac(_))
    }

    /// Whether this build may verify it at all: ES256K and ML-DSA are features that add weight, so
    /// that they are known everywhere and there only where somebody has asked for them.
    #[must_use]
    pub const fn is_built_in(self) -> bool {
        match self.scheme() {
            Scheme::Ecdsa(Curve::Secp256k1, _) => cfg!(feature = "es256k"),
            Scheme::MlDsa(_) => cfg!(feature = "ml-dsa"),
            Scheme::Hmac(_)
            | Scheme::RsaPkcs1(_)
            | Scheme::RsaPss(_)
            | Scheme::Ecdsa(Curve::P256 | Curve::P384 | Curve::P521, _)
            | Scheme::Ed25519 => true,
        }
    }
}

impl FromStr for Algorithm {
    type Err = Error;

    /// Reads an `alg` value; the comparison is case-sensitive.
    fn from_str(name: &str) -> Result<Self, Error> {
        Self::ALL
            .iter()
            .copied()
            .find(|alg| alg.name() == name)
            .ok_or_else(|| Code::TokenAlgNotAllowed.into())
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_exactly() {
        for alg in Algorithm::ALL {
            assert_eq!(alg.name().parse::<Algorithm>(), Ok(*alg));
        }
        for name in ["none", "None", "", "hs256", "RS1", "ES256k", "ML-DSA", "Ed448", "HS256 "] {
            assert!(name.parse::<Algorithm>().is_err(), "{name}");
        }
    }
}
