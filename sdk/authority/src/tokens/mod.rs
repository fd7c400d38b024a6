//! API tokens: long-lived secrets for servers and scripts, kept as a hash and shown once.

mod change;
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

pub use change::{create, list, revoke};
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

    /// The caller's API tokens.
    pub struct Listed {
        /// The newest first.
        "tokens" tokens: Vec<Entry>,
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
}
