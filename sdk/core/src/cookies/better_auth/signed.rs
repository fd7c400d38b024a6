//! A signed cookie: `encodeURIComponent(token + "." + base64(HMAC-SHA256(secret, token)))`.

use alloc::{string::String, vec::Vec};

use base64ct::{Base64, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::secret::Secret;

/// The length of the signature in base64, its padding included.
const SIGNATURE_LENGTH: usize = 44;

/// The token of a signed cookie, if it was signed with this secret. Whatever else the value is, it
/// counts as absent.
#[must_use]
pub fn open(value: &str, secret: &Secret) -> Option<String> {
    let text = decoded(value)?;
    let (token, signature) = text.rsplit_once('.')?;
    if token.is_empty() || signature.len() != SIGNATURE_LENGTH {
        return None;
    }
    // Strict base64 has one spelling for one signature.
    let signature = Base64::decode_vec(signature).ok()?;
    // Compares in constant time.
    mac(token, secret)?.verify_slice(&signature).ok()?;
    Some(token.into())
}

/// The value of a cookie with this token; `None` if the secret cannot key an HMAC.
#[must_use]
pub fn seal(token: &str, secret: &Secret) -> Option<String> {
    let signature = Base64::encode_string(&mac(token, secret)?.finalize().into_bytes());
    let mut value = String::new();
    for byte in [token, ".", &signature].concat().bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte) {
            value.push(byte.into());
        } else {
            value.push('%');
            value.extend(
                [byte >> 4, byte & 15]
                    .map(|digit| char::from(HEX.get(usize::from(digit)).copied().unwrap_or(b'0'))),
            );
        }
    }
    Some(value)
}

const HEX: &[u8; 16] = b"0123456789ABCDEF";

fn mac(token: &str, secret: &Secret) -> Option<Hmac<Sha256>> {
    let mac = Hmac::<Sha256>::new_from_slice(secret.expose()).ok()?;
    Some(mac.chain_update(token))
}

/// `decodeURIComponent`
fn decoded(value: &str) -> Option<String> {
    let mut bytes = value.bytes();
    let mut text = Vec::with_capacity(value.len());
    while let Some(byte) = bytes.next() {
        let byte = match byte {
            b'%' => hex(bytes.next()?)? << 4 | hex(bytes.next()?)?,
            byte => byte,
        };
        text.push(byte);
    }
    String::from_utf8(text).ok()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn secret() -> Secret {
        Secret::new(b"a secret of at least thirty-two bytes".to_vec())
    }

    #[test]
    fn what_was_signed_is_opened() {
        let value = seal("abc.DEF_123", &secret()).unwrap();
        assert!(value.starts_with("abc.DEF_123.") && value.ends_with("%3D"));
        assert_eq!(open(&value, &secret()).as_deref(), Some("abc.DEF_123"));
        assert_eq!(open(&value, &Secret::new(vec![1; 32])), None);
    }

    #[test]
    fn what_is_malformed_is_absent() {
        let value = seal("abc", &secret()).unwrap();
        let unpadded = value.trim_end_matches("%3D");
        for odd in [
            "",
            ".",
            "abc",
            "abc.",
            "%",
            "%4",
            "%zz",
            "%ff",
            unpadded,
            &value.to_uppercase(),
            &format!("{value}%20"),
        ] {
            assert_eq!(open(odd, &secret()), None, "{odd}");
        }
        assert_eq!(open(&seal("", &secret()).unwrap(), &secret()), None);
    }

    proptest! {
        #[test]
        fn a_flipped_bit_makes_it_absent(token in "[A-Za-z0-9]{1,40}", at in any::<prop::sample::Index>(), bit in 0..7_u32) {
            let value = seal(&token, &secret()).unwrap();
            prop_assert_eq!(open(&value, &secret()), Some(token.clone()));
            let mut bytes = value.clone().into_bytes();
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
            let flipped = String::from_utf8(bytes).unwrap();
            // An escape in lower case is the same value.
            prop_assume!(!flipped.eq_ignore_ascii_case(&value) || decoded(&flipped) != decoded(&value));
            prop_assert_eq!(open(&flipped, &secret()), None);
        }
    }
}
