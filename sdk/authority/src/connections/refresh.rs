//! Refreshing a provider's tokens, once however many ask.
//!
//! Providers that rotate refresh tokens take a second use of one for theft. So one request takes a lease in the
//! store, refreshes, and writes what it got under the number of the tokens that it began with; the others look until
//! the number has changed. Whoever dies with the lease is succeeded when it runs out.

use edgeward_core::{
    Code,
    oauth::{self, scope},
    time::{Seconds, UnixMillis},
};

use super::{
    statements::{self, Refreshed, expiry},
    token::{Kept, kept},
};
use crate::{
    context::Context,
    failure::Failure,
    providers::Provider,
    vault::{self, Purpose},
};

/// How long one request has for a refresh, in milliseconds: twice as long as a call of the provider may take.
const LEASE: i64 = 20_000;
/// How often the others look, in milliseconds.
const LOOK_EVERY: u32 = 200;
/// How often they look at most.
const LOOKS: u32 = 150;

/// The connection with tokens that are good.
///
/// # Errors
/// `refresh_token_not_found`, `failed_to_refresh_access_token`, `refresh_under_way`; `connection_not_found`: it was
/// revoked meanwhile.
pub async fn refreshed(
    context: &Context<'_>,
    user: &str,
    provider: &Provider,
    mut connection: Kept,
) -> Result<Kept, Failure> {
    for _ in 0..LOOKS {
        let now = context.authority.platform.now();
        if connection.is_good(now) {
            return Ok(connection);
        }
        let refresh_token = connection.refresh_token.as_deref().ok_or(Code::RefreshTokenNotFound)?;
        // What has to be looked up first does not count against the lease.
        provider
            .metadata(context.authority)
            .await
            .map_err(|error| refused(context, provider, &error.into()))?;
        let now = context.authority.platform.now();
        let until = UnixMillis(now.0.saturating_add(LEASE));
        let lease = statements::lease(&connection.id, connection.generation, now, until);
        if context.row(lease).await?.is_some() {
            renew(context, provider, &connection, refresh_token).await?;
        } else {
            context.authority.platform.sleep(LOOK_EVERY).await;
        }
        connection = kept(context, user, provider).await?;
    }
    Err(Failure::limited(Code::RefreshUnderWay, Seconds(1)))
}

/// Refreshes, and keeps what comes of it. The lease is over afterwards, whatever came.
async fn renew(
    context: &Context<'_>,
    provider: &Provider,
    connection: &Kept,
    sealed: &str,
) -> Result<(), Failure> {
    let authority = context.authority;
    let (id, generation) = (connection.id.as_str(), connection.generation);
    let refresh_token = vault::open_text(authority, Purpose::ProviderToken, sealed)?;
    let granted = match provider.refresh(authority, &refresh_token).await {
        Ok(granted) => granted,
        Err(failure) => {
            let said = refused(context, provider, &failure);
            let is_over = failure.error.code == Code::InvalidGrant;
            let after = if is_over {
                statements::forget(id, generation)
            } else {
                statements::release(id, generation)
            };
            context.row(after).await?;
            return Err(said);
        }
    };
    let now = authority.platform.now();
    let seal = |token: &str| vault::seal(authority, Purpose::ProviderToken, token.as_bytes());
    let new = Refreshed {
        access_token: seal(&granted.tokens.access_token)?,
        // Most providers give none, and mean that the old one stays.
        refresh_token: granted.tokens.refresh_token.as_deref().map(seal).transpose()?,
        scopes: granted.tokens.scope.as_deref().map(scope::normal),
        expires_at: expiry(&granted, now),
    };
    let written = statements::refreshed(id, generation, new, now);
    // The provider may have taken the old refresh token back already: these are worth a second try.
    if context.row(written.clone()).await.is_err() {
        context.row(written).await?;
    }
    Ok(())
}

/// What is said of a provider that gives nothing.
fn refused(context: &Context<'_>, provider: &Provider, failure: &oauth::Failure) -> Failure {
    match provider.failed(context.authority, "refresh", failure) {
        Failure { code: Code::OauthProviderError, .. } => Code::FailedToRefreshAccessToken.into(),
        said => said,
    }
}
