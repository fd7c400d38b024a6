//! Authenticated encryption of a cookie's value.
//!
//! base64url of version, salt, AES-256-GCM ciphertext and tag. Key and nonce of each value are
//! derived from the secret, the salt and the cookie's name (HKDF-SHA256). So no two values share a
//! key, however many a busy server seals, and none is good under another name.
//!
//! Source: [RFC 5869](https://www.rfc-editor.org/rfc/rfc5869),
//! [RFC 5116 §5.2](https://www.rfc-editor.org/rfc/rfc5116#section-5.2).

use alloc::{string::String, vec::Vec};

use crate::{
    error::{Code, Error},
    secret::Secret,
};

/// How many random bytes a sealed value needs.
pub const RANDOM_BYTES: usize = 24;
/// How long a secret must be.
pub const MIN_SECRET_BYTES: usize = 32;
/// How many secrets there may be at a time.
pub const MAX_SECRETS: usize = 8;

/// The secrets of a server: the first seals, all of them open, so that a new one can be put in
/// front while cookies of the old one are about.
#[derive(Clone, Debug)]
pub struct Seals {
    secrets: Vec<Secret>,
}

impl Seals {
    /// Takes the secrets, the one that seals first.
    ///
    /// # Errors
    /// `config_invalid` at `cookies.secret`: none, more than 8, one twice, or one of less than 32
    /// bytes.
    pub fn new(secrets: Vec<Secret>) -> Result<Self, Error> {
        let long = secrets.iter().all(|secret| secret.expose().len() >= MIN_SECRET_BYTES);
        let twice = secrets.iter().enumerate().any(|(at, own)| secrets.iter().skip(at + 1).any(|o| o == own));
        if !(1..=MAX_SECRETS).contains(&secrets.len()) || !long || twice {
            return Err(Error::at(Code::ConfigInvalid, "cookies.secret"));
        }
        Ok(Self { secrets })
    }

    /// Seals a value for the cookie of this name. The random bytes must be new each time.
    ///
    /// # Errors
    /// `internal_error`: more than the cipher takes at once, which no cookie holds.
    pub fn seal(&self, name: &str, value: &str, random: &[u8; RANDOM_BYTES]) -> Result<String, Error> {
        let secret = self.secrets.first().ok_or(Code::InternalError)?;
        let mut content = value.as_bytes().to_vec();
        let tag = gcm::seal(secret, name, random, &mut content).ok_or(Code::InternalError)?;
        let parts: [&[u8]; 4] = [&[VERSION], random, &content, &tag];
        Ok(crate::base64url::encode(&parts.concat()))
    }

    /// The value that was sealed for the cookie of this name. `None`: it was altered, or sealed for
    /// another name, or by an unknown secret.
    #[must_use]
    pub fn open(&self, name: &str, sealed: &str) -> Option<String> {
        let bytes = crate::base64url::decode(sealed).ok()?;
        let rest = bytes.strip_prefix(&[VERSION])?;
        let (random, rest) = rest.split_first_chunk::<RANDOM_BYTES>()?;
        let (content, tag) = rest.split_last_chunk::<TAG_BYTES>()?;
        let opened = self.secrets.iter().find_map(|secret| gcm::open(secret, name, random, content, tag));
        String::from_utf8(opened?).ok()
    }
}

/// The first byte, so that another way of sealing can be told apart.
const VERSION: u8 = 1;
const TAG_BYTES: usize = 16;

mod gcm {
    use alloc::vec::Vec;

    use aes_gcm::{
        Aes256Gcm,
        aead::{AeadInOut, KeyInit},
    };
    use hkdf::Hkdf;
    use sha2::Sha256;
    use zeroize::Zeroizing;

    use super::{RANDOM_BYTES, Secret, TAG_BYTES, VERSION};

    const KEY: usize = 32;
    const NONCE: usize = 12;

    /// Encrypts in place and gives the tag.
    pub fn seal(
        secret: &Secret,
        name: &str,
        random: &[u8; RANDOM_BYTES],
        content: &mut [u8],
    ) -> Option<[u8; TAG_BYTES]> {
        let (cipher, nonce) = keyed(secret, name, random)?;
        let nonce = nonce.as_slice().try_into().ok()?;
        let tag = cipher.encrypt_inout_detached(nonce, &[VERSION], content.into()).ok()?;
        Some(tag.into())
    }

    pub fn open(
        secret: &Secret,
        name: &str,
        random: &[u8; RANDOM_BYTES],
        content: &[u8],
        tag: &[u8; TAG_BYTES],
    ) -> Option<Vec<u8>> {
        let (cipher, nonce) = keyed(secret, name, random)?;
        let nonce = nonce.as_slice().try_into().ok()?;
        let mut content = content.to_vec();
        cipher
            .decrypt_inout_detached(nonce, &[VERSION], content.as_mut_slice().into(), tag.into())
            .ok()
            .map(|()| content)
    }

    fn keyed(secret: &Secret, name: &str, random: &[u8]) -> Option<(Aes256Gcm, [u8; NONCE])> {
        let mut material = Zeroizing::new([0; KEY + NONCE]);
        let hkdf = Hkdf::<Sha256>::new(Some(random), secret.expose());
        hkdf.expand_multi_info(&[b"edgeward cookie 1\0", name.as_bytes()], material.as_mut_slice()).ok()?;
        let (key, nonce) = material.split_first_chunk::<KEY>()?;
        Some((Aes256Gcm::new_from_slice(key).ok()?, nonce.try_into().ok()?))
    }
}
