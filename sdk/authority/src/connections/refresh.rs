//! Refreshing a provider's tokens, once however many ask.
//!
//! Providers that rotate refresh tokens take a second use of one for theft. So one request takes a lease in the
//! store, refreshes, and writes what it got under the number of the tokens that it began with; the others look until
//! the number has changed. Whoever dies with the lease is succeeded when it runs out.

use edgeward_core::{
    Code,
    oauth::scope,
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

/// How long one request has for a refresh, in milliseconds: longer than a call of the provider may take.
const LEASE: i64 = 15_000;
/// How often the others look, in milliseconds.
const LOOK_EVERY: u32 = 200;
/// How often they look at most.
const LOOKS: u32 = 100;

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
            let said = provider.failed(authority, "refresh", &failure);
            let is_over = failure.error.code == Code::InvalidGrant;
            let after = if is_over {
                statements::forget(id, generation)
            } else {
                statements::release(id, generation)
            };
            context.row(after).await?;
            let is_final = said.code == Code::OauthProviderError;
            return Err(if is_final { Code::FailedToRefreshAccessToken.into() } else { said });
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
