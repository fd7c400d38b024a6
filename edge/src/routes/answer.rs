//! The answers that the gateway gives itself.

use edgeward_core::{
    base64url,
    gateway::{
        Config, Denial,
        challenge::{self, Protection},
    },
};
use serde::Serialize;
use worker::{Headers, Response};

#[derive(Serialize)]
struct Body<'a> {
    error: &'a str,
    message: &'a str,
    request_id: &'a str,
}

/// Turns a request away: status, challenge, and a body that says why.
pub fn denial(denial: &Denial, config: Option<&Config>, request: &Headers) -> worker::Result<Response> {
    let code = denial.error.code;
    let headers = headers()?;
    let realm = config.map_or("edgeward", |config| &config.realm);
    let protection = Protection { realm, resource_metadata: None };
    if let Some(challenge) = challenge::bearer(denial, protection) {
        headers.set("www-authenticate", &challenge)?;
    }
    if let Some(config) = config {
        allow_browser(config, request, &headers)?;
    }
    let request_id = request_id(request)?;
    let body = Body { error: code.as_str(), message: code.message(), request_id: &request_id };
    json(&body, code.status(), headers)
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
fn allow_browser(config: &Config, request: &Headers, headers: &Headers) -> worker::Result<()> {
    if config.allowed_origins.is_empty() {
        return Ok(());
    }
    headers.append("vary", "Origin")?;
    if let Some(origin) = request.get("origin")?.filter(|origin| config.allowed_origins.contains(origin)) {
        headers.set("access-control-allow-origin", &origin)?;
        headers.set("access-control-expose-headers", "WWW-Authenticate")?;
    }
    Ok(())
}

/// Cloudflare's id of the request where there is one, so that it is found in both logs.
fn request_id(request: &Headers) -> worker::Result<String> {
    let ray = request.get("cf-ray")?;
    let plain = |ray: &String| ray.len() <= 64 && ray.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    Ok(ray
        .filter(plain)
        .unwrap_or_else(|| base64url::encode(&edgeward_host::random::bytes::<12>().unwrap_or_default())))
}
