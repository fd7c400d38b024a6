//! Accounts: at which providers a user is known, each a way to sign in.

use edgeward_core::time::UnixMillis;

use super::User;
use crate::{
    Authority,
    failure::Failure,
    store::{Row, Statement, sql},
};

/// What a provider calls a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The provider's name in the settings.
    pub provider: String,
    /// The provider's own id of the user.
    pub subject: String,
    /// Since when it is linked.
    pub created_at: UnixMillis,
}

/// The user whom a provider calls so.
///
/// # Errors
/// `store_unavailable`
pub async fn user(authority: &Authority, provider: &str, subject: &str) -> Result<Option<User>, Failure> {
    let statement = sql(
        "SELECT u.* FROM edgeward_accounts a JOIN edgeward_users u ON u.id = a.user_id
          WHERE a.provider = ?1 AND a.subject = ?2",
        [provider.into(), subject.into()],
    );
    let row = authority.store.row(statement).await?;
    Ok(row.as_ref().map(User::read).transpose()?)
}

/// The accounts of a user, the oldest first.
///
/// # Errors
/// `store_unavailable`
pub async fn of_user(authority: &Authority, user: &str) -> Result<Vec<Account>, Failure> {
    read(&authority.store.rows(statement(user)).await?)
}

/// Asks for the accounts of a user, for [`read`]: so they are read in one batch with the user.
#[must_use]
pub fn statement(user: &str) -> Statement {
    sql(
        "SELECT provider, subject, created_at FROM edgeward_accounts
          WHERE user_id = ?1 ORDER BY created_at, provider, subject LIMIT 100",
        [user.into()],
    )
}

/// The accounts that [`statement`] has read.
///
/// # Errors
/// `internal_error`: a row is none of an account.
pub fn read(rows: &[Row]) -> Result<Vec<Account>, Failure> {
    let accounts = rows.iter().map(|row| {
        Ok(Account {
            provider: row.text("provider")?,
            subject: row.text("subject")?,
            created_at: row.instant("created_at")?,
        })
    });
    accounts.collect()
}

/// Links an account to a user. It breaks a constraint if the account is linked already.
#[must_use]
pub fn insert(provider: &str, subject: &str, user: &str, now: UnixMillis) -> Statement {
    sql(
        "INSERT INTO edgeward_accounts (provider, subject, user_id, created_at) VALUES (?1, ?2, ?3, ?4)",
        [provider.into(), subject.into(), user.into(), now.0.into()],
    )
}
