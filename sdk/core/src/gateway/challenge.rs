//! The challenge to a request that is turned away.

use alloc::{format, string::String};

use crate::error::{Code, Error};

/// The value of `WWW-Authenticate` for an answer with this error; `None` where the status is not
/// one that asks for a credential.
///
/// `realm` and `scope` come from the configuration, which allows no quotes in them.
///
/// Source: [RFC 6750 §3](https://www.rfc-editor.org/rfc/rfc6750#section-3): no `error` if the
/// request carried no credential.
#[must_use]
pub fn bearer(error: Error, realm: &str, scope: &str) -> Option<String> {
    let name = match (error.code, error.code.status()) {
        (Code::TokenMissing, _) => return Some(format!("Bearer realm=\"{realm}\"")),
        (Code::CredentialMalformed, _) => "invalid_request",
        (Code::InsufficientScope, _) => "insufficient_scope",
        (_, 401) => "invalid_token",
        _ => return None,
    };
    let message = error.code.message();
    let mut value = format!("Bearer realm=\"{realm}\", error=\"{name}\", error_description=\"{message}\"");
    if error.code == Code::InsufficientScope {
        value.push_str(&format!(", scope=\"{scope}\""));
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_without_credential_gets_no_error() {
        assert_eq!(bearer(Code::TokenMissing.into(), "api", "").unwrap(), "Bearer realm=\"api\"");
    }

    #[test]
    fn an_invalid_token_is_called_one() {
        let value = bearer(Code::TokenExpired.into(), "api", "x").unwrap();
        assert_eq!(
            value,
            "Bearer realm=\"api\", error=\"invalid_token\", error_description=\"The token has expired.\""
        );
    }

    #[test]
    fn a_missing_scope_is_named() {
        assert!(bearer(Code::InsufficientScope.into(), "api", "a b").unwrap().ends_with(", scope=\"a b\""));
    }

    #[test]
    fn an_outage_is_no_challenge() {
        assert_eq!(bearer(Code::JwksUnavailable.into(), "api", ""), None);
        assert_eq!(bearer(Code::OriginUnavailable.into(), "api", ""), None);
    }

    #[test]
    fn every_message_can_be_quoted() {
        // RFC 6750 §3 allows neither quotes nor backslashes nor anything beyond ASCII.
        for code in Code::ALL.iter().filter(|code| bearer((**code).into(), "", "").is_some()) {
            assert!(
                code.message().bytes().all(|b| b.is_ascii() && b != b'"' && b != b'\\' && b >= b' '),
                "{code:?}"
            );
        }
    }
}
