//! Verifies an ID token: the core says what to check, WebCrypto checks the signature.

use edgeward_core::{
    Code, Error,
    jose::KeySet,
    jwt::{self, Claims, Policy, Unverified},
    oauth::{
        discovery::Metadata,
        id_token::{self, Expected},
    },
};
use edgeward_host::{clock, webcrypto::WebCrypto};

use crate::provider::Provider;

/// Verifies signature and claims.
///
/// # Errors
/// Those of [`jwt::admit`], [`Provider::keys`], [`WebCrypto::verify`] and [`id_token::validate`].
pub(crate) async fn verify(
    token: &str,
    provider: &Provider,
    metadata: &Metadata,
    policy: &Policy,
    expected: &Expected<'_>,
) -> Result<Claims, Error> {
    let token = jwt::admit(token, policy)?;
    let keys = provider.keys(metadata).await?;
    check_signature(&token, &keys, &provider.crypto).await?;
    id_token::validate(token.dangerous_trust(), policy, expected, clock::now().to_seconds())
}

/// Tries the keys that fit. A failure of the last one is reported.
async fn check_signature(token: &Unverified<'_>, keys: &KeySet, crypto: &WebCrypto) -> Result<(), Error> {
    let header = token.header();
    let alg = header.alg.ok_or(Code::TokenAlgNotAllowed)?;
    let mut verdict = Err(Code::TokenKeyNotFound.into());
    for key in keys.candidates(alg, header.kid.as_deref()) {
        verdict = crypto.verify(key, alg, token.signing_input(), token.signature()).await;
        if verdict.is_ok() {
            break;
        }
    }
    verdict
}
