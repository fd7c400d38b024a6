//! Texts that only this authority can have written.

use edgeward_core::{base64url, secret::Secret};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::{Authority, Failure};

/// What a text is authenticated for; one made for something else is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A refresh token.
    RefreshToken,
    /// The code that a person types for a device.
    UserCode,
    /// A form of a page, for the session that it was shown to.
    Form,
    /// Since when a sign-in counts.
    Since,
}

impl Purpose {
    const fn word(self) -> &'static [u8] {
        match self {
            Self::RefreshToken => b"edgeward refresh token\0",
            Self::UserCode => b"edgeward user code\0",
            Self::Form => b"edgeward form\0",
            Self::Since => b"edgeward since\0",
        }
    }
}

/// Authenticates a text with the current secret: 43 base64url characters.
///
/// # Errors
/// `config_invalid`, which settings that were checked never give.
pub fn of(authority: &Authority, purpose: Purpose, text: &str) -> Result<String, Failure> {
    let secret = authority.settings.secrets.first().ok_or(crate::settings::invalid("secret_binding"))?;
    Ok(by(secret, purpose, text)
        .map(|mac| base64url::encode(&mac.finalize().into_bytes()))
        .unwrap_or_default())
}

/// The same with every secret that is configured, the current one first.
pub fn all(authority: &Authority, purpose: Purpose, text: &str) -> Vec<String> {
    let macs = authority.settings.secrets.iter().filter_map(|secret| by(secret, purpose, text));
    macs.map(|mac| base64url::encode(&mac.finalize().into_bytes())).collect()
}

/// Whether a text was authenticated with any of the secrets; compares in constant time.
#[must_use]
pub fn is_of(authority: &Authority, purpose: Purpose, text: &str, mac: &str) -> bool {
    let Ok(tag) = base64url::decode(mac) else { return false };
    let mut secrets = authority.settings.secrets.iter();
    secrets.any(|secret| by(secret, purpose, text).is_some_and(|mac| mac.verify_slice(&tag).is_ok()))
}

/// HMAC-SHA256 takes keys of every length; were one refused, nothing would be taken.
fn by(secret: &Secret, purpose: Purpose, text: &str) -> Option<Hmac<Sha256>> {
    let mac = Hmac::<Sha256>::new_from_slice(secret.expose()).ok()?;
    Some(mac.chain_update(purpose.word()).chain_update(text.as_bytes()))
}
