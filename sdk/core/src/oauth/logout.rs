//! Signs the user out of the provider as well, and hears of it when the provider signs a user out.
//!
//! Source: [OpenID Connect RP-Initiated Logout 1.0 §2](https://openid.net/specs/openid-connect-rpinitiated-1_0.html#RPLogout).

pub mod front_channel;
pub mod token;

use alloc::{string::String, vec::Vec};

use crate::{http::Address, oauth::form};

/// The address to send the user to. The provider returns to `return_to`, which must be registered.
#[must_use]
pub fn url(endpoint: &Address, client_id: &str, id_token_hint: Option<&str>, return_to: &str) -> String {
    let mut pairs = Vec::from([("client_id", client_id), ("post_logout_redirect_uri", return_to)]);
    pairs.extend(id_token_hint.map(|token| ("id_token_hint", token)));
    form::with_query(endpoint, &pairs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Reach;

    #[test]
    fn names_client_session_and_return_address() {
        let endpoint = Address::parse("https://a.example/end", Reach::Public).unwrap();
        assert_eq!(
            url(&endpoint, "spa", Some("a.b.c"), "https://app.example/"),
            "https://a.example/end?client_id=spa&post_logout_redirect_uri=https%3A%2F%2Fapp.example%2F&id_token_hint=a.b.c"
        );
    }
}
