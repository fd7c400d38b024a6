//! A token as it is to be verified: as it came, or what was inside of an encrypted one.

use std::{borrow::Cow, ptr};

use edgeward_core::{
    Code, Error,
    jose::jwe::{self, Demand},
};

use crate::verifier::Verifier;

/// A token as it is to be verified, and whose keys have opened it.
pub struct Revealed<'v, 't> {
    text: Cow<'t, str>,
    opened_by: Option<&'v Verifier>,
}

/// Opens an encrypted token with the first of the verifiers that can; leaves any other as it is.
/// Where no verifier opens tokens, five parts are left as they are, and refused for it.
///
/// # Errors
/// Those of [`Opener::reveal`](crate::decryption::Opener::reveal).
pub async fn reveal<'v, 't>(
    verifiers: impl IntoIterator<Item = &'v Verifier>,
    token: &'t str,
) -> Result<Revealed<'v, 't>, Error> {
    let mut refusal = None;
    if jwe::is_sealed(token) {
        for (verifier, decryption) in verifiers.into_iter().filter_map(|one| Some((one, one.decryption()?))) {
            match decryption.reveal(token).await {
                Ok(text) => return Ok(Revealed::opened(text, verifier)),
                Err(error) => refusal = Some(error),
            }
        }
    }
    refusal.map_or_else(|| Ok(Revealed::plain(token)), Err)
}

impl<'v, 't> Revealed<'v, 't> {
    const fn opened(text: String, by: &'v Verifier) -> Self {
        Self { text: Cow::Owned(text), opened_by: Some(by) }
    }

    /// A token that came as it is.
    #[must_use]
    pub const fn plain(token: &'t str) -> Self {
        Self { text: Cow::Borrowed(token), opened_by: None }
    }

    /// The token to be verified.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Checks that the verifier of the token's issuer is content with how the token came.
    ///
    /// # Errors
    /// `token_encryption_required`: it demands encryption, and there was none.
    /// `token_issuer_invalid`: the token was opened with another issuer's keys.
    pub fn check(&self, verifier: &Verifier) -> Result<(), Error> {
        match self.opened_by {
            Some(opened_by) if !ptr::eq(opened_by, verifier) => Err(Code::TokenIssuerInvalid.into()),
            None if verifier.decryption().is_some_and(|one| one.demand() == Demand::Required) => {
                Err(Code::TokenEncryptionRequired.into())
            }
            _ => Ok(()),
        }
    }
}
