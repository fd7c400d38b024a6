//! Refusals in GoTrue's words: `{"code": 400, "error_code": …, "msg": …}`, or `{"code": …, "message": …}` for a client
//! that says that it reads those.
//!
//! Source: [GoTrue's error codes](https://supabase.com/docs/guides/auth/debugging/error-codes)

use edgeward_core::{
    Code,
    json::{Value, object},
    time::Seconds,
};

use super::VERSION;
use crate::{
    Failure,
    http::{Incoming, Outgoing},
    store::Refused,
    surface::plain_body,
};

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The status.
    pub status: u16,
    /// What the client tells the application as `code`.
    pub code: &'static str,
    /// A sentence.
    pub message: &'static str,
    /// When to come back.
    pub retry_after: Option<Seconds>,
}

impl Refusal {
    pub const NOT_ALLOWED: Self = Self::new(405, "validation_failed", "This method is not supported here");

    /// A refusal.
    pub const fn new(status: u16, code: &'static str, message: &'static str) -> Self {
        Self { status, code, message, retry_after: None }
    }

    /// Something in a request that is missing or wrong.
    pub const fn invalid(message: &'static str) -> Self {
        Self::new(400, "validation_failed", message)
    }

    /// A way to sign in that is not here, by what the request brings to sign in with.
    pub fn elsewhere(request: &Incoming) -> Self {
        let body = plain_body(request).unwrap_or(Value::Null);
        let brings = |name| body.get(name).and_then(Value::as_str).is_some_and(|text| !text.is_empty());
        if brings("email") {
            Self::new(422, "email_provider_disabled", "Email logins are disabled")
        } else if brings("phone") {
            Self::new(422, "phone_provider_disabled", "Phone logins are disabled")
        } else if request.path().ends_with("/signup") {
            Self::new(422, "anonymous_provider_disabled", "Anonymous sign-ins are disabled")
        } else {
            Self::new(404, "validation_failed", "This endpoint does not exist here")
        }
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        let (status, code) = match (failure.code, failure.code.status()) {
            (Code::TooManyAttempts, status) => (status, "over_request_rate_limit"),
            (Code::JsonInvalid, _) => (400, "bad_json"),
            (Code::UserBanned, status) => (status, "user_banned"),
            (Code::UserNotFound, _) => (403, "user_not_found"),
            (_, status @ 500..) => (status, "unexpected_failure"),
            _ => (400, "validation_failed"),
        };
        Self { status, code, message: failure.code.message(), retry_after: failure.retry_after }
    }
}

impl From<edgeward_core::Error> for Refusal {
    fn from(error: edgeward_core::Error) -> Self {
        Failure::from(error).into()
    }
}

impl From<Refused> for Refusal {
    fn from(refused: Refused) -> Self {
        Failure::from(refused).into()
    }
}

/// A refusal in the form that the request asks for.
pub fn answer(request: &Incoming, refusal: &Refusal) -> Outgoing {
    let reads_new = request.header(VERSION.0).is_some_and(|version| version >= VERSION.1);
    let body = if reads_new {
        object(vec![("code", refusal.code.into()), ("message", refusal.message.into())])
    } else {
        object(vec![
            ("code", u32::from(refusal.status).into()),
            ("error_code", refusal.code.into()),
            ("msg", refusal.message.into()),
        ])
    };
    let answer = Outgoing::json(refusal.status, body.to_text());
    let answer = if reads_new { answer.with(VERSION.0, VERSION.1) } else { answer };
    match refusal.retry_after {
        Some(wait) => answer.with("retry-after", wait.0.to_string()),
        None => answer,
    }
}
