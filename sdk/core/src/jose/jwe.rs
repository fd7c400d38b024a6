//! A compact JWE: sealed until the content key opens it.
//!
//! Opening has two halves, because a private key may have to stay with the platform and because RSA
//! is never decrypted here (RUSTSEC-2023-0071): [`Sealed::step`] says what has to be done for the
//! content key, [`Sealed::ciphertext`] what a cipher then has to decrypt. A platform does both
//! elsewhere; [`Sealed::content_key`] and [`Sealed::open`] do with the crates what these can.
//!
//! A token that is inside of a token is read by [`Unverified::parse`](super::jws::Unverified::parse),
//! which knows three parts only; so nothing nests deeper than once.
//!
//! Source: [RFC 7516 §5.2](https://www.rfc-editor.org/rfc/rfc7516#section-5.2),
//! [RFC 8725 §3](https://www.rfc-editor.org/rfc/rfc8725#section-3).

pub mod agreement;
mod algorithm;
pub mod content;
mod header;
mod key;
mod pair;
mod seal;
pub mod wrap;

use alloc::{string::String, vec::Vec};
use core::fmt;

use content::{Ciphertext, Encrypted};

pub use algorithm::{ContentEncryption, KeyManagement, Method};
pub use header::{Agreement, Header, MAX_PARTY};
pub use key::{DecryptionKey, DecryptionKeys, Private};
pub use pair::{Kind, Pair};
pub use seal::seal;

use crate::{
    error::{Code, Error},
    jose::compact::{self, malformed, part},
    secret::Secret,
};

/// A token that was read but not opened: its header may not be believed yet.
#[derive(Clone)]
pub struct Sealed<'t> {
    header: Header,
    /// The header as it came: what the tag covers besides the ciphertext.
    protected: &'t str,
    encrypted_key: Vec<u8>,
    iv: Vec<u8>,
    ciphertext: Vec<u8>,
    tag: Vec<u8>,
}

/// A content key, good for tokens of the key management that it came by.
#[derive(Clone)]
pub struct ContentKey {
    secret: Secret,
    alg: KeyManagement,
}

/// What has to be done to have the content key.
pub enum Step<'k> {
    /// Nothing: here it is.
    Done(ContentKey),
    /// Unwrap [`Sealed::encrypted_key`] with this secret: AES key wrap, then [`Sealed::carried`].
    Unwrap(Secret),
    /// Agree on a secret: Diffie-Hellman between the own key and the peer's, then [`Sealed::agreed`].
    Agree {
        /// The reader's key.
        own: &'k Pair,
        /// The sender's key.
        peer: &'k Pair,
    },
    /// Decrypt [`Sealed::encrypted_key`] with this key of RSA: RSAES-OAEP, SHA-256 for both the hash and MGF1, then
    /// [`Sealed::carried`].
    Decrypt(&'k Pair),
}

/// Whether a reader insists on encryption.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Demand {
    /// A token that is only signed is accepted, too.
    #[default]
    Optional,
    /// A token that is only signed is refused.
    Required,
}

/// Whether a text is of five parts, as only a JWE is.
#[must_use]
pub fn is_sealed(token: &str) -> bool {
    token.bytes().filter(|byte| *byte == b'.').count() == 4
}

impl ContentKey {
    /// The secret of `dir`: it opens tokens that name no other key management, and whose content
    /// encryption takes a key of exactly this length.
    #[must_use]
    pub const fn direct(secret: Secret) -> Self {
        Self { secret, alg: KeyManagement::Direct }
    }
}

impl fmt::Debug for ContentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ContentKey").field("alg", &self.alg).finish_non_exhaustive()
    }
}

impl<'t> Sealed<'t> {
    /// Reads a token of exactly five parts.
    ///
    /// # Errors
    /// `token_too_large`: over 16 KiB. `token_malformed`, at the part: not canonical base64url, a
    /// header that is no strict JSON object, a mistyped header member, or a length that the
    /// algorithms do not have. `token_crit_unsupported`: a `crit` or a `b64` member.
    /// `token_alg_not_allowed` at `zip`: compressed content.
    pub fn parse(token: &'t str) -> Result<Self, Error> {
        compact::check_length(token)?;
        let mut parts = token.split('.');
        let mut next = || parts.next().ok_or_else(|| malformed(""));
        let (protected, encrypted_key, iv, ciphertext, tag) = (next()?, next()?, next()?, next()?, next()?);
        if parts.next().is_some() {
            return Err(malformed(""));
        }
        let sealed = Self {
            header: Header::parse(&part(protected, "header")?)?,
            protected,
            encrypted_key: part(encrypted_key, "encrypted_key")?,
            iv: part(iv, "iv")?,
            ciphertext: part(ciphertext, "ciphertext")?,
            tag: part(tag, "tag")?,
        };
        sealed.check_lengths()?;
        Ok(sealed)
    }

    fn check_lengths(&self) -> Result<(), Error> {
        if let Some(alg) = self.header.alg
            && alg.sends_no_key() != self.encrypted_key.is_empty()
        {
            return Err(malformed("encrypted_key"));
        }
        match self.header.enc {
            Some(enc) if self.iv.len() != enc.iv_length() => Err(malformed("iv")),
            Some(enc) if self.tag.len() != enc.tag_length() => Err(malformed("tag")),
            _ => Ok(()),
        }
    }

    /// The header, not to be believed.
    #[must_use]
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// The encrypted content key; empty where none is sent.
    #[must_use]
    pub fn encrypted_key(&self) -> &[u8] {
        &self.encrypted_key
    }

    /// What has to be done with `key` to have the content key.
    ///
    /// # Errors
    /// `token_key_not_found`: the key may not open such a token. `token_decryption_failed`: what was
    /// wrapped is too short to be a key.
    pub fn step<'k>(&'k self, key: &'k DecryptionKey) -> Result<Step<'k>, Error> {
        let (alg, enc) = self.algorithms()?;
        if !key.permits(alg, enc) {
            return Err(Code::TokenKeyNotFound.into());
        }
        match (key.material(), &self.header.agreement) {
            (Private::Symmetric(secret), _) => self.with_secret(alg, secret.clone()),
            (Private::Pair(own), Some(Agreement { peer, .. })) => Ok(Step::Agree { own, peer }),
            (Private::Pair(own), None) => Ok(Step::Decrypt(own)),
        }
    }

    /// What has to be done with the secret that was agreed on: the x coordinate, or the point of
    /// X25519. It is never another agreement.
    ///
    /// # Errors
    /// `token_decryption_failed`: what was wrapped is too short to be a key.
    pub fn agreed(&self, shared: &Secret) -> Result<Step<'static>, Error> {
        let (alg, enc) = self.algorithms()?;
        let agreement = self.header.agreement.as_ref().ok_or(Code::TokenKeyNotFound)?;
        self.with_secret(alg, agreement::derive(shared, alg, enc, agreement))
    }

    /// The content key that came with the token, unwrapped or decrypted.
    ///
    /// # Errors
    /// `token_alg_not_allowed`: the token has no key management of the table.
    pub fn carried(&self, secret: Secret) -> Result<ContentKey, Error> {
        self.algorithms().map(|(alg, _)| ContentKey { secret, alg })
    }

    /// The content key by the crates alone.
    ///
    /// # Errors
    /// Those of [`Sealed::step`]; `token_decryption_failed`: the peer's point is not on the curve, or
    /// the key does not unwrap the content key. `algorithm_unsupported`: RSA, which is never
    /// decrypted here; everything but `dir`, built without the feature `jwe`; elliptic curves,
    /// built without the feature `rustcrypto`.
    pub fn content_key(&self, key: &DecryptionKey) -> Result<ContentKey, Error> {
        let step = match self.step(key)? {
            Step::Agree { own, peer } => self.agreed(&agreement::agree(own, peer)?)?,
            step => step,
        };
        match step {
            Step::Done(key) => Ok(key),
            Step::Unwrap(secret) => self.carried(wrap::unwrap(secret.expose(), &self.encrypted_key)?),
            Step::Agree { .. } | Step::Decrypt(_) => Err(Code::AlgorithmUnsupported.into()),
        }
    }

    /// What a cipher has to decrypt with the content key. Where a MAC of its own covers the content,
    /// it has shown already that nothing was altered.
    ///
    /// # Errors
    /// `token_decryption_failed`: another key, or an altered token; which of them is never said.
    pub fn ciphertext<'a>(&'a self, key: &'a ContentKey) -> Result<Ciphertext<'a>, Error> {
        let enc = self.header.enc.filter(|_| self.header.alg == Some(key.alg)).ok_or_else(failed)?;
        let aad = self.protected.as_bytes();
        let input = Encrypted { aad, iv: &self.iv, ciphertext: &self.ciphertext, tag: &self.tag };
        content::ciphertext(enc, key.secret.expose(), &input)
    }

    /// Decrypts the content with the crates, once its tag has shown that nothing was altered.
    ///
    /// # Errors
    /// Those of [`Sealed::ciphertext`] and [`Ciphertext::decrypt`].
    pub fn open(&self, key: &ContentKey) -> Result<Vec<u8>, Error> {
        self.ciphertext(key)?.decrypt()
    }

    /// The token inside of the token, to be verified like any other, from the content that
    /// [`Sealed::open`] has given.
    ///
    /// # Errors
    /// `token_type_invalid` at `cty`: it is not said to be a token
    /// ([RFC 7519 §5.2](https://www.rfc-editor.org/rfc/rfc7519#section-5.2)). `token_malformed`: it
    /// is none.
    pub fn token(&self, content: Vec<u8>) -> Result<String, Error> {
        if !self.header.holds_token() {
            return Err(Error::at(Code::TokenTypeInvalid, "cty"));
        }
        String::from_utf8(content).map_err(|_| malformed(""))
    }

    /// The secret is the content key, or unwraps it.
    fn with_secret(&self, alg: KeyManagement, secret: Secret) -> Result<Step<'static>, Error> {
        match alg.method() {
            Method::Direct | Method::Agree(None) => Ok(Step::Done(ContentKey { secret, alg })),
            _ if wrap::may_be_wrapped(&self.encrypted_key) => Ok(Step::Unwrap(secret)),
            _ => Err(failed()),
        }
    }

    fn algorithms(&self) -> Result<(KeyManagement, ContentEncryption), Error> {
        self.header.alg.zip(self.header.enc).ok_or(Error::at(Code::TokenAlgNotAllowed, "alg"))
    }
}

/// Why a token does not open is told to nobody: the difference between a wrong key, a wrong tag and
/// a wrong padding is an oracle.
fn failed() -> Error {
    Code::TokenDecryptionFailed.into()
}

#[cfg(test)]
#[cfg(feature = "jwe")]
#[cfg(feature = "rustcrypto")]
mod tests;
