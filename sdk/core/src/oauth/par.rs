//! Pushes the authorization request to the server first, so that the address which the user is
//! sent to says nothing and cannot be altered.
//!
//! Source: [RFC 9126](https://www.rfc-editor.org/rfc/rfc9126).

use alloc::string::String;

use crate::{
    error::{Code, Error},
    http::{Request, Response},
    json::Value,
    oauth::{
        Failure, answer,
        authorize::Parameters,
        discovery::{Endpoint, Metadata},
        form,
    },
    time::Seconds,
};

/// How long a `request_uri` may be, in bytes.
const MAX_URI: usize = 2048;

/// A request that the server has taken in. Who knows its name can have the user sent on with it,
/// so it has no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Pushed {
    /// The name of the request.
    pub request_uri: String,
    /// How long the user may take to get there.
    pub expires_in: Seconds,
}

/// Whether the server takes authorization requests in no other way.
///
/// # Errors
/// `discovery_invalid` at `require_pushed_authorization_requests`: neither `true` nor `false`.
///
/// Source: [RFC 9126 §5](https://www.rfc-editor.org/rfc/rfc9126#section-5)
pub fn is_required(metadata: &Metadata) -> Result<bool, Error> {
    metadata.flag("require_pushed_authorization_requests")
}

/// Pushes the request. A confidential client authenticates on top
/// ([`ClientAuthentication::apply`](crate::oauth::client_auth::ClientAuthentication::apply)), and
/// [`authorization_details`](https://www.rfc-editor.org/rfc/rfc9396#section-3) are among the wishes'
/// extra parameters.
///
/// # Errors
/// `discovery_invalid`: the server takes no pushed requests.
///
/// Source: [RFC 9126 §2.1](https://www.rfc-editor.org/rfc/rfc9126#section-2.1)
pub fn request(metadata: &Metadata, parameters: &Parameters<'_>) -> Result<Request, Error> {
    Ok(form::post(&metadata.endpoint(Endpoint::PushedAuthorization)?, &parameters.pairs()))
}

/// Pushes a request that is signed ([`jar`](crate::oauth::jar)).
///
/// # Errors
/// `discovery_invalid`: the server takes no pushed requests.
///
/// Source: [RFC 9126 §3](https://www.rfc-editor.org/rfc/rfc9126#section-3)
pub fn signed_request(metadata: &Metadata, client_id: &str, object: &str) -> Result<Request, Error> {
    let pairs = [("client_id", client_id), ("request", object)];
    Ok(form::post(&metadata.endpoint(Endpoint::PushedAuthorization)?, &pairs))
}

/// Reads the answer.
///
/// # Errors
/// Those of every endpoint: the OAuth error that the server named, `server_rate_limited`,
/// `server_unavailable`, `response_too_large`; `response_invalid`, at the member: no
/// `request_uri`, or no lifetime.
///
/// Source: [RFC 9126 §2.2](https://www.rfc-editor.org/rfc/rfc9126#section-2.2)
pub fn response(response: &Response) -> Result<Pushed, Failure> {
    // Some servers answer 200 in place of 201.
    let members = answer::object(response, if response.status == 200 { 200 } else { 201 })?;
    let invalid = |at| Failure::from(Error::at(Code::ResponseInvalid, at)).of(response);
    let is_uri =
        |text: &&str| (1..=MAX_URI).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
    let uri = members.get("request_uri").and_then(Value::as_str).filter(is_uri);
    let lifetime = members.get("expires_in").and_then(Value::as_u64).filter(|seconds| *seconds > 0);
    Ok(Pushed {
        request_uri: uri.ok_or_else(|| invalid("request_uri"))?.into(),
        expires_in: answer::bounded(lifetime.ok_or_else(|| invalid("expires_in"))?, MAX_LIFETIME),
    })
}

/// The address to send the user to: it names the client and the request, and nothing else.
///
/// # Errors
/// `discovery_invalid`: the server has no authorization endpoint.
///
/// Source: [RFC 9126 §4](https://www.rfc-editor.org/rfc/rfc9126#section-4)
pub fn url(metadata: &Metadata, client_id: &str, pushed: &Pushed) -> Result<String, Error> {
    let pairs = [("client_id", client_id), ("request_uri", &pushed.request_uri)];
    Ok(form::with_query(metadata.authorization_endpoint()?, &pairs))
}

/// Longer lifetimes are taken for this one: an hour.
const MAX_LIFETIME: Seconds = Seconds(3600);

#[cfg(test)]
mod tests;
