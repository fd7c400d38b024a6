//! Tells the authorization server that a token is no longer wanted.
//!
//! Source: [RFC 7009 §2](https://www.rfc-editor.org/rfc/rfc7009#section-2).

use crate::{
    http::{Address, Request},
    oauth::form,
};

/// Which token is revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// An access token.
    Access,
    /// A refresh token; servers revoke the access tokens of its grant with it.
    Refresh,
}

/// Asks a public client's server to revoke `token`. Every answer with status 200 means success,
/// also for a token that the server does not know.
#[must_use]
pub fn request(endpoint: &Address, client_id: &str, token: &str, kind: TokenKind) -> Request {
    let hint = match kind {
        TokenKind::Access => "access_token",
        TokenKind::Refresh => "refresh_token",
    };
    form::post(endpoint, &[("token", token), ("token_type_hint", hint), ("client_id", client_id)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Reach;

    #[test]
    fn names_token_kind_and_client() {
        let endpoint = Address::parse("https://a.example/revoke", Reach::Public).unwrap();
        let request = request(&endpoint, "spa", "r+t", TokenKind::Refresh);
        assert_eq!(request.body, "token=r%2Bt&token_type_hint=refresh_token&client_id=spa");
    }
}
