//! Content encryption: AES-GCM, and AES-CBC with HMAC.
//!
//! Source: [RFC 7518 §5.2, §5.3](https://www.rfc-editor.org/rfc/rfc7518#section-5.2).

use alloc::vec::Vec;

use super::ContentEncryption;
use crate::error::Error;

/// What is decrypted, and what its tag covers besides.
#[derive(Clone, Copy, Debug)]
pub struct Encrypted<'a> {
    /// The additional data: the header as it came.
    pub aad: &'a [u8],
    /// The initialisation vector.
    pub iv: &'a [u8],
    /// The ciphertext.
    pub ciphertext: &'a [u8],
    /// The authentication tag.
    pub tag: &'a [u8],
}

/// Decrypts, once the tag has shown that nothing was altered.
///
/// # Errors
/// `token_decryption_failed`: an altered input, another key, or a length that `enc` does not have.
/// `algorithm_unsupported`: built without the feature `jwe`.
#[cfg(not(feature = "jwe"))]
pub fn decrypt(_: ContentEncryption, _: &[u8], _: &Encrypted<'_>) -> Result<Vec<u8>, Error> {
    Err(crate::error::Code::AlgorithmUnsupported.into())
}

/// Decrypts, once the tag has shown that nothing was altered.
///
/// # Errors
/// `token_decryption_failed`: an altered input, another key, or a length that `enc` does not have.
/// `algorithm_unsupported`: built without the feature `jwe`.
#[cfg(feature = "jwe")]
pub fn decrypt(enc: ContentEncryption, key: &[u8], input: &Encrypted<'_>) -> Result<Vec<u8>, Error> {
    use aes::{Aes128, Aes256};
    use aes_gcm::{Aes128Gcm, Aes256Gcm};
    use cbc::Decryptor;
    use hmac::Hmac;
    use sha2::{Sha256, Sha512};
    use with_crates::{cbc_hmac, gcm};

    let lengths = (key.len(), input.iv.len(), input.tag.len());
    if lengths != (enc.key_length(), enc.iv_length(), enc.tag_length()) {
        return Err(super::failed());
    }
    match enc {
        ContentEncryption::A128Gcm => gcm::<Aes128Gcm>(key, input),
        ContentEncryption::A256Gcm => gcm::<Aes256Gcm>(key, input),
        ContentEncryption::A128CbcHs256 => cbc_hmac::<Hmac<Sha256>, Decryptor<Aes128>>(key, input),
        ContentEncryption::A256CbcHs512 => cbc_hmac::<Hmac<Sha512>, Decryptor<Aes256>>(key, input),
    }
}

#[cfg(feature = "jwe")]
mod with_crates {
    use aes::cipher::{BlockModeDecrypt, KeyIvInit, block_padding::Pkcs7};
    use aes_gcm::aead::{AeadInOut, KeyInit};
    use hmac::Mac;

    use super::{Encrypted, Error, Vec};
    use crate::jose::jwe::failed;

    pub fn gcm<C: AeadInOut + KeyInit>(key: &[u8], input: &Encrypted<'_>) -> Result<Vec<u8>, Error> {
        let cipher = C::new_from_slice(key).map_err(|_| failed())?;
        let nonce = input.iv.try_into().map_err(|_| failed())?;
        let tag = input.tag.try_into().map_err(|_| failed())?;
        let mut content = input.ciphertext.to_vec();
        let verdict = cipher.decrypt_inout_detached(nonce, input.aad, content.as_mut_slice().into(), tag);
        verdict.map(|()| content).map_err(|_| failed())
    }

    /// The first half of the key is the MAC's, the second the cipher's; the tag is the first half
    /// of the MAC. It is compared in constant time, before any padding is looked at.
    pub fn cbc_hmac<M: Mac + KeyInit, C: BlockModeDecrypt + KeyIvInit>(
        key: &[u8],
        input: &Encrypted<'_>,
    ) -> Result<Vec<u8>, Error> {
        let (mac_key, cipher_key) = key.split_at_checked(key.len() / 2).ok_or_else(failed)?;
        let aad_bits = (input.aad.len() as u64).saturating_mul(8).to_be_bytes();
        let mac = <M as KeyInit>::new_from_slice(mac_key).map_err(|_| failed())?;
        let mac = mac.chain_update(input.aad).chain_update(input.iv).chain_update(input.ciphertext);
        mac.chain_update(aad_bits).verify_truncated_left(input.tag).map_err(|_| failed())?;
        let cipher = C::new_from_slices(cipher_key, input.iv).map_err(|_| failed())?;
        cipher.decrypt_padded_vec::<Pkcs7>(input.ciphertext).map_err(|_| failed())
    }
}
