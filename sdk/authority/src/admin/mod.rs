//! What administrators do: act as users for a while, keep them out, and change the keys that tokens are signed with
//! and the secret that things are sealed under.

mod ban;
mod impersonation;
mod keys;
#[cfg(test)]
mod tests;

use edgeward_core::{
    Error,
    time::{Seconds, UnixMillis},
};
use serde::Deserialize;

pub use ban::{ban, unban};
pub use impersonation::{impersonate, start, stop, stop_impersonating};
pub use keys::{reseal, rotate_signing_key};

use crate::{
    oauth::keys::Mode,
    operations::{count::Count, shape::Text},
    settings::invalid,
    shape,
};

/// The settings of administration.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// How long an administrator acts as somebody else at most, in seconds: an hour.
    pub impersonation_lifetime: Seconds,
    /// Whether administrators may act as other administrators.
    pub impersonate_admins: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { impersonation_lifetime: Seconds(60 * 60), impersonate_admins: false }
    }
}

impl Settings {
    /// Checks them.
    ///
    /// # Errors
    /// `config_invalid` at `admin.impersonation_lifetime`: nothing, or more than a day.
    pub fn check(self) -> Result<Self, Error> {
        let fits = (1..=24 * 60 * 60).contains(&self.impersonation_lifetime.0);
        if fits { Ok(self) } else { Err(invalid("admin.impersonation_lifetime")) }
    }
}

shape! {
    /// A user.
    pub struct ById {
        /// The user's id.
        "userId" user: Text<1, 128>,
    }

    /// A user who is to be kept out.
    pub struct Ban {
        /// The user's id.
        "userId" user: Text<1, 128>,
        /// Why, for whoever asks later.
        "reason" reason: Option<Text<1, 500>>,
        /// After how many seconds the user may come back; without it, never.
        "expiresIn" expires_in: Option<Seconds>,
    }

    /// How another key is to sign.
    pub struct Rotate {
        /// `staged`, in good order: published at once, signing an hour later. `now`, for a key that has leaked: every
        /// other key is gone at once, and whatever they have signed is refused.
        "mode" mode: Mode,
    }

    /// How the search stands for what is sealed under an older secret.
    pub struct Resealing {
        /// How many values this call looked at.
        "looked" looked: Count,
        /// How many were sealed anew since the search began.
        "sealed" sealed: Count,
        /// How many were found since that none of the secrets opens: whatever they were is lost.
        "lost" lost: Count,
        /// How many are still to be looked at. At 0, nothing needs an older secret any more that is kept sealed.
        "remaining" remaining: Count,
    }

    /// A session in which an administrator acts as somebody else.
    pub struct Impersonation {
        /// The session's id.
        "id" id: String,
        /// As whom.
        "userId" user: String,
        /// When it is over, in milliseconds since 1970.
        "expiresAt" expires_at: UnixMillis,
    }
}
