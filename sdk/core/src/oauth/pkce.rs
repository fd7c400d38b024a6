//! Proof Key for Code Exchange with the method `S256`, the only one that is used.
//!
//! Source: [RFC 7636](https://www.rfc-editor.org/rfc/rfc7636).

use alloc::string::String;
use core::fmt;

use sha2::{Digest, Sha256};

use crate::{
    base64url,
    error::{Code, Error},
};

/// A `code_verifier`: proves to the token endpoint that who redeems the code also asked for it.
#[derive(Clone, PartialEq, Eq)]
pub struct Verifier(String);

impl Verifier {
    /// Makes a verifier of 43 characters from 32 random bytes.
    ///
    /// Source: [RFC 7636 §4.1](https://www.rfc-editor.org/rfc/rfc7636#section-4.1)
    #[must_use]
    pub fn from_random(bytes: &[u8; 32]) -> Self {
        Self(base64url::encode(bytes))
    }

    /// Takes back a verifier that was stored.
    ///
    /// # Errors
    /// `invalid_parameters`: not 43 to 128 unreserved characters.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let unreserved = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~');
        if (43..=128).contains(&text.len()) && text.bytes().all(unreserved) {
            Ok(Self(text.into()))
        } else {
            Err(Error::at(Code::InvalidParameters, "code_verifier"))
        }
    }

    /// The text itself, for storage and for the token request.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The `code_challenge` of the method `S256`: 43 characters.
    ///
    /// Source: [RFC 7636 §4.2](https://www.rfc-editor.org/rfc/rfc7636#section-4.2)
    #[must_use]
    pub fn challenge(&self) -> String {
        base64url::encode(&Sha256::digest(self.0.as_bytes()))
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Verifier(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn computes_the_example_of_rfc_7636_appendix_b() {
        let bytes = [
            116, 24, 223, 180, 151, 153, 224, 37, 79, 250, 96, 125, 216, 173, 187, 186, 22, 212, 37, 77, 105,
            214, 191, 240, 91, 88, 5, 88, 83, 132, 141, 121,
        ];
        let verifier = Verifier::from_random(&bytes);
        assert_eq!(verifier.expose(), "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(verifier.challenge(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn takes_back_only_what_rfc_7636_allows() {
        let good = "a".repeat(43);
        assert!(Verifier::parse(&good).is_ok() && Verifier::parse(&"~".repeat(128)).is_ok());
        for bad in ["", &"a".repeat(42), &"a".repeat(129), &format!("{good}="), &format!("{good} ")] {
            assert!(Verifier::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn never_prints_itself() {
        assert_eq!(format!("{:?}", Verifier::from_random(&[7; 32])), "Verifier(redacted)");
    }
}
