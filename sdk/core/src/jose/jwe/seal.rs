//! Making a token that only the holder of a shared key reads.

use alloc::string::String;

use super::ContentKey;
use crate::error::{Code, Error};

/// Seals content directly under a key of 64 bytes: `dir` with `A256CBC-HS512`, which is what the header says. The
/// initialisation vector must be new each time and nothing that can be foreseen.
///
/// # Errors
/// `internal_error`: the key is of another length.
///
/// Source: [RFC 7518 §5.2.2.1](https://www.rfc-editor.org/rfc/rfc7518#section-5.2.2.1)
#[cfg(feature = "jwe")]
pub fn seal(header: &str, key: &ContentKey, iv: &[u8; 16], content: &[u8]) -> Result<String, Error> {
    use aes::{
        Aes256,
        cipher::{BlockModeEncrypt, KeyIvInit, block_padding::Pkcs7},
    };
    use cbc::Encryptor;
    use hmac::{Hmac, KeyInit, Mac};
    use sha2::Sha512;

    use crate::base64url::encode;

    let halves = key.secret.expose().split_first_chunk::<32>();
    let (mac_key, cipher_key) = halves.ok_or(Code::InternalError)?;
    let cipher = Encryptor::<Aes256>::new_from_slices(cipher_key, iv).map_err(|_| Code::InternalError)?;
    let ciphertext = cipher.encrypt_padded_vec::<Pkcs7>(content);
    let protected = encode(header.as_bytes());
    let aad_bits = (protected.len() as u64).saturating_mul(8).to_be_bytes();
    let mac = <Hmac<Sha512> as KeyInit>::new_from_slice(mac_key).map_err(|_| Code::InternalError)?;
    let mac = mac.chain_update(&protected).chain_update(iv).chain_update(&ciphertext).chain_update(aad_bits);
    // The tag is the first half of the MAC.
    let mac = mac.finalize().into_bytes();
    let (tag, _) = mac.split_first_chunk::<32>().ok_or(Code::InternalError)?;
    Ok([protected.as_str(), "", &encode(iv), &encode(&ciphertext), &encode(tag)].join("."))
}

/// The same without a cipher.
///
/// # Errors
/// `algorithm_unsupported`: always.
#[cfg(not(feature = "jwe"))]
pub fn seal(_: &str, _: &ContentKey, _: &[u8; 16], _: &[u8]) -> Result<String, Error> {
    Err(Code::AlgorithmUnsupported.into())
}
