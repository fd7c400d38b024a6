//! The tables of key management and of content encryption; everything selects by them.
//!
//! What is missing is refused: `RSA1_5` (its padding is an oracle), PBES2 (the sender would choose
//! how long the reader works), `RSA-OAEP` with SHA-1, AES with 192 bits.
//!
//! Source: [RFC 7518 §4.1, §5.1](https://www.rfc-editor.org/rfc/rfc7518#section-4.1).

use core::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::error::{Code, Error};

macro_rules! named {
    ($(#[$doc:meta])* $table:ident, $at:literal { $($variant:ident = $name:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
        pub enum $table {
            $(#[doc = $name] #[serde(rename = $name)] $variant,)+
        }

        impl $table {
            /// All of them, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The value of the header member.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
        }

        impl FromStr for $table {
            type Err = Error;

            /// Reads the value of the header member; the comparison is case-sensitive.
            fn from_str(name: &str) -> Result<Self, Error> {
                let found = Self::ALL.iter().copied().find(|one| one.name() == name);
                found.ok_or(Error::at(Code::TokenAlgNotAllowed, $at))
            }
        }

        impl fmt::Display for $table {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }
    };
}

named! {
    /// How the content key comes to the reader: the header member `alg`.
    ///
    /// @example
    /// ```ts
    /// const algorithms: KeyManagement[] = ["ECDH-ES", "RSA-OAEP-256"];
    /// ```
    KeyManagement, "alg" {
        Direct = "dir";
        A128Kw = "A128KW";
        A256Kw = "A256KW";
        EcdhEs = "ECDH-ES";
        EcdhEsA128Kw = "ECDH-ES+A128KW";
        EcdhEsA256Kw = "ECDH-ES+A256KW";
        RsaOaep256 = "RSA-OAEP-256";
    }
}

named! {
    /// How the content is encrypted: the header member `enc`.
    ///
    /// @example
    /// ```ts
    /// const encryptions: ContentEncryption[] = ["A256GCM"];
    /// ```
    ContentEncryption, "enc" {
        A128Gcm = "A128GCM";
        A256Gcm = "A256GCM";
        A128CbcHs256 = "A128CBC-HS256";
        A256CbcHs512 = "A256CBC-HS512";
    }
}

/// What key management does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// The shared secret is the content key.
    Direct,
    /// The content key is wrapped with a secret of this many bytes.
    Wrap(usize),
    /// A key is agreed on; it is the content key, or wraps it as long as this.
    Agree(Option<usize>),
    /// The content key is encrypted with RSAES-OAEP, SHA-256 and MGF1 with SHA-256.
    RsaOaep,
}

impl KeyManagement {
    /// What it does.
    #[must_use]
    pub const fn method(self) -> Method {
        match self {
            Self::Direct => Method::Direct,
            Self::A128Kw => Method::Wrap(16),
            Self::A256Kw => Method::Wrap(32),
            Self::EcdhEs => Method::Agree(None),
            Self::EcdhEsA128Kw => Method::Agree(Some(16)),
            Self::EcdhEsA256Kw => Method::Agree(Some(32)),
            Self::RsaOaep256 => Method::RsaOaep,
        }
    }

    /// Whether no encrypted key comes with the token, so that its part is empty.
    #[must_use]
    pub const fn sends_no_key(self) -> bool {
        matches!(self.method(), Method::Direct | Method::Agree(None))
    }
}

impl ContentEncryption {
    /// The length of the content key in bytes.
    #[must_use]
    pub const fn key_length(self) -> usize {
        match self {
            Self::A128Gcm => 16,
            Self::A256Gcm | Self::A128CbcHs256 => 32,
            Self::A256CbcHs512 => 64,
        }
    }

    /// The length of the initialisation vector in bytes.
    #[must_use]
    pub const fn iv_length(self) -> usize {
        match self {
            Self::A128Gcm | Self::A256Gcm => 12,
            Self::A128CbcHs256 | Self::A256CbcHs512 => 16,
        }
    }

    /// The length of the authentication tag in bytes.
    #[must_use]
    pub const fn tag_length(self) -> usize {
        match self {
            Self::A128Gcm | Self::A256Gcm | Self::A128CbcHs256 => 16,
            Self::A256CbcHs512 => 32,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_exactly() {
        for alg in KeyManagement::ALL {
            assert_eq!(alg.name().parse::<KeyManagement>(), Ok(*alg));
        }
        for enc in ContentEncryption::ALL {
            assert_eq!(enc.name().parse::<ContentEncryption>(), Ok(*enc));
        }
        for never in ["RSA1_5", "RSA-OAEP", "PBES2-HS256+A128KW", "A128GCMKW", "A192KW", "DIR", "", "none"] {
            assert_eq!(never.parse::<KeyManagement>(), Err(Error::at(Code::TokenAlgNotAllowed, "alg")));
        }
        for never in ["A192GCM", "A192CBC-HS384", "a128gcm", ""] {
            assert_eq!(never.parse::<ContentEncryption>(), Err(Error::at(Code::TokenAlgNotAllowed, "enc")));
        }
    }
}
