//! Tells the authorization server that a token is no longer wanted.
//!
//! Source: [RFC 7009 §2](https://www.rfc-editor.org/rfc/rfc7009#section-2).

use crate::{
    http::{Address, Request, Response},
    oauth::{Failure, answer, form},
};

/// Which token is revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// An access token.
    Access,
    /// A refresh token; servers revoke the access tokens of its grant with it.
    Refresh,
}

impl TokenKind {
    /// The `token_type_hint`.
    #[must_use]
    pub const fn hint(self) -> &'static str {
        match self {
            Self::Access => "access_token",
            Self::Refresh => "refresh_token",
        }
    }
}

/// Asks a public client's server to revoke `token`. Every answer with status 200 means success,
/// also for a token that the server does not know.
#[must_use]
pub fn request(endpoint: &Address, client_id: &str, token: &str, kind: TokenKind) -> Request {
    form::post(endpoint, &[("token", token), ("token_type_hint", kind.hint()), ("client_id", client_id)])
}

/// Reads the answer.
///
/// # Errors
/// The OAuth error that the server named, for example `unsupported_token_type`;
/// `server_rate_limited`, `server_unavailable`; `response_invalid` at `status`: any other than 200.
///
/// Source: [RFC 7009 §2.2](https://www.rfc-editor.org/rfc/rfc7009#section-2.2)
pub fn response(response: &Response) -> Result<(), Failure> {
    // A good answer has a body of any kind, which says nothing.
    if response.status == 200 { Ok(()) } else { answer::object(response, 200).map(drop) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{error::Code, http::Reach};

    #[test]
    fn names_token_kind_and_client() {
        let endpoint = Address::parse("https://a.example/revoke", Reach::Public).unwrap();
        let request = request(&endpoint, "spa", "r+t", TokenKind::Refresh);
        assert_eq!(request.body, "token=r%2Bt&token_type_hint=refresh_token&client_id=spa");
    }

    #[test]
    fn success_is_the_status_alone() {
        let read = |status, body: &str| {
            let headers = vec![("content-type".into(), "application/json".into())];
            response(&Response { status, headers, body: body.into() }).map_err(|failure| failure.error.code)
        };
        assert_eq!(read(200, ""), Ok(()));
        assert_eq!(read(200, "<html>"), Ok(()));
        assert_eq!(read(503, ""), Err(Code::ServerUnavailable));
        assert_eq!(read(400, r#"{"error":"unsupported_token_type"}"#), Err(Code::OauthError));
        assert_eq!(read(204, ""), Err(Code::ResponseInvalid));
    }
}
