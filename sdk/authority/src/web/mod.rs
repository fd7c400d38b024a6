//! Sessions of users in browsers.
//!
//! A session is a row, its token a cookie: signed, so that a made-up one costs no look at the store, and kept as a
//! hash, so that a thief of the store has none. Names, forms and paths are those of Better Auth, whose client and
//! cookie readers work with them.

mod backend;
pub mod cookie;
mod entries;
mod lifecycle;
mod session;
mod settings;
pub mod snapshot;
mod statements;
#[cfg(test)]
mod tests;

use edgeward_core::time::UnixMillis;

pub use backend::{create, validate};
pub(crate) use entries::{all, check_fresh};
pub use entries::{get, list, revoke, revoke_all, revoke_others, revoke_token, sign_out};
pub(crate) use lifecycle::{New, keep_in_browser, prepare};
pub use lifecycle::{end, forget, keep, renew, start};
pub use session::{Session, of, of_token};
pub use settings::{CookieCache, Settings};
pub use snapshot::cached;
pub(crate) use statements::{end_all as end_all_of, end_by_id, end_others as end_others_of};

use crate::{operations::shape::Text, shape};

/// Whether a session outlives the browser that it began in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remember {
    /// It lasts for days, and is prolonged when it is used.
    Yes,
    /// It is over when the browser closes, and after a day at the latest.
    No,
}

shape! {
    /// A session that an application's own server begins for a user whom it has signed in.
    pub struct Create {
        /// The user.
        "userId" user: Text<1, 128>,
        /// What the user's browser says that it is; cut after 512 characters.
        "userAgent" user_agent: Option<Text<0, 8192>>,
        /// The address that the user comes from.
        "ipAddress" ip_address: Option<Text<0, 64>>,
    }

    /// A new session, with its secret.
    pub struct Created {
        /// What the session is known by to its holder alone. It is shown this once, and is a Bearer credential.
        "sessionId" secret: String,
        /// When it is over, in milliseconds since 1970.
        "expiresAt" expires_at: UnixMillis,
    }

    /// A session, by what its holder alone knows.
    pub struct BySecret {
        /// What `createWebSession` gave as `sessionId`.
        "sessionId" secret: Text<0, 512>,
    }

    /// What is known of a session. Of one that is not good, whatever the reason, nothing is.
    pub struct Validation {
        /// Whether it is good.
        "valid" valid: bool,
        /// Whose it is.
        "userId" user: Option<String>,
        /// When it is over, in milliseconds since 1970.
        "expiresAt" expires_at: Option<UnixMillis>,
    }

    /// Who is signed in, and how.
    pub struct Current {
        /// The session; null is nobody.
        "session" session: Option<CurrentSession>,
        /// The user; null is nobody.
        "user" user: Option<Profile>,
    }

    /// The session that a request came with.
    pub struct CurrentSession {
        /// Its id, by which it stands in lists.
        "id" id: String,
        /// When its user signed in, in milliseconds since 1970.
        "createdAt" created_at: UnixMillis,
        /// When it is over.
        "expiresAt" expires_at: UnixMillis,
        /// Whether its user signed in as recently as `listSessions` wants it.
        "fresh" fresh: bool,
        /// The administrator who acts as this user.
        "impersonatedBy" impersonated_by: Option<String>,
    }

    /// A user.
    pub struct Profile {
        /// Its id.
        "id" id: String,
        /// What it is called.
        "name" name: Option<String>,
        /// Its address.
        "email" email: Option<String>,
        /// Whether it was shown that the address is its own.
        "emailVerified" email_verified: bool,
        /// Where its picture is.
        "image" image: Option<String>,
        /// Its roles, separated by commas.
        "role" role: String,
    }

    /// The caller's sessions.
    pub struct Listed {
        /// The newest first.
        "sessions" sessions: Vec<Entry>,
    }

    /// A session in a list.
    pub struct Entry {
        /// Its id, to revoke it by.
        "id" id: String,
        /// Whether it is the one that asks.
        "current" current: bool,
        /// The browser that it began in.
        "userAgent" user_agent: Option<String>,
        /// The address that it began at.
        "ipAddress" ip_address: Option<String>,
        /// When its user signed in, in milliseconds since 1970.
        "createdAt" created_at: UnixMillis,
        /// When it was last used, to the minute.
        "lastUsedAt" last_used_at: UnixMillis,
        /// When it is over.
        "expiresAt" expires_at: UnixMillis,
    }

    /// One of the caller's sessions.
    pub struct ById {
        /// Its id, as `listSessions` gives it.
        "id" id: String,
    }
}
