//! The answers that the gateway gives itself.

use edgeward_config::Config;
use edgeward_core::gateway::{
    Denial,
    challenge::{self, Protection},
};
use serde::Serialize;
use worker::{Headers, Response};

use super::{call::Call, passage::Fields};
use crate::gateway::Gateway;

/// Turns a request away: status, challenge, and a body that says why.
pub fn denial(denial: &Denial, call: &Call<'_>, gateway: Option<&Gateway>) -> worker::Result<Response> {
    let code = denial.error.code;
    let config = gateway.map(|gateway| &gateway.config);
    let headers = headers()?;
    let realm = config.map_or("edgeward", |config| &config.realm);
    let metadata = config.and_then(|config| config.resource.as_ref());
    let metadata = metadata.map(|resource| resource.metadata_url(call.path()));
    let protection = Protection { realm, resource_metadata: metadata.as_deref() };
    for challenge in challenges(denial, protection, config, &call.fields) {
        headers.append("www-authenticate", &challenge)?;
    }
    if let Some(config) = config {
        allow_browser(config, &call.fields, &headers)?;
    }
    headers.set("x-request-id", &call.id)?;
    let body = config.map(|config| config.traffic.errors).unwrap_or_default().body(denial.error, &call.id);
    Ok(Response::ok(body)?.with_status(code.status()).with_headers(headers))
}

fn challenges(
    denial: &Denial,
    protection: Protection<'_>,
    config: Option<&Config>,
    request: &Fields,
) -> Vec<String> {
    let Some(dpop) = config.and_then(|config| config.dpop.as_ref()) else {
        return challenge::bearer(denial, protection).into_iter().collect();
    };
    challenge::with_proofs(denial, protection, &dpop.algorithms, request.get("authorization"))
}

/// An answer in JSON that nobody keeps.
pub fn json(body: &impl Serialize, status: u16, headers: Headers) -> worker::Result<Response> {
    let text = serde_json::to_string(body)?;
    Ok(Response::ok(text)?.with_status(status).with_headers(headers))
}

/// The headers of every answer of the gateway's own.
pub fn headers() -> worker::Result<Headers> {
    let headers = Headers::new();
    headers.set("content-type", "application/json")?;
    headers.set("cache-control", "no-store")?;
    Ok(headers)
}

/// Lets a page of an allowed origin read why it was turned away: without these headers a browser
/// only tells it that something failed.
fn allow_browser(config: &Config, request: &Fields, headers: &Headers) -> worker::Result<()> {
    if config.allowed_origins.is_empty() {
        return Ok(());
    }
    headers.append("vary", "Origin")?;
    let is_allowed = |origin: &&str| config.allowed_origins.iter().any(|allowed| allowed == origin);
    if let Some(origin) = request.get("origin").filter(is_allowed) {
        headers.set("access-control-allow-origin", origin)?;
        headers.set("access-control-expose-headers", "WWW-Authenticate, DPoP-Nonce, X-Request-Id")?;
    }
    Ok(())
}
