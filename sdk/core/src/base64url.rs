//! Strict base64url: no padding, no whitespace, no other alphabet, no stray trailing bits.
//!
//! One byte string has exactly one text, so a text cannot be altered without altering the bytes.
//!
//! Source: [RFC 4648 §5](https://www.rfc-editor.org/rfc/rfc4648#section-5),
//! [RFC 7515 §2](https://www.rfc-editor.org/rfc/rfc7515#section-2).

use alloc::{string::String, vec::Vec};

use base64ct::{Base64UrlUnpadded, Encoding};

use crate::error::{Code, Error};

/// Decodes canonical unpadded base64url.
///
/// # Errors
/// `base64url_invalid`: a character outside the alphabet, padding, whitespace, an impossible
/// length, or trailing bits that are not zero.
pub fn decode(text: &str) -> Result<Vec<u8>, Error> {
    Base64UrlUnpadded::decode_vec(text).map_err(|_| Error::from(Code::Base64urlInvalid))
}

/// Encodes bytes without padding.
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn decodes_the_example_of_rfc_7515_appendix_c() {
        assert_eq!(decode("A-z_4ME").unwrap(), [3, 236, 255, 224, 193]);
        assert_eq!(encode(&[3, 236, 255, 224, 193]), "A-z_4ME");
        assert_eq!(decode("").unwrap(), Vec::<u8>::new());
    }

    #[test]
    fn rejects_every_second_spelling() {
        for text in
            ["QQ==", "QQ=", "Q", "QR", "QUJ", " QQ", "QQ ", "QQ\n", "Q\tQ", "A+z/", "QQ.", "\u{feff}QQ", "QÖ"]
        {
            assert_eq!(decode(text), Err(Code::Base64urlInvalid.into()), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn one_text_for_one_byte_string(text in "[A-Za-z0-9_-]{0,40}") {
            if let Ok(bytes) = decode(&text) {
                prop_assert_eq!(encode(&bytes), text);
            }
        }
    }
}
