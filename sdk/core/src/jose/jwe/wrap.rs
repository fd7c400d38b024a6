//! AES key wrap: the content key under a shared secret.
//!
//! Source: [RFC 3394](https://www.rfc-editor.org/rfc/rfc3394),
//! [RFC 7518 §4.4](https://www.rfc-editor.org/rfc/rfc7518#section-4.4).

use crate::{error::Error, secret::Secret};

/// Whether this can be a wrapped key: at least two blocks and the check value, in whole blocks. Of
/// fewer, implementations take the check value alone for a key.
///
/// Source: [RFC 3394 §2.2](https://www.rfc-editor.org/rfc/rfc3394#section-2.2)
#[must_use]
pub const fn may_be_wrapped(wrapped: &[u8]) -> bool {
    wrapped.len() >= 24 && wrapped.len().is_multiple_of(8)
}

/// Unwraps a content key with a secret of 16 or 32 bytes.
///
/// # Errors
/// `token_decryption_failed`: it was wrapped with another secret, or altered.
/// `algorithm_unsupported`: built without the feature `jwe`.
#[cfg(feature = "jwe")]
pub fn unwrap(secret: &[u8], wrapped: &[u8]) -> Result<Secret, Error> {
    use aes::{Aes128, Aes256};
    use aes_kw::{AesKw, KeyInit};

    use super::failed;

    if !may_be_wrapped(wrapped) {
        return Err(failed());
    }
    let mut key = alloc::vec![0; wrapped.len().saturating_sub(aes_kw::IV_LEN)];
    let unwrapped = match secret.len() {
        16 => AesKw::<Aes128>::new_from_slice(secret).map(|kw| kw.unwrap_key(wrapped, &mut key).is_ok()),
        32 => AesKw::<Aes256>::new_from_slice(secret).map(|kw| kw.unwrap_key(wrapped, &mut key).is_ok()),
        _ => Ok(false),
    };
    let key = Secret::new(key);
    if unwrapped == Ok(true) { Ok(key) } else { Err(failed()) }
}

/// Unwraps a content key with a secret of 16 or 32 bytes.
///
/// # Errors
/// `algorithm_unsupported`: built without the feature `jwe`.
#[cfg(not(feature = "jwe"))]
pub fn unwrap(_: &[u8], _: &[u8]) -> Result<Secret, Error> {
    Err(crate::error::Code::AlgorithmUnsupported.into())
}
