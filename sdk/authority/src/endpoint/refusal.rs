//! Refusals: `{"error": message, "code": CODE}`.
//!
//! Source: [RFC 6750 §3](https://www.rfc-editor.org/rfc/rfc6750#section-3)

use edgeward_core::{Code, json::object};

use crate::{Failure, http::Outgoing};

/// With which status refusals go out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wording {
    /// As RFC 6750 and RFC 6585 have it: 401 with a challenge, 403 for a missing scope, 429 with `Retry-After`.
    #[default]
    Standard,
    /// As `convex-auth` has it: 403 for every token that may not call.
    ConvexAuth,
}

/// A refusal as an answer.
#[must_use]
pub fn refuse(failure: &Failure, wording: Wording) -> Outgoing {
    let (code, message) = said(failure.code);
    let status = match wording {
        Wording::Standard => standard(failure.code),
        Wording::ConvexAuth => compatible(failure.code),
    };
    let body = object(vec![("error", message.into()), ("code", code.as_str().into())]);
    let mut answer = Outgoing::json(status, body.to_text());
    if wording == Wording::Standard
        && let Some(challenge) = challenge(failure)
    {
        answer = answer.with("www-authenticate", challenge);
    }
    match failure.retry_after {
        Some(wait) => answer.with("retry-after", wait.0.to_string()),
        None => answer,
    }
}

fn said(code: Code) -> (String, &'static str) {
    let (code, message) = match code {
        Code::CredentialMalformed => {
            ("MISSING_BEARER_TOKEN", "Missing or malformed Authorization: Bearer header.")
        }
        Code::InvalidApiKey => ("INVALID_API_KEY", "Invalid API key."),
        Code::ApiKeyRevoked => ("API_KEY_REVOKED", "This API key has been revoked."),
        Code::ApiKeyExpired => ("API_KEY_EXPIRED", "This API key has expired."),
        Code::ApiKeyRateLimited => {
            ("API_KEY_RATE_LIMITED", "API key rate limit exceeded. Please try again later.")
        }
        Code::InsufficientScope => {
            ("SCOPE_CHECK_FAILED", "This API key does not have the required permissions.")
        }
        Code::UserBanned | Code::StoreUnavailable => {
            return (code.as_str().to_ascii_uppercase(), code.message());
        }
        // Whatever else it was, it is nothing that a caller is to know.
        _ => ("INTERNAL_ERROR", "An unexpected error occurred."),
    };
    (code.into(), message)
}

const fn standard(code: Code) -> u16 {
    match code {
        Code::CredentialMalformed | Code::InvalidApiKey | Code::ApiKeyRevoked | Code::ApiKeyExpired => 401,
        Code::InsufficientScope | Code::UserBanned => 403,
        Code::ApiKeyRateLimited => 429,
        Code::StoreUnavailable => 503,
        _ => 500,
    }
}

const fn compatible(code: Code) -> u16 {
    match code {
        Code::InvalidApiKey | Code::ApiKeyRevoked | Code::ApiKeyExpired | Code::ApiKeyRateLimited => 403,
        other => standard(other),
    }
}

/// What is told to whoever has no credential, and to whoever has one that does not do.
fn challenge(failure: &Failure) -> Option<String> {
    match failure.code {
        Code::CredentialMalformed => Some("Bearer".into()),
        Code::InsufficientScope => {
            Some(format!("Bearer error=\"insufficient_scope\", scope=\"{}\"", failure.at))
        }
        code if standard(code) == 401 => Some("Bearer error=\"invalid_token\"".into()),
        _ => None,
    }
}
