//! How the gateway treats what passes through it, and what it tells about that.

use edgeward_core::{
    error::Error,
    gateway::{forward::way::Forwarded, log::Log, refusal::Format},
};
use serde::Deserialize;

use crate::invalid;

/// How the gateway treats what passes through it.
#[derive(Debug, Default)]
pub struct Traffic {
    /// What becomes of `Forwarded` and `X-Forwarded-*`.
    pub forwarded: Forwarded,
    /// Which requests are written into the log.
    pub log: Log,
    /// The form of the bodies of the gateway's own answers.
    pub errors: Format,
    /// Whether answers tell how long the decision took.
    pub server_timing: ServerTiming,
    /// Where counters are told, if anywhere.
    pub metrics: Option<Metrics>,
}

/// Whether answers carry `Server-Timing`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ServerTiming {
    /// They do.
    #[default]
    Told,
    /// They do not.
    Hidden,
}

/// Where counters are told.
#[derive(Debug)]
pub struct Metrics {
    /// The secret binding with what a scraper has to send as a Bearer token.
    pub secret_binding: String,
}

/// The section `metrics` as the configuration writes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MetricsDocument {
    secret_binding: String,
}

/// The settings as the configuration writes them, at its top.
pub(crate) struct Settings {
    pub forwarded: Forwarded,
    pub log: Log,
    pub errors: Format,
    pub server_timing: Option<bool>,
    pub metrics: Option<MetricsDocument>,
}

impl Settings {
    pub fn check(self) -> Result<Traffic, Error> {
        let metrics = self.metrics.map(|metrics| Metrics { secret_binding: metrics.secret_binding });
        if metrics.as_ref().is_some_and(|metrics| metrics.secret_binding.is_empty()) {
            return Err(invalid("metrics.secret_binding"));
        }
        let server_timing =
            if self.server_timing.unwrap_or(true) { ServerTiming::Told } else { ServerTiming::Hidden };
        Ok(Traffic { forwarded: self.forwarded, log: self.log, errors: self.errors, server_timing, metrics })
    }
}
