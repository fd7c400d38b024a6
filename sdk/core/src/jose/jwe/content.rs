//! Content encryption: AES-GCM, and AES-CBC with HMAC.
//!
//! Here are the rules and the HMAC; the cipher is the crates' or the platform's.
//!
//! Source: [RFC 7518 §5.2, §5.3](https://www.rfc-editor.org/rfc/rfc7518#section-5.2).

use alloc::vec::Vec;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Sha256, Sha512};

use super::{ContentEncryption, failed};
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

/// What is left for a cipher to do.
pub struct Ciphertext<'a> {
    /// The cipher.
    pub cipher: Cipher,
    /// Its key, of 16 or 32 bytes.
    pub key: &'a [u8],
    /// The initialisation vector.
    pub iv: &'a [u8],
    /// What the tag of AES-GCM covers besides.
    pub aad: &'a [u8],
    /// What is decrypted; for AES-GCM with its tag of 16 bytes at the end.
    pub bytes: Vec<u8>,
}

/// A cipher, with keys of 128 or 256 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cipher {
    /// AES-GCM.
    Gcm,
    /// AES-CBC with the padding of PKCS #7.
    Cbc,
}

/// What a cipher has to decrypt, once the MAC has shown that nothing was altered, where there is one
/// beside the cipher.
///
/// # Errors
/// `token_decryption_failed`: an altered input, another key, or a length that `enc` does not have.
pub fn ciphertext<'a>(
    enc: ContentEncryption,
    key: &'a [u8],
    input: &Encrypted<'a>,
) -> Result<Ciphertext<'a>, Error> {
    let Encrypted { aad, iv, ciphertext, tag } = *input;
    if (key.len(), iv.len(), tag.len()) != (enc.key_length(), enc.iv_length(), enc.tag_length()) {
        return Err(failed());
    }
    let mac: fn(&[u8], &Encrypted<'_>) -> Result<(), Error> = match enc {
        ContentEncryption::A128Gcm | ContentEncryption::A256Gcm => {
            return Ok(Ciphertext { cipher: Cipher::Gcm, key, iv, aad, bytes: [ciphertext, tag].concat() });
        }
        ContentEncryption::A128CbcHs256 => check_mac::<Hmac<Sha256>>,
        ContentEncryption::A256CbcHs512 => check_mac::<Hmac<Sha512>>,
    };
    // The first half of the key is the MAC's, the second the cipher's.
    let (mac_key, key) = key.split_at_checked(key.len() / 2).ok_or_else(failed)?;
    mac(mac_key, input)?;
    Ok(Ciphertext { cipher: Cipher::Cbc, key, iv, aad, bytes: ciphertext.to_vec() })
}

/// The tag is the first half of the MAC. It is compared in constant time, before any padding is
/// looked at.
fn check_mac<M: Mac + KeyInit>(key: &[u8], input: &Encrypted<'_>) -> Result<(), Error> {
    let aad_bits = (input.aad.len() as u64).saturating_mul(8).to_be_bytes();
    let mac = <M as KeyInit>::new_from_slice(key).map_err(|_| failed())?;
    let mac = mac.chain_update(input.aad).chain_update(input.iv).chain_update(input.ciphertext);
    mac.chain_update(aad_bits).verify_truncated_left(input.tag).map_err(|_| failed())
}

impl Ciphertext<'_> {
    /// Decrypts with the crates.
    ///
    /// # Errors
    /// `algorithm_unsupported`: built without the feature `jwe`.
    #[cfg(not(feature = "jwe"))]
    pub fn decrypt(self) -> Result<Vec<u8>, Error> {
        Err(crate::error::Code::AlgorithmUnsupported.into())
    }

    /// Decrypts with the crates.
    ///
    /// # Errors
    /// `token_decryption_failed`: an altered input, or another key. `algorithm_unsupported`: built
    /// without the feature `jwe`.
    #[cfg(feature = "jwe")]
    pub fn decrypt(self) -> Result<Vec<u8>, Error> {
        use aes::{Aes128, Aes256};
        use aes_gcm::{Aes128Gcm, Aes256Gcm};
        use cbc::Decryptor;
        use with_crates::{cbc, gcm};

        match (self.cipher, self.key.len()) {
            (Cipher::Gcm, 16) => gcm::<Aes128Gcm>(self),
            (Cipher::Gcm, _) => gcm::<Aes256Gcm>(self),
            (Cipher::Cbc, 16) => cbc::<Decryptor<Aes128>>(&self),
            (Cipher::Cbc, _) => cbc::<Decryptor<Aes256>>(&self),
        }
    }
}

#[cfg(feature = "jwe")]
mod with_crates {
    use aes::cipher::{BlockModeDecrypt, KeyIvInit, block_padding::Pkcs7};
    use aes_gcm::aead::{AeadInOut, KeyInit};

    use super::{Ciphertext, Error, Vec, failed};

    /// Of AES-GCM, in bytes.
    const TAG_LENGTH: usize = 16;

    pub fn gcm<C: AeadInOut + KeyInit>(mut input: Ciphertext<'_>) -> Result<Vec<u8>, Error> {
        let cipher = C::new_from_slice(input.key).map_err(|_| failed())?;
        let nonce = input.iv.try_into().map_err(|_| failed())?;
        let end = input.bytes.len().checked_sub(TAG_LENGTH).ok_or_else(failed)?;
        let tag = input.bytes.split_off(end);
        let tag = tag.as_slice().try_into().map_err(|_| failed())?;
        let content = input.bytes.as_mut_slice().into();
        cipher.decrypt_inout_detached(nonce, input.aad, content, tag).map_err(|_| failed())?;
        Ok(input.bytes)
    }

    pub fn cbc<C: BlockModeDecrypt + KeyIvInit>(input: &Ciphertext<'_>) -> Result<Vec<u8>, Error> {
        let cipher = C::new_from_slices(input.key, input.iv).map_err(|_| failed())?;
        cipher.decrypt_padded_vec::<Pkcs7>(&input.bytes).map_err(|_| failed())
    }
}
