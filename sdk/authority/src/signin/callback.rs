//! The way back from the provider: `GET` or `POST /api/auth/callback/{provider}`.

use edgeward_core::{
    Code,
    json::Value,
    oauth::{
        self,
        authorize::Callback,
        discovery::Metadata,
        providers::{ClientSecret, apple},
    },
};

use super::{cookie, handoff, link, redirect, sent_to};
use crate::{
    connections::Grant,
    context::Context,
    failure::Failure,
    gotrue,
    http::Outgoing,
    providers::{
        self, Identity, Provider,
        transactions::{self, Kind, Pending},
    },
    surface::plain_failure,
    web::{self, Remember},
};

/// Why a sign-in did not happen: a word for `?error=`.
pub struct Ended(&'static str);

impl From<Failure> for Ended {
    fn from(failure: Failure) -> Self {
        Self(match failure.code {
            Code::UserBanned => "banned",
            code => code.as_str(),
        })
    }
}

impl From<edgeward_core::Error> for Ended {
    fn from(error: edgeward_core::Error) -> Self {
        Failure::from(error).into()
    }
}

/// Signs the browser in and sends it on; the transaction's cookie is gone in any case.
pub async fn answer(context: &Context<'_>, name: &str) -> Outgoing {
    let provider = match providers::named(context.authority, name) {
        Ok(provider) => provider,
        Err(failure) => return plain_failure(&failure),
    };
    let text = parameters(context);
    let state = oauth::form::decode(&text).into_iter().find(|(name, _)| name == "state");
    let state = state.map(|(_, state)| state).unwrap_or_default();
    if !state.is_empty() {
        cookie::clear(context, provider, &state);
    }
    // Until it is known whose transaction this is, nothing of it decides where to go.
    let home = redirect::checked(context.authority, None);
    let (place, reader, outcome) = match found(context, provider, &state).await {
        Ok(pending) => {
            let outcome = completed(context, provider, &pending, &text).await;
            (member(&pending, "redirectTo").map_or(home, Ok), member(&pending, "reader"), outcome)
        }
        Err(ended) => (home, None, Err(ended)),
    };
    let place = match place {
        Ok(place) => place,
        Err(failure) => return plain_failure(&failure),
    };
    match outcome {
        Ok(None) => sent_to(context.request, &place),
        Ok(Some(code)) => sent_to(context.request, &redirect::with(&place, &[("code", &code)])),
        Err(Ended(word)) if reader.is_some() => {
            sent_to(context.request, &redirect::with(&place, &gotrue::told(word)))
        }
        Err(Ended(word)) => sent_to(context.request, &redirect::with(&place, &[("error", word)])),
    }
}

/// The parameters of the response, from the address or from a posted form.
fn parameters(context: &Context<'_>) -> String {
    let request = context.request;
    if request.method != "POST" {
        return request.url.split_once('?').map(|(_, query)| query.into()).unwrap_or_default();
    }
    let media_type = request.header("content-type").unwrap_or_default().split(';').next().unwrap_or_default();
    let body = request.body.as_deref().filter(|_| media_type.trim() == "application/x-www-form-urlencoded");
    String::from_utf8(body.unwrap_or_default().to_vec()).unwrap_or_default()
}

/// The transaction that this browser began.
async fn found(context: &Context<'_>, provider: &Provider, state: &str) -> Result<Pending, Ended> {
    if state.is_empty() {
        return Err(Ended("state_not_found"));
    }
    let pending = transactions::find(context, &provider.name, state).await?;
    let pending = pending.filter(|pending| pending.kind != Kind::Connect);
    let pending = pending.ok_or(Ended("please_restart_the_process"))?;
    match cookie::of(context, state) {
        Some(value) if pending.is_bound_to(value) => Ok(pending),
        _ => Err(Ended("state_mismatch")),
    }
}

/// The code of an answer that belongs to the transaction, which is used up by it.
async fn answered(
    context: &Context<'_>,
    provider: &Provider,
    metadata: &Metadata,
    pending: &Pending,
    text: &str,
) -> Result<String, Ended> {
    let callback = Callback::read(text).ok_or(Ended("no_code"))?;
    let checked = callback.check(&pending.transaction, context.now.to_seconds());
    let code = checked.map_err(oauth::Failure::from).and_then(|()| callback.code(metadata));
    // Another provider's answer, or one that repeats itself, leaves the transaction as it is.
    match code.as_ref().map_err(|failure| failure.error.code) {
        Err(Code::CallbackIssuerMismatch) => return Err(Ended("issuer_mismatch")),
        Err(Code::CallbackInvalid | Code::CallbackExpired) => return Err(Ended("state_mismatch")),
        _ => {}
    }
    if context.row(pending.take(context.now)).await?.is_none() {
        return Err(Ended("please_restart_the_process"));
    }
    code.map(Into::into).map_err(|failure| {
        provider.failed(context.authority, "sign-in", &failure);
        Ended(if failure.error.code == Code::AccessDenied { "access_denied" } else { "oauth_provider_error" })
    })
}

/// Completes a sign-in; the code for a page of another origin, if it was for one.
async fn completed(
    context: &Context<'_>,
    provider: &Provider,
    pending: &Pending,
    text: &str,
) -> Result<Option<String>, Ended> {
    let (authority, transaction) = (context.authority, &pending.transaction);
    let metadata = provider.metadata(authority).await?;
    let code = answered(context, provider, &metadata, pending, text).await?;
    let ended = |failure: oauth::Failure, word| match provider.failed(authority, "sign-in", &failure) {
        Failure { code: Code::OauthProviderError, .. } => Ended(word),
        failure => failure.into(),
    };
    let granted = provider.redeem(authority, &metadata, &code, transaction).await;
    let granted = granted.map_err(|failure| ended(failure, "invalid_code"))?;
    let identity = provider.identity(authority, &metadata, &granted, transaction).await;
    let identity = identity.map_err(|failure| ended(failure, "unable_to_get_user_info"))?;
    let mut identity = identity.ok_or(Ended("unable_to_get_user_info"))?;
    name(provider, &mut identity, text);
    let grant = Grant::of(&granted, &transaction.scope, Some(identity.subject.clone()), context.now);
    let user =
        link::settled(context, provider, pending.user.as_deref(), &identity, &grant, link::Keep::Wider).await;
    let user = user?.map_err(|refused| Ended(refused.word()))?;
    if pending.kind == Kind::Link {
        return Ok(None);
    }
    if let Some(challenge) = member(pending, "challenge") {
        return Ok(Some(handoff::code(context, &user, &challenge).await?));
    }
    web::start(context, &user, Remember::Yes).await?;
    Ok(None)
}

/// Apple gives the name once, beside the code.
fn name(provider: &Provider, identity: &mut Identity, text: &str) {
    if provider.kind.secret == ClientSecret::Signed && identity.profile.name.is_none() {
        identity.profile.name = apple::posted_name(text);
    }
}

/// What the start put into the transaction.
fn member(pending: &Pending, name: &str) -> Option<String> {
    pending.transaction.app_state.as_ref()?.get(name).and_then(Value::as_str).map(Into::into)
}
