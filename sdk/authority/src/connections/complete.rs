//! The way back from the provider.

use edgeward_core::Code;

use super::{Complete, Completed, Grant, binding, keep, listed, permitted};
use crate::{
    context::Context,
    failure::Failure,
    platform::Limit,
    providers::{
        self, Provider,
        transactions::{self, Kind, Pending},
    },
    store::guard,
};

/// A state is used by one call at a time, for as long as an exchange may take.
const ONE_AT_A_TIME: Limit = Limit { requests: 1, window_millis: 30_000 };

/// Completes a connection, or renews the one that there is.
///
/// # Errors
/// `oauth_invalid_state`: the state is unknown, used, expired, of another provider, user or session; only a connection
/// that is made uses it up. `callback_issuer_mismatch`: the answer is another provider's, or does not say whose, where
/// the provider always does. `oauth_provider_error`: the provider refused the code. `connection_taken`: its account is
/// another user's connection.
pub async fn complete(context: &Context<'_>, callback: Complete) -> Result<Completed, Failure> {
    let user = permitted(context, "write")?;
    let provider = providers::named(context.authority, &callback.provider.0)?;
    let found = transactions::find(context, &provider.name, &callback.state.0).await?;
    let own = binding(context)?;
    let is_own = |pending: &Pending| {
        pending.kind == Kind::Connect && pending.user.as_deref() == Some(user) && pending.is_bound_to(&own)
    };
    let pending = found.filter(is_own).ok_or(Code::OauthInvalidState)?;
    // Two exchanges of one code would make the provider take back what the first one got.
    let platform = &context.authority.platform;
    let turn = ["oauth-state:", &callback.state.0].concat();
    if platform.take(&turn, ONE_AT_A_TIME).await?.is_some() {
        return Err(Code::OauthInvalidState.into());
    }
    let completed = exchange(context, provider, &pending, &callback).await;
    if completed.is_err() {
        platform.refill(&turn).await?;
    }
    completed
}

async fn exchange(
    context: &Context<'_>,
    provider: &Provider,
    pending: &Pending,
    callback: &Complete,
) -> Result<Completed, Failure> {
    let (authority, transaction) = (context.authority, &pending.transaction);
    let metadata = provider.metadata(authority).await?;
    // RFC 9207 §2.4, before the code goes anywhere.
    let is_issuer = match &callback.iss {
        Some(iss) => iss.0 == transaction.issuer,
        None => !metadata.names_issuer_in_responses,
    };
    if !is_issuer {
        return Err(Failure::at(Code::CallbackIssuerMismatch, "iss"));
    }
    let failed = |failure| provider.failed(authority, "connection", &failure);
    let granted =
        provider.redeem(authority, &metadata, &callback.code.0, transaction).await.map_err(failed)?;
    let identity = provider.identity(authority, &metadata, &granted, transaction).await.map_err(failed)?;
    let subject = identity.map(|identity| identity.subject);
    let grant = Grant::of(&granted, &transaction.scope, subject, context.now);
    let (id, keep) = keep(context, context.user()?, &provider.name, &grant).await?;
    let completed = Completed {
        id,
        provider: provider.name.clone(),
        scopes: listed(&grant.scopes),
        expires_at: grant.expires_at,
    };
    let statements = vec![pending.take(context.now), guard(), keep, guard()];
    if let Some(completed) = context.commit(statements, completed).await? {
        return Ok(completed);
    }
    let is_there = transactions::find(context, &provider.name, &callback.state.0).await?.is_some();
    Err(if is_there { Code::ConnectionTaken } else { Code::OauthInvalidState }.into())
}
