//! What connections there are, and how they end.

use edgeward_core::{Code, time::Seconds};

use super::{ByProvider, Entry, Listed, OfProvider, Scopes, listed, permitted, statements};
use crate::{
    context::Context,
    failure::Failure,
    operations::shape::{Done, Nothing},
    providers,
    store::{Row, guard},
    vault::{self, Purpose},
};

/// Lists the caller's connections, without their tokens.
///
/// # Errors
/// `not_permitted`
pub async fn list(context: &Context<'_>, _: Nothing) -> Result<Listed, Failure> {
    let rows = context.rows(statements::of_user(permitted(context, "read")?)).await?;
    let entries = rows.iter().map(|row| {
        Ok(Entry {
            id: row.text("id")?,
            provider: row.text("provider")?,
            scopes: listed(&row.text("scopes")?),
            created_at: row.instant("created_at")?,
            updated_at: row.instant("updated_at")?,
            expires_at: row.optional_instant("expires_at")?,
        })
    });
    Ok(Listed { connections: entries.collect::<Result<_, Failure>>()? })
}

/// What a provider has granted to the caller; nothing if there is no connection.
///
/// # Errors
/// `not_permitted`
pub async fn scopes(context: &Context<'_>, of: OfProvider) -> Result<Scopes, Failure> {
    let provider = of.provider.map_or_else(|| "github".into(), |name| name.0);
    let row = context.row(statements::with(permitted(context, "read")?, &provider)).await?;
    let scopes = row.map(|row| row.text("scopes")).transpose()?.unwrap_or_default();
    Ok(Scopes { scopes: listed(&scopes) })
}

/// Ends a connection: it is gone here at once, and the provider is told. If the provider does not hear it, it is
/// gone here all the same, and the operator's log says so. Without a connection nothing happens.
///
/// # Errors
/// `not_permitted`
pub async fn revoke(context: &Context<'_>, of: ByProvider) -> Result<Done, Failure> {
    let user = permitted(context, "write")?;
    let done = Done { success: true };
    // Tokens that change meanwhile are not removed unseen: they are read again.
    for _ in 0..TRIES {
        let Some(row) = context.row(statements::with(user, &of.provider.0)).await? else {
            return context.commit(Vec::new(), done).await?.ok_or(Code::InternalError.into());
        };
        let remove = statements::remove(&row.text("id")?, row.number("generation")?);
        if let Some(done) = context.commit(vec![remove, guard()], done.clone()).await? {
            give_back(context, &of.provider.0, &row).await;
            return Ok(done);
        }
    }
    Err(Failure::limited(Code::RefreshUnderWay, Seconds(1)))
}

/// How often a connection is read that changes while it is removed.
const TRIES: u32 = 4;

/// Gives tokens that are no longer kept back to their provider.
pub async fn give_back(context: &Context<'_>, provider: &str, row: &Row) {
    if let Err(failure) = tried(context, provider, row).await {
        context
            .authority
            .platform
            .log(&format!("provider {provider}: revocation: {}", failure.code.as_str()));
    }
}

async fn tried(context: &Context<'_>, provider: &str, row: &Row) -> Result<(), Failure> {
    // What the user brought is the user's to take back.
    if row.text("kind")? != "oauth" {
        return Ok(());
    }
    let authority = context.authority;
    let open = |sealed: &str| vault::open_text(authority, Purpose::ProviderToken, sealed);
    let access_token = open(&row.text("access_token")?)?;
    let refresh_token = row.optional_text("refresh_token")?.as_deref().map(open).transpose()?;
    let provider = providers::named(authority, provider)?;
    let outcome = provider.give_back(authority, &access_token, refresh_token.as_deref()).await;
    outcome.map_err(|failure| provider.failed(authority, "revocation", &failure))
}

/// Whether every wanted scope was granted.
///
/// # Errors
/// `insufficient_scope`
pub fn covered(provider: &providers::Provider, granted: &str, wanted: &[String]) -> Result<(), Failure> {
    if provider.covers(granted, &wanted.join(" ")) { Ok(()) } else { Err(Code::InsufficientScope.into()) }
}
