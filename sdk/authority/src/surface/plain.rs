//! Operations as plain JSON: `POST /api/auth/{operation}` with the arguments as body.

use edgeward_core::{
    Code,
    error::Recovery,
    json::{self, Value, object},
};

use super::{caller::Cookies, origin};
use crate::{
    Authority, Failure,
    http::{Incoming, Outgoing},
    operations::Operation,
};

/// Calls an operation.
pub async fn answer(authority: &Authority, request: &Incoming, operation: Operation) -> Outgoing {
    if request.method != "POST" {
        return failure(&Code::MethodNotAllowed.into()).with("allow", "POST");
    }
    answered(outcome(authority, request, operation).await)
}

fn answered(outcome: Result<(Value, Vec<String>), Failure>) -> Outgoing {
    match outcome {
        Ok((result, cookies)) => {
            let answer = Outgoing::json(200, result.to_text());
            cookies.into_iter().fold(answer, |answer, cookie| answer.with("set-cookie", cookie))
        }
        Err(error) => failure(&error),
    }
}

/// Where Better Hub asks for the scopes that GitHub has granted to its user.
pub const USER_SCOPES: &str = "/api/user-scopes";

/// Answers with what `userScopes` does: `{"scopes": […]}`, to who is signed in.
pub async fn user_scopes(authority: &Authority, request: &Incoming) -> Outgoing {
    if request.method != "GET" {
        return failure(&Code::MethodNotAllowed.into()).with("allow", "GET");
    }
    let none = object(Vec::new());
    let called = super::call(authority, request, Cookies::Snapshot, Operation::UserScopes, none).await;
    answered(called)
}

async fn outcome(
    authority: &Authority,
    request: &Incoming,
    operation: Operation,
) -> Result<(Value, Vec<String>), Failure> {
    origin::check(authority, request)?;
    let cookies = if operation.believes_snapshots() { Cookies::Snapshot } else { Cookies::Stored };
    super::call(authority, request, cookies, operation, body(request)?).await
}

/// The body as JSON; none is an object without members.
///
/// # Errors
/// `invalid_parameters` at `body`: it is longer than 64 KiB. `json_invalid`
pub fn body(request: &Incoming) -> Result<Value, Failure> {
    let body = request.body.as_deref().ok_or(Failure::parameter("body"))?;
    if body.is_empty() {
        return Ok(object(Vec::new()));
    }
    Ok(json::parse(body)?)
}

/// A failure as an answer: `{"error": code, "message": …, "retryable": …, "sessionEnded": …, "at": …,
/// "retryAfterMs": …}`.
pub fn failure(failure: &Failure) -> Outgoing {
    let answer = Outgoing::json(failure.code.status(), members(failure).to_text());
    let answer = match failure.retry_after {
        Some(wait) => answer.with("retry-after", wait.0.to_string()),
        None => answer,
    };
    // RFC 6750 §3: whoever is asked for a credential is told of which kind.
    if failure.code.status() == 401 {
        answer.with("www-authenticate", challenge(failure.code))
    } else {
        answer
    }
}

/// What an answer says of a failure.
pub fn members(failure: &Failure) -> Value {
    let mut members =
        vec![("error", failure.code.as_str().into()), ("message", failure.code.message().into())];
    // What a client can do about it is said here, so that no client has a table of codes.
    let recovery = failure.code.recovery();
    members.push(("retryable", (recovery == Recovery::Retry).into()));
    members.push(("sessionEnded", (recovery == Recovery::SignIn).into()));
    if !failure.at.is_empty() {
        members.push(("at", failure.at.as_ref().into()));
    }
    if let Some(wait) = failure.retry_after {
        members.push(("retryAfterMs", wait.to_millis().into()));
    }
    object(members)
}

/// The challenge of RFC 6750 §3, or of RFC 9449 §7.1 where a proof is missing or wrong.
fn challenge(code: Code) -> &'static str {
    match code {
        Code::SessionMissing => "Bearer",
        Code::TokenProofMissing => "DPoP error=\"invalid_token\"",
        Code::DpopNonceRequired => "DPoP error=\"use_dpop_nonce\"",
        code if code.as_str().starts_with("dpop_") => "DPoP error=\"invalid_dpop_proof\"",
        _ => "Bearer error=\"invalid_token\"",
    }
}
