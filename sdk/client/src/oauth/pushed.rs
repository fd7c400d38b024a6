//! How the authorization request gets to the server: in the address, signed, or pushed beforehand.
//!
//! Source: [RFC 9126](https://www.rfc-editor.org/rfc/rfc9126),
//! [RFC 9101](https://www.rfc-editor.org/rfc/rfc9101)

use edgeward_core::{
    Code, Error,
    json::Members,
    oauth::{
        authorize::{Parameters, Transaction, Wishes},
        discovery::Metadata,
        jar, par,
        token::TokenType,
    },
};

use super::{
    authentication::{Authentication, dress, server_now, sign},
    binding,
};
use crate::{
    effect::{self, SERVER},
    run::{Flow, Run},
    sign_in,
};

/// What the application asks for beyond what the server demands.
#[derive(Clone, Copy, Default)]
pub(crate) struct Delivery {
    pushed: bool,
    signed: bool,
}

impl Delivery {
    /// Reads the options `pushedAuthorizationRequests` and `signedAuthorizationRequests`.
    ///
    /// # Errors
    /// `config_invalid`, at the option.
    pub(crate) fn read(options: &Members) -> Result<Self, Error> {
        let flag = |name| options.flag(name).map(Option::unwrap_or_default);
        Ok(Self {
            pushed: flag("pushedAuthorizationRequests")?,
            signed: flag("signedAuthorizationRequests")?,
        })
    }
}

/// The address to send the user to.
///
/// # Errors
/// Those of [`Parameters::url`], of [`par`] and [`jar`]; `config_invalid` at `clientKey`: the server
/// demands a signed request, and there is no key.
pub(crate) fn url(
    run: &Run<'_>,
    metadata: &Metadata,
    transaction: &Transaction,
    wishes: Wishes,
) -> Flow<String> {
    let settings = &run.client.settings;
    let (transaction, mut wishes) = settings.catalogue.request(transaction, wishes);
    let transaction = &transaction;
    if settings.binding == TokenType::Dpop {
        let key = binding::make_key(run)?;
        wishes.extra.push(("dpop_jkt".into(), key.thumbprint()));
    }
    let client_id = &settings.client_id;
    let parameters = Parameters::new(client_id, transaction, &wishes, sign_in::challenge(run, transaction)?)?;
    let pushed = settings.delivery.pushed || par::is_required(metadata)?;
    let object = if settings.delivery.signed || jar::is_required(metadata)? {
        Some(signed(run, metadata, &parameters)?)
    } else {
        None
    };
    let request = match (&object, pushed) {
        (None, false) => return Ok(parameters.url(metadata)?),
        (Some(object), false) => return Ok(jar::url(metadata, client_id, object)?),
        (None, true) => par::request(metadata, &parameters)?,
        (Some(object), true) => par::signed_request(metadata, client_id, object)?,
    };
    let request = dress(run, request)?;
    let answer = match settings.binding {
        TokenType::Bearer => effect::fetch(run, &request, SERVER)?,
        TokenType::Dpop => binding::send(run, &request, None)?,
    };
    Ok(par::url(metadata, client_id, &par::response(&answer)?)?)
}

fn signed(run: &Run<'_>, metadata: &Metadata, parameters: &Parameters<'_>) -> Flow<String> {
    let Authentication::Key(alg, kid) = &run.client.settings.authentication else {
        return Err(Error::at(Code::ConfigInvalid, "clientKey").into());
    };
    let random = effect::random(run)?;
    let draft = jar::draft(metadata, parameters, (*alg, kid.as_deref()), &random, server_now(run)?);
    let signature = sign(run, *alg, draft.signing_input())?;
    Ok(draft.finish(&signature))
}
