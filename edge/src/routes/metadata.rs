//! `GET /.well-known/oauth-protected-resource`: what the API says about itself (RFC 9728).

use edgeward_core::{
    Code,
    gateway::resource::{Accepts, WELL_KNOWN},
};
use worker::Response;

use super::{answer, call::Call};
use crate::gateway::Gateway;

/// Answers if the resource is configured and the path is its metadata's. Anybody may read it, from
/// any page: a client that has no token yet has to.
pub fn respond(call: &Call<'_>, gateway: &Gateway) -> worker::Result<Option<Response>> {
    let Some(resource) = &gateway.config.resource else { return Ok(None) };
    let below =
        call.path().strip_prefix(WELL_KNOWN).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    if !below {
        return Ok(None);
    }
    if call.method == "OPTIONS" {
        return preflight().map(Some);
    }
    let issuers = gateway.issuers().map(|(issuer, _)| issuer);
    let algorithms = gateway.config.dpop.iter().flat_map(|dpop| &dpop.algorithms);
    let algorithms: Vec<&str> = algorithms.map(|algorithm| algorithm.name()).collect();
    let query = gateway.config.sources.query.is_some();
    let accepts = Accepts { query, dpop_algorithms: &algorithms, dpop_required: false };
    let document = resource.document(call.path(), issuers, accepts);
    match document.filter(|_| call.is_read()) {
        Some(document) => document_answer(document).map(Some),
        None => answer::denial(&Code::NotFound.into(), call, Some(gateway)).map(Some),
    }
}

fn document_answer(document: String) -> worker::Result<Response> {
    let headers = answer::headers()?;
    headers.set("cache-control", "public, max-age=300")?;
    headers.set("access-control-allow-origin", "*")?;
    Ok(Response::ok(document)?.with_headers(headers))
}

/// Clients send headers of their own here, such as `MCP-Protocol-Version`.
fn preflight() -> worker::Result<Response> {
    let headers = answer::headers()?;
    headers.delete("content-type")?;
    headers.set("access-control-allow-origin", "*")?;
    headers.set("access-control-allow-methods", "GET, HEAD")?;
    headers.set("access-control-allow-headers", "*")?;
    headers.set("access-control-max-age", "86400")?;
    Ok(Response::empty()?.with_status(204).with_headers(headers))
}
