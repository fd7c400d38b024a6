//! The body of an answer that turns a request away, in the form that its clients know.

use alloc::{
    format,
    string::{String, ToString},
};

use crate::{
    error::{Code, Error},
    json::{self, Value},
};

/// The form of the bodies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// `{"error": code, "message": …, "request_id": …}`
    #[default]
    Edgeward,
    /// `{"detail": "Invalid token: …"}`, as FastAPI's `HTTPException` has it.
    Fastapi,
    /// `{"message": …, "code": "TOKEN_EXPIRED"}`, as Better Auth has it.
    BetterAuth,
    /// `{"code": 401, "error_code": "bad_jwt", "msg": …}`, as Supabase Auth has it.
    Supabase,
}

impl Format {
    /// The body: a JSON object. The status is that of the error's code, whatever the form: an
    /// outage that is called a bad token signs people out.
    #[must_use]
    pub fn body(self, error: Error, request_id: &str) -> String {
        let (code, message) = (error.code, error.code.message());
        let members = match self {
            Self::Edgeward => alloc::vec![
                ("error", code.as_str().into()),
                ("message", message.into()),
                ("request_id", request_id.into()),
            ],
            Self::Fastapi => alloc::vec![("detail", Value::String(detail(code)))],
            Self::BetterAuth => alloc::vec![
                ("message", message.into()),
                ("code", Value::String(code.as_str().to_ascii_uppercase()))
            ],
            Self::Supabase => alloc::vec![
                ("code", u32::from(code.status()).into()),
                ("error_code", supabase_code(code).into()),
                ("msg", message.into()),
            ],
        };
        json::object(members).to_string()
    }
}

/// What the seed of this form says for a code.
fn detail(code: Code) -> String {
    let message = code.message();
    match code {
        Code::TokenMissing => "Not authenticated".into(),
        Code::UserNotFound => "User not found".into(),
        _ if is_about_token(code) => format!("Invalid token: {message}"),
        _ if code.status() == 401 || code.status() >= 500 => format!("Authentication failed: {message}"),
        _ => message.into(),
    }
}

fn supabase_code(code: Code) -> &'static str {
    match code {
        Code::TokenMissing => "no_authorization",
        Code::UserNotFound => "user_not_found",
        Code::InsufficientScope => "insufficient_scope",
        _ if is_about_token(code) => "bad_jwt",
        _ if code.status() >= 500 => "unexpected_failure",
        _ => "validation_failed",
    }
}

fn is_about_token(code: Code) -> bool {
    code.status() == 401 && code != Code::TokenMissing && code.as_str().starts_with("token_")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(format: Format, code: Code) -> String {
        format.body(code.into(), "r-1")
    }

    #[test]
    fn the_own_form_names_the_code_and_the_request() {
        assert_eq!(
            body(Format::Edgeward, Code::TokenExpired),
            r#"{"error":"token_expired","message":"The token has expired.","request_id":"r-1"}"#
        );
    }

    #[test]
    fn fastapi_has_one_sentence() {
        let detail = |code| body(Format::Fastapi, code);
        assert_eq!(detail(Code::TokenExpired), r#"{"detail":"Invalid token: The token has expired."}"#);
        assert_eq!(detail(Code::UserNotFound), r#"{"detail":"User not found"}"#);
        assert_eq!(detail(Code::TokenMissing), r#"{"detail":"Not authenticated"}"#);
        assert!(detail(Code::JwksUnavailable).starts_with(r#"{"detail":"Authentication failed: "#));
        assert!(!detail(Code::InsufficientScope).contains("Invalid token"));
    }

    #[test]
    fn better_auth_has_message_and_code() {
        assert_eq!(
            body(Format::BetterAuth, Code::TokenExpired),
            r#"{"code":"TOKEN_EXPIRED","message":"The token has expired."}"#
        );
    }

    #[test]
    fn supabase_has_its_own_codes() {
        let code = |code: Code| {
            let body = json::parse_object(body(Format::Supabase, code).as_bytes()).unwrap();
            (body.get("code").unwrap().as_u64().unwrap(), body.get("error_code").unwrap().clone())
        };
        assert_eq!(code(Code::TokenSignatureInvalid), (401, "bad_jwt".into()));
        assert_eq!(code(Code::TokenMissing), (401, "no_authorization".into()));
        assert_eq!(code(Code::JwksUnavailable), (503, "unexpected_failure".into()));
    }

    #[test]
    fn no_form_says_what_only_the_log_may_say() {
        let error = Error::at(Code::TokenClaimInvalid, "secret_claim");
        for format in [Format::Edgeward, Format::Fastapi, Format::BetterAuth, Format::Supabase] {
            assert!(!format.body(error, "r-1").contains("secret_claim"), "{format:?}");
        }
    }
}
