//! Verifies an ID token: the core says what to check, WebCrypto checks the signature.

pub(crate) mod webcrypto;

use std::rc::Rc;

use edgeward_core::{
    Code, Error,
    jose::{KeySet, engine},
    jwt::{self, Claims, Policy, Unverified},
    oauth::{
        discovery::Metadata,
        id_token::{self, Expected},
    },
};

use crate::{provider::Provider, runtime::Runtime};

/// Verifies signature and claims.
///
/// # Errors
/// Those of [`jwt::admit`], [`Provider::keys`], [`webcrypto::verify`] and [`id_token::validate`].
pub(crate) async fn verify(
    runtime: &Rc<Runtime>,
    token: &str,
    metadata: &Metadata,
    policy: &Policy,
    expected: &Expected<'_>,
) -> Result<Claims, Error> {
    // The issuer as its metadata spell it.
    let policy = &Policy { issuer: metadata.issuer.clone(), ..policy.clone() };
    let token = jwt::admit(token, policy)?;
    let keys = Provider::keys(runtime, metadata).await?;
    check_signature(runtime, &token, &keys).await?;
    id_token::validate(token.dangerous_trust(), policy, expected, runtime.now().wall.to_seconds())
}

/// Tries the keys that fit. A failure of the last one is reported.
pub(crate) async fn check_signature(
    runtime: &Rc<Runtime>,
    token: &Unverified<'_>,
    keys: &KeySet,
) -> Result<(), Error> {
    let header = token.header();
    let alg = header.alg.ok_or(Code::TokenAlgNotAllowed)?;
    engine::admit(alg, token.signature())?;
    let mut verdict = Err(Code::TokenKeyNotFound.into());
    for key in keys.candidates(alg, header.kid.as_deref()) {
        verdict = webcrypto::verify(runtime, key, alg, token.signing_input(), token.signature()).await;
        if verdict.is_ok() {
            break;
        }
    }
    verdict
}
