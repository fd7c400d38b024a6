//! `GET /.well-known/oauth-protected-resource`: what the API says about itself (RFC 9728).

use worker::Response;

use super::{answer, call::Call};
use crate::gateway::Gateway;
use edgeward_core::{Code, gateway::resource::WELL_KNOWN};

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
    let document = resource.document(call.path(), issuers, gateway.accepts());
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
