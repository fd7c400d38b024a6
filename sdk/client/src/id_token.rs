//! Verifies an ID token: the core says what to check, WebCrypto checks the signature.

pub(crate) mod webcrypto;

#[cfg(feature = "oauth")]
use edgeward_core::jose::Key;
use edgeward_core::{
    Code, Error,
    jose::{KeySet, engine},
    json::Map,
    jwt::{self, Policy, Unverified},
    oauth::{
        discovery::Metadata,
        id_token::{self, Expected},
        token::Tokens,
    },
    text,
    time::Seconds,
};

use crate::{
    effect,
    provider::Provider,
    run::{Flow, Run, settled},
};

/// What a sign-in asked for, as far as its ID token has to show it.
pub(crate) struct Asked<'a> {
    pub scope: &'a str,
    pub nonce: Option<&'a str>,
    pub max_age: Option<Seconds>,
}

/// The verified claims of the ID token that came with `tokens`; none if none was asked for and none came.
///
/// # Errors
/// `response_invalid` at `id_token`: there is none. Those of [`jwt::admit`], [`Provider::keys`],
/// [`webcrypto::verify`] and [`id_token::validate`].
pub(crate) fn claims(run: &Run<'_>, metadata: &Metadata, tokens: &Tokens, asked: Asked<'_>) -> Flow<Map> {
    let Some(token) = &tokens.id_token else {
        let missing = text::split(asked.scope, " ").any(|scope| scope == "openid");
        return if missing {
            Err(Error::at(Code::ResponseInvalid, "id_token").into())
        } else {
            Ok(Map::new())
        };
    };
    let settings = &run.client.settings;
    #[cfg(feature = "oauth")]
    let metadata = &*settings.catalogue.for_token(metadata, token)?;
    // The issuer as its metadata spell it.
    let policy = &Policy { issuer: metadata.issuer.clone(), ..settings.policy.clone() };
    let token = jwt::admit(token, policy)?;
    check_origin(run, &token, metadata)?;
    let access_token = match id_token::digest(&token) {
        Some(hash) => effect::digest(run, webcrypto::hash_name(hash), &tokens.access_token)?,
        None => Vec::new(),
    };
    let expected = Expected {
        client_id: &settings.client_id,
        nonce: asked.nonce,
        access_token: &access_token,
        max_age: asked.max_age,
    };
    let now = run.now().wall.to_seconds();
    Ok(id_token::validate(token.dangerous_trust(), policy, &expected, now)?.into_members())
}

/// Whether the issuer has signed it. What is signed with a secret is verified with that of the client
/// ([OpenID Connect Core §10.1](https://openid.net/specs/openid-connect-core-1_0.html#Signing)).
pub(crate) fn check_origin(run: &Run<'_>, token: &Unverified<'_>, metadata: &Metadata) -> Flow<()> {
    // The core's own engine: a platform would gain nothing by seeing the secret.
    #[cfg(feature = "oauth")]
    if let (Some(alg), Some(secret)) = (token.header().alg, run.client.settings.secret())
        && alg.is_symmetric()
    {
        let key = Key::symmetric(secret.clone(), None);
        return Ok(engine::verify(&key, alg, token.signing_input(), token.signature())?);
    }
    let keys = Provider::keys(run, metadata)?;
    check_signature(run, token, &keys)
}

/// Tries the keys that fit. A failure of the last one is reported.
pub(crate) fn check_signature(run: &Run<'_>, token: &Unverified<'_>, keys: &KeySet) -> Flow<()> {
    let header = token.header();
    let alg = header.alg.ok_or(Code::TokenAlgNotAllowed)?;
    engine::admit(alg, token.signature())?;
    let mut verdict = Err(Code::TokenKeyNotFound.into());
    for key in keys.candidates(alg, header.kid.as_deref()) {
        verdict = settled(webcrypto::verify(run, key, alg, token.signing_input(), token.signature()))?;
        if verdict.is_ok() {
            break;
        }
    }
    Ok(verdict?)
}
