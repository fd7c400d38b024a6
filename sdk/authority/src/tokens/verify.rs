//! Whose an API token is, and what it may do.

use edgeward_core::{Code, keys::scopes::Scopes, time::UnixMillis};

use super::{PREFIX, statements};
use crate::{
    Authority,
    context::{digest, is_admin, is_worth_noting},
    failure::Failure,
    platform::Limit,
    store::Row,
};

/// An API token that is good.
#[derive(Clone, Debug, PartialEq)]
pub struct Verified {
    /// Its id.
    pub id: String,
    /// Whose it is.
    pub user: String,
    /// What it may do.
    pub scopes: Scopes,
    /// Whether its user administers this authority.
    pub admin: bool,
}

/// Verifies an API token and notes that it was used.
///
/// One statement reads all that decides, so whatever was committed before it counts, a revocation above all.
///
/// # Errors
/// In this order: `invalid_api_key`, `api_key_revoked`, `api_key_expired`, `user_banned`, `api_key_rate_limited`
/// with the time to wait.
pub async fn verify(authority: &Authority, token: &str) -> Result<Verified, Failure> {
    if !token.starts_with(PREFIX) {
        return Err(Code::InvalidApiKey.into());
    }
    let now = authority.platform.now();
    let row = authority.store.row(statements::by_hash(&digest(token))).await?;
    let row = row.ok_or(Code::InvalidApiKey)?;
    check(&row, now)?;
    let id = row.text("id")?;
    if let Some(limit) = limit(&row)? {
        let bucket = ["api_token:", &id].concat();
        if let Some(wait) = authority.platform.take(&bucket, limit).await? {
            return Err(Failure::limited(Code::ApiKeyRateLimited, wait));
        }
    }
    if is_worth_noting(row.optional_instant("last_used_at")?, now) {
        authority.store.row(statements::used(&id, now)).await?;
    }
    Ok(Verified {
        id,
        user: row.text("user_id")?,
        scopes: statements::scopes(&row)?,
        admin: is_admin(&row.text("role")?),
    })
}

fn check(row: &Row, now: UnixMillis) -> Result<(), Failure> {
    if row.optional_instant("revoked_at")?.is_some() {
        return Err(Code::ApiKeyRevoked.into());
    }
    if row.optional_instant("expires_at")?.is_some_and(|expires| expires < now) {
        return Err(Code::ApiKeyExpired.into());
    }
    if row.optional_instant("banned_until")?.is_some_and(|until| now < until) {
        return Err(Code::UserBanned.into());
    }
    Ok(())
}

/// The limit of a token. One that is broken lets nothing through.
fn limit(row: &Row) -> Result<Option<Limit>, Failure> {
    let number =
        |column| Ok::<_, Failure>(row.optional_number(column)?.and_then(|number| u32::try_from(number).ok()));
    Ok(match (number("max_requests")?, number("window_ms")?) {
        (None, None) => None,
        (requests, window) => {
            Some(Limit { requests: requests.unwrap_or(0), window_millis: window.unwrap_or(u32::MAX) })
        }
    })
}
