//! Strict base64url: no padding, no whitespace, no other alphabet, no stray trailing bits.
//!
//! One byte string has exactly one text, so a text cannot be altered without altering the bytes.
//!
//! Source: [RFC 4648 §5](https://www.rfc-editor.org/rfc/rfc4648#section-5),
//! [RFC 7515 §2](https://www.rfc-editor.org/rfc/rfc7515#section-2).

use alloc::{string::String, vec::Vec};

use crate::error::{Code, Error};

/// Decodes canonical unpadded base64url, of secrets too: it takes as long for every character.
///
/// # Errors
/// `base64url_invalid`: a character outside the alphabet, padding, whitespace, an impossible
/// length, or trailing bits that are not zero.
pub fn decode(text: &str) -> Result<Vec<u8>, Error> {
    decode_by(text, secret_digit)
}

/// Decodes as [`decode`] does, what is no secret: faster, since it looks characters up, which takes
/// longer for some than for others.
///
/// # Errors
/// As [`decode`].
pub fn decode_public(text: &str) -> Result<Vec<u8>, Error> {
    decode_by(text, digit)
}

#[inline]
fn decode_by(text: &str, digit: fn(u8) -> u32) -> Result<Vec<u8>, Error> {
    let (groups, rest) = text.as_bytes().as_chunks::<4>();
    let mut bytes = Vec::with_capacity(3 * groups.len() + 2);
    let mut wrong = 0;
    for [a, b, c, d] in groups {
        let (a, b, c, d) = (digit(*a), digit(*b), digit(*c), digit(*d));
        let bits = a << 18 | b << 12 | c << 6 | d;
        wrong |= a | b | c | d;
        bytes.extend_from_slice(&[(bits >> 16) as u8, (bits >> 8) as u8, bits as u8]);
    }
    // The bits that are left over have to be zero.
    match rest {
        [] => {}
        [a, b] => {
            let (a, b) = (digit(*a), digit(*b));
            wrong |= a | b | (b & 15) << 6;
            bytes.push((a << 2 | b >> 4) as u8);
        }
        [a, b, c] => {
            let (a, b, c) = (digit(*a), digit(*b), digit(*c));
            wrong |= a | b | c | (c & 3) << 6;
            bytes.extend_from_slice(&[(a << 2 | b >> 4) as u8, (b << 4 | c >> 2) as u8]);
        }
        _ => wrong = NONE,
    }
    if wrong < 64 { Ok(bytes) } else { Err(Code::Base64urlInvalid.into()) }
}

/// Encodes bytes without padding, secrets too: it takes as long for every byte.
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    let mut text = Vec::with_capacity(bytes.len() / 3 * 4 + 4);
    for group in bytes.chunks(3) {
        let mut bits = 0;
        for place in 0..3 {
            bits = bits << 8 | i32::from(group.get(place).copied().unwrap_or_default());
        }
        for place in 0..=group.len() {
            text.push(secret_sign(bits >> (18 - 6 * place) & 63));
        }
    }
    String::from_utf8(text).unwrap_or_default()
}

/// Encodes what is no secret: faster, since it looks characters up.
#[must_use]
pub fn encode_public(bytes: &[u8]) -> String {
    let mut text = Vec::with_capacity(bytes.len() / 3 * 4 + 4);
    let (groups, rest) = bytes.as_chunks::<3>();
    for [a, b, c] in groups {
        let bits = u32::from(*a) << 16 | u32::from(*b) << 8 | u32::from(*c);
        text.extend_from_slice(&[sign(bits >> 18), sign(bits >> 12), sign(bits >> 6), sign(bits)]);
    }
    match rest {
        [] => {}
        [a] => text.extend_from_slice(&[sign(u32::from(*a) >> 2), sign(u32::from(*a) << 4)]),
        [a, b, ..] => {
            let bits = u32::from(*a) << 8 | u32::from(*b);
            text.extend_from_slice(&[sign(bits >> 10), sign(bits >> 4), sign(bits << 2)]);
        }
    }
    String::from_utf8(text).unwrap_or_default()
}

/// What a character stands for, or more than 63. By arithmetic, where a look-up would leave traces of
/// a secret: of the differences, both are negative for what is within a range and for nothing else.
fn secret_digit(character: u8) -> u32 {
    let within = |first: u8, last: u8, stands_for: i32| {
        let (character, first, last) = (i32::from(character), i32::from(first), i32::from(last));
        ((first - 1 - character) & (character - 1 - last)) >> 8 & (character - first + stands_for + 1)
    };
    let one_more = within(b'A', b'Z', 0)
        | within(b'a', b'z', 26)
        | within(b'0', b'9', 52)
        | within(b'-', b'-', 62)
        | within(b'_', b'_', 63);
    (one_more - 1).cast_unsigned()
}

/// The character for six bits. By arithmetic, too: each range is so far from where the one before it
/// would go on.
const fn secret_sign(bits: i32) -> u8 {
    let small = (25 - bits) >> 8 & 6;
    let digit = (51 - bits) >> 8 & 75;
    let minus = (61 - bits) >> 8 & 13;
    let underscore = (62 - bits) >> 8 & 49;
    (bits + 65 + small - digit - minus + underscore) as u8
}

/// What a character stands for, or more than 63.
fn digit(character: u8) -> u32 {
    DIGITS.get(usize::from(character)).map_or(NONE, |digit| u32::from(*digit))
}

/// The character for the lowest six bits.
fn sign(bits: u32) -> u8 {
    SIGNS.get((bits & 63) as usize).copied().unwrap_or_default()
}

const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

const NONE: u32 = 0xff;

const DIGITS: [u8; 256] = digits();

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler, which would stop")]
const fn digits() -> [u8; 256] {
    let (mut digits, mut digit) = ([NONE as u8; 256], 0);
    while digit < 64 {
        digits[secret_sign(digit) as usize] = digit as u8;
        digit += 1;
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64ct::{Base64UrlUnpadded, Encoding};
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
        fn it_reads_and_writes_what_the_crate_does(text in "[A-Za-z0-9_-]{0,40}", odd in ".{0,3}", bytes: Vec<u8>) {
            for text in [text.clone(), encode(&bytes), text + &odd] {
                prop_assert_eq!(decode(&text), decode_public(&text));
                let crates = Base64UrlUnpadded::decode_vec(&text);
                prop_assert_eq!(decode(&text).ok(), crates.ok());
            }
            prop_assert_eq!(encode(&bytes), Base64UrlUnpadded::encode_string(&bytes));
            prop_assert_eq!(encode_public(&bytes), encode(&bytes));
        }

        #[test]
        fn one_text_for_one_byte_string(text in "[A-Za-z0-9_-]{0,40}") {
            if let Ok(bytes) = decode(&text) {
                prop_assert_eq!(encode(&bytes), text);
            }
        }
    }
}
