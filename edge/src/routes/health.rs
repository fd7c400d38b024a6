//! `GET /healthz`: version and readiness.

use edgeward_config::ConfigError;
use serde::Serialize;
use worker::Response;

use crate::{gateway::Gateway, routes::answer};

#[derive(Serialize)]
struct Health<'a> {
    status: &'static str,
    version: &'static str,
    issuers: Vec<IssuerHealth<'a>>,
}

#[derive(Serialize)]
struct IssuerHealth<'a> {
    issuer: &'a str,
    keys_loaded: bool,
}

/// Ready means that the configuration is sound; keys are loaded when they are first wanted.
/// An authority that stands alone has no gateway.
pub fn respond(gateway: Result<Option<&Gateway>, &ConfigError>) -> worker::Result<Response> {
    let (status, http_status) = if gateway.is_ok() { ("ok", 200) } else { ("unready", 503) };
    let issuers = gateway.ok().flatten().map(|gateway| {
        let health = |(issuer, keys_loaded)| IssuerHealth { issuer, keys_loaded };
        gateway.issuers().map(health).collect()
    });
    let health = Health { status, version: env!("CARGO_PKG_VERSION"), issuers: issuers.unwrap_or_default() };
    answer::json(&health, http_status, answer::headers()?)
}
