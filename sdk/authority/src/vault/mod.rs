//! Encryption at rest: what must be used again and so cannot be kept as a hash.
//!
//! The format is Better Auth's, so that its `symmetricDecrypt` reads what is sealed here, and the other
//! way round: XChaCha20-Poly1305 under the SHA-256 of the secret, as hex of nonce, ciphertext and tag;
//! a secret with a version writes `$ba$<version>$` before it. The format has no room for what a text is
//! for; each [`Purpose`] but the tokens of providers has a secret of its own instead, derived as Better Auth
//! derives them for its state cookie. So nothing opens in a place that it was not sealed for.
//!
//! Written after what `better-auth` 1.7 does; the tests read what it has written.

mod envelope;
#[cfg(test)]
mod tests;

use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce, aead::Aead};
use edgeward_core::{Code, Error, secret::Secret};
use hkdf::Hkdf;
use sha2::{Digest, Sha256};

use crate::Authority;
use envelope::{Envelope, NONCE};

/// What something is sealed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Tokens that a provider issued for a connection; Better Auth seals them under the secret itself.
    ProviderToken,
    /// What a sign-in at a provider remembers until its callback.
    Transaction,
    /// A private key that tokens are signed with.
    SigningKey,
    /// The answer to a change, for whoever asks for it again.
    Answer,
}

impl Purpose {
    /// The word that its secret is derived with; none for the secret itself.
    const fn word(self) -> Option<&'static str> {
        match self {
            Self::ProviderToken => None,
            Self::Transaction => Some("oauth-transaction"),
            Self::SigningKey => Some("signing-key"),
            Self::Answer => Some("answer"),
        }
    }
}

/// Seals under the current secret: hex, after `$ba$<version>$` if the secret has a version.
///
/// # Errors
/// `runtime_unsupported`: there is no randomness for the nonce.
pub fn seal(authority: &Authority, purpose: Purpose, plain: &[u8]) -> Result<String, Error> {
    let settings = &authority.settings;
    let secret = settings.secrets.first().ok_or(crate::settings::invalid("secret_binding"))?;
    let mut nonce = [0; NONCE];
    authority.platform.fill(&mut nonce)?;
    let cipher = cipher(secret, purpose);
    // A plaintext of 256 GiB is the only one that it refuses.
    let sealed = cipher.encrypt(&XNonce::from(nonce), plain).map_err(|_| Code::InternalError)?;
    Ok(Envelope { version: settings.secret_versions.first().copied().flatten(), nonce, sealed }.to_text())
}

/// Opens what was sealed under the current secret or one before it. A provider's token that was never
/// sealed is taken as it stands: Better Auth keeps them so until `encryptOAuthTokens` is switched on.
///
/// # Errors
/// `seal_broken`: it was altered, sealed for something else, or under a secret that is no longer configured.
pub fn open(authority: &Authority, purpose: Purpose, sealed: &str) -> Result<Secret, Error> {
    let Some(envelope) = Envelope::parse(sealed) else {
        return match purpose {
            Purpose::ProviderToken if !envelope::is_marked(sealed) => Ok(Secret::new(sealed.into())),
            _ => Err(Code::SealBroken.into()),
        };
    };
    let plain = keys(authority, envelope.version).find_map(|secret| {
        cipher(secret, purpose).decrypt(&XNonce::from(envelope.nonce), envelope.sealed.as_slice()).ok()
    });
    plain.map(Secret::new).ok_or(Code::SealBroken.into())
}

/// Opens a text, such as a token.
///
/// # Errors
/// Those of [`open`].
pub fn open_text(authority: &Authority, purpose: Purpose, sealed: &str) -> Result<String, Error> {
    let plain = open(authority, purpose, sealed)?;
    core::str::from_utf8(plain.expose()).map(Into::into).map_err(|_| Code::SealBroken.into())
}

/// Something sealed as it is to be kept from now on: sealed anew if it lies under an older secret, under an older name
/// of the current one, or was never sealed; `None` if it is as it would be sealed now.
///
/// # Errors
/// Those of [`open`] and [`seal`].
pub fn renewed(authority: &Authority, purpose: Purpose, sealed: &str) -> Result<Option<String>, Error> {
    let settings = &authority.settings;
    let current = settings.secrets.first().ok_or(crate::settings::invalid("secret_binding"))?;
    let version = settings.secret_versions.first().copied().flatten();
    let is_current = Envelope::parse(sealed).is_some_and(|envelope| {
        let nonce = XNonce::from(envelope.nonce);
        envelope.version == version
            && cipher(current, purpose).decrypt(&nonce, envelope.sealed.as_slice()).is_ok()
    });
    if is_current {
        return Ok(None);
    }
    seal(authority, purpose, open(authority, purpose, sealed)?.expose()).map(Some)
}

/// What the secrets are known by: what a one-way function makes of all of them, their versions and their order.
#[must_use]
pub fn fingerprint(authority: &Authority) -> String {
    let settings = &authority.settings;
    let mut hash = Sha256::new();
    for (secret, version) in settings.secrets.iter().zip(&settings.secret_versions) {
        let version = version.map(|version| version.to_string()).unwrap_or_default();
        hash.update([version.as_str(), ":", &derived(secret, "fingerprint"), " "].concat());
    }
    envelope::hex(&hash.finalize())
}

/// The secrets to try, the one of the version first. The others follow, since a version is no more than a
/// hint: it stands outside of what is authenticated, and versions may have been given or changed since.
fn keys(authority: &Authority, version: Option<u32>) -> impl Iterator<Item = &Secret> {
    let settings = &authority.settings;
    let versioned = move || settings.secrets.iter().zip(&settings.secret_versions);
    let fits = move |own: Option<u32>| version.is_some() && own == version;
    let first = versioned().filter(move |(_, own)| fits(**own));
    first.chain(versioned().filter(move |(_, own)| !fits(**own))).map(|(secret, _)| secret)
}

fn cipher(secret: &Secret, purpose: Purpose) -> XChaCha20Poly1305 {
    let key = match purpose.word() {
        None => Sha256::digest(secret.expose()),
        Some(word) => Sha256::digest(derived(secret, word)),
    };
    XChaCha20Poly1305::new(&key)
}

/// The secret of a purpose, as the hex that Better Auth goes on with.
fn derived(secret: &Secret, word: &str) -> String {
    let mut okm = [0; 32];
    let hkdf = Hkdf::<Sha256>::new(Some(SALT), secret.expose());
    // 32 bytes are less than what HKDF-SHA-256 can give, so this cannot fail.
    let _ = hkdf.expand_multi_info(&[b"better-auth:", word.as_bytes(), b":v1"], &mut okm);
    envelope::hex(&okm)
}

const SALT: &[u8] = b"better-auth:oauth-encryption:v1";
