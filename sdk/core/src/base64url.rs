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

/// Decodes as [`decode`] does, what is no secret: faster, since it looks characters up, which takes
/// longer for some than for others.
///
/// # Errors
/// As [`decode`].
pub fn decode_public(text: &str) -> Result<Vec<u8>, Error> {
    let (groups, rest) = text.as_bytes().as_chunks::<4>();
    let mut bytes = Vec::with_capacity(3 * groups.len() + 2);
    let mut wrong = 0;
    for group in groups {
        let [a, b, c, d] = group.map(digit);
        let bits = a << 18 | b << 12 | c << 6 | d;
        wrong |= a | b | c | d;
        bytes.extend_from_slice(&[(bits >> 16) as u8, (bits >> 8) as u8, bits as u8]);
    }
    match rest.iter().copied().map(digit).collect::<Vec<_>>().as_slice() {
        [] => {}
        [a, b] => {
            // The bits that are left over have to be zero.
            wrong |= a | b | (b & 15) << 6;
            bytes.push((a << 2 | b >> 4) as u8);
        }
        [a, b, c] => {
            wrong |= a | b | c | (c & 3) << 6;
            bytes.extend_from_slice(&[(a << 2 | b >> 4) as u8, (b << 4 | c >> 2) as u8]);
        }
        _ => wrong = u32::MAX,
    }
    if wrong < 64 { Ok(bytes) } else { Err(Code::Base64urlInvalid.into()) }
}

/// What a character stands for, or more than 63.
fn digit(character: u8) -> u32 {
    DIGITS.get(usize::from(character)).map_or(NONE, |digit| u32::from(*digit))
}

const NONE: u32 = 0xff;

const DIGITS: [u8; 256] = digits();

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler, which would stop")]
const fn digits() -> [u8; 256] {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (mut digits, mut digit) = ([NONE as u8; 256], 0);
    while digit < 64 {
        digits[alphabet[digit] as usize] = digit as u8;
        digit += 1;
    }
    digits
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
            assert_eq!(decode_public(text), Err(Code::Base64urlInvalid.into()), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_no_secret_is_decoded_alike(text in "[A-Za-z0-9_-]{0,40}", odd in ".{0,3}", bytes: Vec<u8>) {
            for text in [text.clone(), encode(&bytes), text + &odd] {
                prop_assert_eq!(decode(&text), decode_public(&text));
            }
        }

        #[test]
        fn one_text_for_one_byte_string(text in "[A-Za-z0-9_-]{0,40}") {
            if let Ok(bytes) = decode(&text) {
                prop_assert_eq!(encode(&bytes), text);
            }
        }
    }
}
