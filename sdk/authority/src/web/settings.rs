//! The settings of web sessions.

use edgeward_core::{Error, cookies::better_auth::Strategy, time::Seconds};
use serde::Deserialize;

use crate::settings::invalid;

/// How long sessions last, and what their cookies carry.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// How long a session lasts since it was last prolonged, in seconds: 7 days.
    pub lifetime: Seconds,
    /// After which time it is prolonged when it is used, in seconds: a day.
    pub update_age: Seconds,
    /// How long one counts as fresh since its user signed in, in seconds: a day. 0 is for good.
    pub fresh_age: Seconds,
    /// How long one lasts that is not to be remembered, in seconds: a day.
    pub forgotten_lifetime: Seconds,
    /// Whether the browser carries a snapshot of session and user, so that reading it needs no store.
    pub cookie_cache: Option<CookieCache>,
}

/// The snapshot: what is revoked is still believed for as long as it lasts, by what only reads.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CookieCache {
    /// How it is written.
    pub strategy: Strategy,
    /// How long it lasts, in seconds: 5 minutes.
    pub max_age: Seconds,
    /// Which version is good: another one makes all that are about worthless.
    pub version: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            lifetime: Seconds(7 * DAY),
            update_age: Seconds(DAY),
            fresh_age: Seconds(DAY),
            forgotten_lifetime: Seconds(DAY),
            cookie_cache: None,
        }
    }
}

impl Default for CookieCache {
    fn default() -> Self {
        Self { strategy: Strategy::Compact, max_age: Seconds(300), version: "1".into() }
    }
}

impl Settings {
    /// Checks them.
    ///
    /// # Errors
    /// `config_invalid` at the setting: a lifetime of nothing or over 400 days, which no browser keeps; a snapshot
    /// that outlives its session.
    pub fn check(self) -> Result<Self, Error> {
        let fits = |span: Seconds| (1..=400 * DAY).contains(&span.0);
        if !fits(self.lifetime) {
            return Err(invalid("sessions.lifetime"));
        }
        if !fits(self.forgotten_lifetime) {
            return Err(invalid("sessions.forgotten_lifetime"));
        }
        if self.update_age > self.lifetime {
            return Err(invalid("sessions.update_age"));
        }
        match &self.cookie_cache {
            Some(cache) if cache.max_age.0 == 0 || cache.max_age > self.lifetime => {
                Err(invalid("sessions.cookie_cache.max_age"))
            }
            _ => Ok(self),
        }
    }
}

const DAY: u32 = 24 * 60 * 60;
