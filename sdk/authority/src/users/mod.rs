//! Users: who they are, and at which providers they are known.

pub mod accounts;
mod statements;
#[cfg(test)]
mod tests;

use edgeward_core::{Error, time::UnixMillis};

pub use statements::{by_id as statement, insert};

use crate::{
    Authority,
    failure::Failure,
    store::{Refused, Row},
};

/// The role of who administers this authority.
pub const ADMIN: &str = "admin";

/// A user as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The id, which never changes.
    pub id: String,
    /// What the user is called.
    pub name: Option<String>,
    /// The e-mail address, as [`address`] writes it.
    pub email: Option<String>,
    /// Whether the address was shown to be the user's. No two users have the same verified address.
    pub email_verified: bool,
    /// The address of a picture.
    pub image: Option<String>,
    /// Its roles, separated by commas; [`ADMIN`] administers this authority.
    pub role: String,
    /// Until when the user is banned.
    pub banned_until: Option<UnixMillis>,
    /// Since when the user is known.
    pub created_at: UnixMillis,
    /// When something of this was changed last.
    pub updated_at: UnixMillis,
}

impl User {
    /// Reads a row of the table.
    ///
    /// # Errors
    /// `internal_error` at a column that is not what its table says.
    pub fn read(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.text("id")?,
            name: row.optional_text("name")?,
            email: row.optional_text("email")?,
            email_verified: row.flag("email_verified")?,
            image: row.optional_text("image")?,
            role: row.text("role")?,
            banned_until: row.optional_instant("banned_until")?,
            created_at: row.instant("created_at")?,
            updated_at: row.instant("updated_at")?,
        })
    }

    /// Whether the user administers this authority.
    #[must_use]
    pub fn is_admin(&self) -> bool {
        crate::context::is_admin(&self.role)
    }

    /// Whether the user may not sign in at an instant.
    #[must_use]
    pub fn is_banned(&self, now: UnixMillis) -> bool {
        self.banned_until.is_some_and(|until| now < until)
    }
}

/// Who somebody is, as far as others say so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// What the user is called.
    pub name: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
    /// Whether whoever says so has seen that it is the user's.
    pub email_verified: bool,
    /// The address of a picture.
    pub image: Option<String>,
}

/// The one form in which an address is kept and compared: no space around it, no capital letters.
///
/// Only ASCII is folded. Unicode folds letters of other scripts onto ASCII, and somebody else's address
/// onto this one.
#[must_use]
pub fn address(text: &str) -> String {
    text.trim().to_ascii_lowercase()
}

/// The user of an id.
///
/// # Errors
/// `store_unavailable`
pub async fn by_id(authority: &Authority, id: &str) -> Result<Option<User>, Failure> {
    let row = authority.store.row(statements::by_id(id)).await?;
    Ok(row.as_ref().map(User::read).transpose()?)
}

/// The one user who showed that an e-mail address is theirs.
///
/// # Errors
/// `store_unavailable`
pub async fn by_verified_email(authority: &Authority, email: &str) -> Result<Option<User>, Failure> {
    let row = authority.store.row(statements::by_verified_email(&address(email))).await?;
    Ok(row.as_ref().map(User::read).transpose()?)
}

/// Registers a user; `None` if the address is verified and another user's already.
///
/// # Errors
/// `store_unavailable`
pub async fn create(authority: &Authority, id: &str, profile: &Profile) -> Result<Option<User>, Failure> {
    match authority.store.row(insert(id, profile, authority.platform.now())).await {
        Ok(row) => Ok(row.as_ref().map(User::read).transpose()?),
        Err(Refused::Constraint) => Ok(None),
        Err(refused) => Err(refused.into()),
    }
}

/// Changes a user's name and picture, each if there is a new one; `None` if there is no such user.
///
/// # Errors
/// `store_unavailable`
pub async fn update(
    authority: &Authority,
    id: &str,
    name: Option<&str>,
    image: Option<&str>,
) -> Result<Option<User>, Failure> {
    let row = authority.store.row(statements::update(id, name, image, authority.platform.now())).await?;
    Ok(row.as_ref().map(User::read).transpose()?)
}

/// Removes a user and everything that is kept of one; whether there was such a user.
///
/// # Errors
/// `store_unavailable`
pub async fn remove(authority: &Authority, id: &str) -> Result<bool, Failure> {
    Ok(authority.store.row(statements::remove(id)).await?.is_some())
}
