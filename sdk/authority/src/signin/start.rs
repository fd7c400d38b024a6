//! The way to the provider: `GET /api/auth/signin/{provider}?redirectTo=…`.

use edgeward_core::{
    Code, base64url,
    json::{Value, object},
    oauth::authorize::Target,
};

use super::{cookie, redirect, sent_to};
use crate::{
    context::Context,
    failure::Failure,
    http::{Outgoing, only},
    platform::Limit,
    providers::{
        self, Lasting, Provider,
        transactions::{self, Kind, New},
    },
    store::Statement,
    surface::plain_failure,
};

/// How many sign-ins may begin at one address.
const LIMIT: Limit = Limit { requests: 60, window_millis: 60_000 };

/// Sends the browser to the provider. What is wrong before there is a place to come back to is said here.
pub async fn answer(context: &Context<'_>, name: &str) -> Outgoing {
    match asked(context, name).await {
        Ok(url) => sent_to(context.request, &url),
        Err(failure) => plain_failure(&failure),
    }
}

async fn asked(context: &Context<'_>, name: &str) -> Result<String, Failure> {
    let query = context.request.query();
    let one = |name| only(&query, name).ok_or_else(|| Failure::parameter(name));
    begun(
        context,
        name,
        &Wish { redirect_to: one("redirectTo")?, challenge: one("challenge")?, reader: None },
    )
    .await
}

/// What a sign-in is begun for.
pub struct Wish<'a> {
    /// Where it ends.
    pub redirect_to: Option<&'a str>,
    /// The challenge of the page that redeems what it ends with.
    pub challenge: Option<&'a str>,
    /// Who reads there how it went, if it is nobody of ours.
    pub reader: Option<&'static str>,
}

/// Begins a sign-in: the address at the provider.
///
/// # Errors
/// `provider_not_configured`, `invalid_redirect`, `too_many_attempts`. `invalid_parameters` at `challenge`
pub async fn begun(context: &Context<'_>, name: &str, wish: &Wish<'_>) -> Result<String, Failure> {
    let provider = providers::named(context.authority, name)?;
    let redirect_to = redirect::checked(context.authority, wish.redirect_to)?;
    // S256 of RFC 7636 §4.2: 43 characters.
    if wish.challenge.is_some_and(|text| text.len() != 43 || base64url::decode(text).is_err()) {
        return Err(Failure::parameter("challenge"));
    }
    limited(context, "sign-in", LIMIT).await?;
    let more = [("challenge", wish.challenge), ("reader", wish.reader)];
    let (url, begin) = begin(context, provider, Kind::SignIn, None, &redirect_to, &more).await?;
    context.row(begin).await?;
    Ok(url)
}

/// Begins a transaction that the browser of the request will complete: the provider's address, and the statement that
/// makes it count.
///
/// # Errors
/// `discovery_unavailable`, `discovery_invalid`, `runtime_unsupported`
pub async fn begin(
    context: &Context<'_>,
    provider: &Provider,
    kind: Kind,
    user: Option<&str>,
    redirect_to: &str,
    more: &[(&str, Option<&str>)],
) -> Result<(String, Statement), Failure> {
    let metadata = provider.metadata(context.authority).await?;
    let target = Target {
        issuer: metadata.issuer.clone(),
        redirect_uri: callback(context, provider),
        scope: provider.kind.scope_of(&provider.scope),
        resources: Vec::new(),
    };
    let mut members: Vec<(&str, Value)> = vec![("redirectTo", redirect_to.into())];
    members.extend(more.iter().filter_map(|(name, value)| Some((*name, (*value)?.into()))));
    let value = cookie::value(context)?;
    let new = New { kind, provider: &provider.name, user, binding: &value };
    let (transaction, begin) = transactions::begin(context, &new, target, Some(object(members)))?;
    let url = provider.authorization_url(&metadata, &transaction, Lasting::No)?;
    cookie::set(context, provider, &transaction.state, &value);
    Ok((url, begin))
}

/// Where a provider sends browsers back to.
fn callback(context: &Context<'_>, provider: &Provider) -> String {
    [&context.authority.settings.issuer, "/api/auth/callback/", &provider.name].concat()
}

/// Counts an attempt from the request's address; those whose address nobody knows share one.
///
/// # Errors
/// `too_many_attempts`, `store_unavailable`
pub async fn limited(context: &Context<'_>, what: &str, limit: Limit) -> Result<(), Failure> {
    let address = context.request.address.as_deref().unwrap_or("unknown");
    match context.authority.platform.take(&[what, ":", address].concat(), limit).await? {
        Some(wait) => Err(Failure::limited(Code::TooManyAttempts, wait)),
        None => Ok(()),
    }
}
