//! The credential of a request.

use crate::error::{Code, Error};

/// Takes the Bearer token from the value of `Authorization`.
///
/// Repeated headers arrive joined by a comma, which no token contains, so two credentials never
/// pass for one.
///
/// # Errors
/// `token_missing`: no header, or another scheme. `credential_malformed`: the scheme is Bearer but
/// what follows is not exactly one `b64token`.
///
/// Source: [RFC 6750 §2.1](https://www.rfc-editor.org/rfc/rfc6750#section-2.1); the scheme is
/// compared without case ([RFC 9110 §11.1](https://www.rfc-editor.org/rfc/rfc9110#section-11.1)).
pub fn bearer(authorization: Option<&str>) -> Result<&str, Error> {
    let value = authorization.ok_or(Code::TokenMissing)?;
    let (scheme, rest) = value.split_once(' ').unwrap_or((value, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Code::TokenMissing.into());
    }
    let token = rest.trim_start_matches(' ');
    let body = token.trim_end_matches('=');
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-._~+/".contains(&b);
    if body.is_empty() || !body.bytes().all(allowed) {
        return Err(Code::CredentialMalformed.into());
    }
    Ok(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_one_token_after_the_scheme() {
        for value in ["Bearer a.b-c_d~e+f/g==", "bearer a.b-c_d~e+f/g==", "BEARER   a.b-c_d~e+f/g=="] {
            assert_eq!(bearer(Some(value)), Ok("a.b-c_d~e+f/g=="), "{value}");
        }
    }

    #[test]
    fn another_scheme_is_no_credential() {
        for value in [None, Some(""), Some("Basic YTpi"), Some("Bearerx a"), Some("DPoP a"), Some("a.b.c")] {
            assert_eq!(bearer(value), Err(Code::TokenMissing.into()), "{value:?}");
        }
    }

    #[test]
    fn a_malformed_credential_is_refused() {
        let odd = [
            "Bearer",
            "Bearer ",
            "Bearer a b",
            "Bearer a,b",
            "Bearer a, Bearer b",
            "Bearer \ta",
            "Bearer a\t",
            "Bearer =",
            "Bearer a=b",
            "Bearer \"a\"",
            "Bearer ä",
            "Bearer a ",
        ];
        for value in odd {
            assert_eq!(bearer(Some(value)), Err(Code::CredentialMalformed.into()), "{value:?}");
        }
    }
}
