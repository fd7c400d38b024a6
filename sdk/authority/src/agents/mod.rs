//! Sessions of agents: short-lived credentials that may do less than whoever creates them.

mod lifecycle;
mod statements;
#[cfg(test)]
mod tests;
mod verify;

use edgeward_core::{
    Error,
    keys::scopes::Scopes,
    time::{Seconds, UnixMillis},
};
use serde::Deserialize;

pub use lifecycle::{create, end, refresh};
pub use verify::{validate, verify};

use crate::{
    operations::shape::{Metadata, Text},
    settings::invalid,
    shape,
};

/// What every session token of an agent begins with.
pub const PREFIX: &str = "ast_";
/// How many characters follow.
const SECRET_LENGTH: usize = 32;

/// The settings of agents' sessions.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// How long a session may last, in seconds: a day.
    pub max_ttl: Seconds,
}

impl Default for Settings {
    fn default() -> Self {
        Self { max_ttl: Seconds(24 * 60 * 60) }
    }
}

impl Settings {
    /// Checks them.
    ///
    /// # Errors
    /// `config_invalid` at `agents.max_ttl`: nothing.
    pub fn check(self) -> Result<Self, Error> {
        if self.max_ttl.0 == 0 { Err(invalid("agents.max_ttl")) } else { Ok(self) }
    }
}

shape! {
    /// What an agent's session is to be.
    pub struct Create {
        /// Which agent. It belongs to whoever names it first.
        "agentId" agent: Text<1, 128>,
        /// How many seconds the session lasts.
        "ttl" ttl: Seconds,
        /// Anything that belongs to it; given back by `validateSession`, and trusted by nothing.
        "metadata" metadata: Option<Metadata>,
        /// What it may do, within what the caller may; without it, whatever this service has scopes for but `admin`.
        "scopes" scopes: Option<Scopes>,
    }

    /// An agent's session, with its token.
    pub struct Created {
        /// The token. It is shown this once.
        "token" token: String,
        /// The session's id.
        "sessionId" id: String,
        /// When it is over, in milliseconds since 1970.
        "expiresAt" expires_at: UnixMillis,
    }

    /// An agent's session, and how long it is to last from now on.
    pub struct Refresh {
        /// Its token, which is worthless afterwards.
        "token" token: Text<0, 512>,
        /// How many seconds the session lasts.
        "ttl" ttl: Seconds,
    }

    /// An agent's session, by its token.
    pub struct ByToken {
        /// The token.
        "token" token: Text<0, 512>,
    }

    /// What is known of an agent's session. Of one that is not good, whatever the reason, nothing is.
    pub struct Validation {
        /// Whether it is good.
        "valid" valid: bool,
        /// Which agent's it is.
        "agentId" agent: Option<String>,
        /// When it is over, in milliseconds since 1970.
        "expiresAt" expires_at: Option<UnixMillis>,
        /// What it was created with.
        "metadata" metadata: Option<Metadata>,
    }
}
