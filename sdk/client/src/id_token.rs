//! Verifies an ID token: the core says what to check, WebCrypto checks the signature.

pub(crate) mod webcrypto;

use std::rc::Rc;

use edgeward_core::{
    Code, Error,
    jose::{Key, KeySet, engine},
    jwt::{self, Claims, Policy, Unverified},
    oauth::{
        discovery::Metadata,
        id_token::{self, Expected},
    },
    secret::Secret,
};

use crate::{provider::Provider, runtime::Runtime};

/// Verifies signature and claims. What is signed with a secret is verified with `secret`, that of the
/// client ([OpenID Connect Core §10.1](https://openid.net/specs/openid-connect-core-1_0.html#Signing)).
///
/// # Errors
/// Those of [`jwt::admit`], [`Provider::keys`], [`webcrypto::verify`] and [`id_token::validate`].
pub(crate) async fn verify(
    runtime: &Rc<Runtime>,
    token: &str,
    metadata: &Metadata,
    policy: &Policy,
    expected: &Expected<'_>,
    secret: Option<&Secret>,
) -> Result<Claims, Error> {
    // The issuer as its metadata spell it.
    let policy = &Policy { issuer: metadata.issuer.clone(), ..policy.clone() };
    let token = jwt::admit(token, policy)?;
    match (token.header().alg, secret) {
        // The core's own engine: a platform would gain nothing by seeing the secret.
        (Some(alg), Some(secret)) if alg.is_symmetric() => {
            let key = Key::symmetric(secret.clone(), None);
            engine::verify(&key, alg, token.signing_input(), token.signature())?;
        }
        _ => {
            let keys = Provider::keys(runtime, metadata).await?;
            check_signature(runtime, &token, &keys).await?;
        }
    }
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
