//! Endpoints of an application's own that API tokens may call: who calls, with which scope, and from which pages.
//!
//! [`action`] is a handler behind an API token, [`route`] the same with the answer to preflights. Cookies say nothing
//! here, and so every page may be let in.

mod cors;
mod refusal;
#[cfg(test)]
mod tests;

use edgeward_core::{Code, json::Value};

pub use cors::{Cors, dress, headers, preflight};
pub use refusal::{Wording, refuse};

use crate::{
    Authority, Failure,
    http::{Incoming, Outgoing},
    surface::bearer,
    tokens,
};

/// The API token that called: its id, its user and its scopes.
pub type Key = tokens::Verified;

/// What an endpoint asks for.
#[derive(Clone, Debug, Default)]
pub struct Endpoint {
    /// The resource and the action that a token must permit; without it, every good token may call.
    pub scope: Option<(&'static str, &'static str)>,
    /// Which pages may read the answers.
    pub cors: Cors,
    /// With which status refusals go out.
    pub wording: Wording,
}

/// What a handler answers.
pub enum Reply {
    /// 200 with JSON.
    Json(Value),
    /// An answer as it is; headers for CORS that it has stay.
    Answer(Outgoing),
}

/// Why a handler has no answer. What it was goes into the handler's own log, and not over the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken;

/// Finds out which API token calls.
///
/// # Errors
/// `credential_malformed`: there is no Bearer credential, or one that is not of the form. `invalid_api_key`,
/// `api_key_revoked`, `api_key_expired`, `user_banned`, `api_key_rate_limited`. `insufficient_scope` at the scope.
/// `store_unavailable`
pub async fn admit(authority: &Authority, request: &Incoming, endpoint: &Endpoint) -> Result<Key, Failure> {
    let missing = Failure::at(Code::CredentialMalformed, "authorization");
    let credential = bearer(request).ok().flatten().ok_or(missing)?;
    let key = tokens::verify(authority, credential).await?;
    match endpoint.scope {
        Some((resource, action)) if !key.scopes.permit(resource, action) => {
            Err(Failure { at: [resource, action].join(":").into(), ..Code::InsufficientScope.into() })
        }
        _ => Ok(key),
    }
}

/// Answers a request with a handler, if an API token may call it.
pub async fn action(
    authority: &Authority,
    request: &Incoming,
    endpoint: &Endpoint,
    handler: impl AsyncFnOnce(&Incoming, &Key) -> Result<Reply, Broken>,
) -> Outgoing {
    let answer = match admit(authority, request, endpoint).await {
        Ok(key) => match handler(request, &key).await {
            Ok(Reply::Json(value)) => Outgoing::json(200, value.to_text()),
            Ok(Reply::Answer(answer)) => answer,
            Err(Broken) => refuse(&Code::InternalError.into(), endpoint.wording),
        },
        Err(failure) => refuse(&failure, endpoint.wording),
    };
    dress(answer, &endpoint.cors, request.header("origin"))
}

/// The same, with the answer to the request by which a browser asks whether a page may call.
pub async fn route(
    authority: &Authority,
    request: &Incoming,
    endpoint: &Endpoint,
    handler: impl AsyncFnOnce(&Incoming, &Key) -> Result<Reply, Broken>,
) -> Outgoing {
    if request.method == "OPTIONS" {
        return preflight(&endpoint.cors, request.header("origin"));
    }
    action(authority, request, endpoint, handler).await
}
