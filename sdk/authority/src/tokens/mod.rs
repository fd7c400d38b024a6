//! API tokens: long-lived secrets for servers and scripts, kept as a hash and shown once.

mod change;
mod list;
mod manage;
mod scopes;
mod statements;
#[cfg(test)]
mod tests;
mod verify;

use edgeward_core::{
    Error,
    keys::scopes::{ADMIN, Scopes},
    time::{Seconds, UnixMillis},
};
use serde::Deserialize;

pub use change::{create, revoke};
pub use list::list;
pub use manage::{check, get, remove, rotate, update};
pub use scopes::are_known;
pub use statements::scopes as scopes_of;
pub use verify::{Verified, verify};

use crate::{operations::shape::Text, settings::invalid, shape};

/// What every API token begins with.
pub const PREFIX: &str = "sk_";
/// How many characters follow.
const SECRET_LENGTH: usize = 32;

/// The settings of API tokens.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The words that a scope may be; `*` stands for whatever has the form of one.
    pub scopes: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { scopes: SCOPES.map(Into::into).into() }
    }
}

impl Settings {
    /// Checks them.
    ///
    /// # Errors
    /// `config_invalid` at `tokens.scopes`: a word has not the form of a scope.
    pub fn check(self) -> Result<Self, Error> {
        let words = self.scopes.iter().filter(|word| *word != "*").map(|word| word.as_str().into());
        match Scopes::read(&words.collect::<Vec<edgeward_core::json::Value>>().into()) {
            Some(_) => Ok(self),
            None => Err(invalid("tokens.scopes")),
        }
    }
}

/// The scopes of the API that this one is compatible with.
const SCOPES: [&str; 8] = [
    "skills:read",
    "skills:write",
    "learning:report",
    "learning:read",
    "collaboration:join",
    "collaboration:create",
    "social:write",
    ADMIN,
];

shape! {
    /// What a new API token is called and may do.
    pub struct Create {
        /// Its name in lists.
        "name" name: Text<1, 100>,
        /// What it may do: words such as `skills:read` and `admin`, or `{resource, actions}`. None are allowed, too.
        "scopes" scopes: Scopes,
        /// After how many seconds it expires; without it, never.
        "expiresIn" expires_in: Option<Seconds>,
        /// How often it may be used; without it, as often as the whole service allows.
        "rateLimit" rate_limit: Option<RateLimit>,
        /// Anything that belongs to it.
        "metadata" metadata: Option<crate::operations::shape::Metadata>,
    }

    /// So many requests at once, refilled evenly over the window.
    pub struct RateLimit {
        /// How many requests at once.
        "maxRequests" max_requests: u32,
        /// How long an empty bucket takes to fill, in milliseconds.
        "windowMs" window_ms: u32,
    }

    /// A new API token, with its secret.
    pub struct Created {
        /// The secret. It is shown this once.
        "token" token: String,
        /// The id to revoke it by.
        "tokenId" id: String,
        /// Its name.
        "name" name: String,
        /// What it may do.
        "scopes" scopes: Scopes,
        /// When it expires, in milliseconds since 1970; null is never.
        "expiresAt" expires_at: Option<UnixMillis>,
    }

    /// Which of the caller's API tokens, and in which order. Without arguments: those that are not revoked, the newest
    /// first.
    pub struct Which {
        /// Those of this name.
        "name" name: Option<Text<1, 100>>,
        /// The one that begins like this, as `getApiToken` shows it.
        "prefix" prefix: Option<Text<1, 16>>,
        /// Whether those that are revoked, instead of those that are not.
        "revoked" revoked: Option<bool>,
        /// What they are ordered by; `createdAt` without it.
        "orderBy" order_by: Option<OrderBy>,
        /// In which direction; `desc` without it.
        "order" order: Option<Direction>,
        /// How many at a time, 50 without it; more than 100 are as good as 100.
        "limit" limit: Option<u32>,
        /// What the page before gave as `nextCursor`.
        "cursor" cursor: Option<Text<1, 1024>>,
    }

    /// The caller's API tokens.
    pub struct Listed {
        /// In their order.
        "tokens" tokens: Vec<Entry>,
        /// Asks for the page after this one; null is the last.
        "nextCursor" next_cursor: Option<String>,
    }

    /// An API token without its secret.
    pub struct Entry {
        /// The id.
        "_id" id: String,
        /// The name.
        "name" name: String,
        /// What it may do.
        "scopes" scopes: Scopes,
        /// When it was created, in milliseconds since 1970.
        "createdAt" created_at: UnixMillis,
        /// When it expires; null is never.
        "expiresAt" expires_at: Option<UnixMillis>,
        /// When it was last used, to the minute; null is never.
        "lastUsedAt" last_used_at: Option<UnixMillis>,
    }

    /// Which API token.
    pub struct ById {
        /// Its id.
        "tokenId" id: String,
    }

    /// An API token, if there is one.
    pub struct Found {
        /// Null: the caller has no such token.
        "apiToken" token: Option<Detail>,
    }

    /// All that is known of an API token.
    pub struct Detail {
        /// The id.
        "_id" id: String,
        /// The name.
        "name" name: String,
        /// What it may do.
        "scopes" scopes: Scopes,
        /// How its secret begins.
        "prefix" prefix: String,
        /// How often it may be used; null is as often as the whole service allows.
        "rateLimit" rate_limit: Option<RateLimit>,
        /// What it was created with.
        "metadata" metadata: Option<crate::operations::shape::Metadata>,
        /// When it was created, in milliseconds since 1970.
        "createdAt" created_at: UnixMillis,
        /// When it expires; null is never.
        "expiresAt" expires_at: Option<UnixMillis>,
        /// When it was last used, to the minute; null is never.
        "lastUsedAt" last_used_at: Option<UnixMillis>,
        /// When it was revoked; null is not yet.
        "revokedAt" revoked_at: Option<UnixMillis>,
    }

    /// What is to be different about an API token. What is left out stays.
    pub struct Update {
        /// Its id.
        "tokenId" id: String,
        /// Its name from now on.
        "name" name: Option<Text<1, 100>>,
        /// What it may do from now on.
        "scopes" scopes: Option<Scopes>,
        /// How often it may be used from now on.
        "rateLimit" rate_limit: Option<RateLimit>,
    }

    /// An API token that is to have another secret.
    pub struct Rotate {
        /// Its id.
        "tokenId" id: String,
        /// The name of the new one; without it, that of the old one.
        "name" name: Option<Text<1, 100>>,
        /// After how many seconds the new one expires; without it, never.
        "expiresIn" expires_in: Option<Seconds>,
    }

    /// An API token, by its secret.
    pub struct BySecret {
        /// The secret.
        "token" secret: Text<0, 512>,
    }

    /// An API token that is good.
    pub struct Verification {
        /// Whose it is.
        "userId" user: String,
        /// Which it is.
        "tokenId" id: String,
        /// What it may do.
        "scopes" scopes: Scopes,
    }
}

crate::choice! {
    /// What API tokens are ordered by.
    pub enum OrderBy {
        /// When they were created.
        CreatedAt = "createdAt",
        /// Their names, by their characters.
        Name = "name",
        /// When they were last used; never is before everything.
        LastUsedAt = "lastUsedAt",
        /// When they expire; never is after everything.
        ExpiresAt = "expiresAt",
        /// When they were revoked; not yet is after everything.
        RevokedAt = "revokedAt",
    }

    /// In which direction.
    pub enum Direction {
        /// From the least on.
        Ascending = "asc",
        /// From the greatest on.
        Descending = "desc",
    }
}
