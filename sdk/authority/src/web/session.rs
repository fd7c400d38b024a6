//! What a session is, and which one a request brings.

use edgeward_core::{Error, time::UnixMillis};

use super::{Remember, cookie, statements};
use crate::{
    Authority, Failure,
    context::{Principal, digest, is_worth_noting},
    http::Incoming,
    store::Row,
    users::User,
};

/// A session that is good, and its user. It holds the token, so there is no `Debug`.
#[derive(Clone)]
pub struct Session {
    /// Its id, by which others may know it.
    pub id: String,
    /// Its token, by which its holder is known.
    pub token: String,
    /// Whose it is.
    pub user: User,
    /// Whether it outlives the browser.
    pub remember: Remember,
    /// The administrator who acts as this user.
    pub impersonated_by: Option<String>,
    /// The browser that it began in.
    pub user_agent: Option<String>,
    /// The address that it began at.
    pub ip_address: Option<String>,
    /// When its user signed in.
    pub created_at: UnixMillis,
    /// When it was last prolonged.
    pub updated_at: UnixMillis,
    /// When it is over.
    pub expires_at: UnixMillis,
}

/// The session of a request's cookie, as the store knows it. A cookie that is not good is none.
///
/// # Errors
/// `store_unavailable`
pub async fn of(authority: &Authority, request: &Incoming) -> Result<Option<Session>, Failure> {
    match cookie::token(authority, request) {
        Some(token) => of_token(authority, &token).await,
        None => Ok(None),
    }
}

/// The session of a token, if it is good.
///
/// # Errors
/// `store_unavailable`
pub async fn of_token(authority: &Authority, token: &str) -> Result<Option<Session>, Failure> {
    let (hash, now) = (digest(token), authority.platform.now());
    let Some(row) = authority.store.row(statements::by_hash(&hash, now)).await? else { return Ok(None) };
    if is_worth_noting(row.optional_instant("last_used_at")?, now) {
        authority.store.row(statements::used(&hash, now)).await?;
    }
    Ok(Some(Session::read(&row, token.into())?))
}

/// The same, and nothing is noted of it.
///
/// # Errors
/// `store_unavailable`
pub(super) async fn peek(authority: &Authority, token: &str) -> Result<Option<Session>, Failure> {
    let row = authority.store.row(statements::by_hash(&digest(token), authority.platform.now())).await?;
    Ok(row.map(|row| Session::read(&row, token.into())).transpose()?)
}

impl Session {
    /// Who calls with this session.
    #[must_use]
    pub fn principal(&self) -> Principal {
        Principal::User {
            id: self.user.id.clone(),
            session: self.id.clone(),
            admin: self.user.is_admin(),
            impersonated_by: self.impersonated_by.clone(),
        }
    }

    /// Reads it from a row of [`statements::by_hash`].
    pub(super) fn read(row: &Row, token: String) -> Result<Self, Error> {
        Ok(Self {
            id: row.text("session_id")?,
            token,
            user: User::read(row)?,
            remember: if row.flag("remembered")? { Remember::Yes } else { Remember::No },
            impersonated_by: row.optional_text("impersonated_by")?,
            user_agent: row.optional_text("user_agent")?,
            ip_address: row.optional_text("ip_address")?,
            created_at: row.instant("session_created_at")?,
            updated_at: row.instant("session_updated_at")?,
            expires_at: row.instant("expires_at")?,
        })
    }
}
