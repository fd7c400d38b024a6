//! How a confidential client shows who it is to an authorization server.
//!
//! Source: [RFC 6749 §2.3.1](https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1),
//! [RFC 7523 §2.2](https://www.rfc-editor.org/rfc/rfc7523#section-2.2).

mod assertion;
mod private_key;

use alloc::{string::String, vec::Vec};

use base64ct::{Base64, Encoding};

pub use assertion::{ASSERTION_LIFETIME, Assertion};
pub use private_key::PrivateKey;

use crate::{http::Request, oauth::form, secret::Secret};

/// What goes with every form request of a client: to the endpoints for tokens, pushed requests,
/// devices, revocation and introspection. It is put onto a request that is already made, so that
/// a public client carries none of this.
#[derive(Clone, Debug, Default)]
pub enum ClientAuthentication {
    /// Nothing but `client_id`: a public client.
    #[default]
    None,
    /// The secret, in the header `Authorization`.
    SecretBasic(Secret),
    /// The secret, in the body.
    SecretPost(Secret),
    /// A token that was signed for this one request, by [`Assertion::finish`].
    Assertion(Secret),
}

impl ClientAuthentication {
    /// Puts it onto a form request, in place of a `client_id` that is there.
    pub fn apply(&self, client_id: &str, request: &mut Request) {
        // Some servers take a `client_id` beside the header for a second way of authentication.
        request.body = without(&request.body, "client_id=");
        match self {
            Self::None => form::add(request, &[("client_id", client_id)]),
            Self::SecretBasic(secret) => basic(client_id, secret, request),
            Self::SecretPost(secret) => post(client_id, secret, request),
            Self::Assertion(token) => form::add(
                request,
                &[
                    ("client_id", client_id),
                    ("client_assertion_type", assertion::TYPE),
                    ("client_assertion", text(token)),
                ],
            ),
        }
    }

    /// The method's name in the metadata of servers and clients. An assertion may be either of the
    /// two that are made with a token; the one with a key stands for both.
    ///
    /// Source: [OpenID Connect Core §9](https://openid.net/specs/openid-connect-core-1_0.html#ClientAuthentication)
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::SecretBasic(_) => "client_secret_basic",
            Self::SecretPost(_) => "client_secret_post",
            Self::Assertion(_) => "private_key_jwt",
        }
    }
}

/// The form without the pairs that begin so.
fn without(body: &str, start: &str) -> String {
    body.split('&').filter(|pair| !pair.starts_with(start)).collect::<Vec<_>>().join("&")
}

fn text(secret: &Secret) -> &str {
    core::str::from_utf8(secret.expose()).unwrap_or_default()
}

fn post(id: &str, secret: &Secret, request: &mut Request) {
    form::add(request, &[("client_id", id), ("client_secret", text(secret))]);
}

/// Both are form-encoded before they become user name and password, so that neither can hold the
/// colon between them.
fn basic(id: &str, secret: &Secret, request: &mut Request) {
    let pair = [form::encode_text(id).as_str(), ":", &form::encode_text(text(secret))].concat();
    request.headers.push(("authorization", ["Basic ", &Base64::encode_string(pair.as_bytes())].concat()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{Address, Reach};

    fn request(with: fn(Secret) -> ClientAuthentication) -> Request {
        let address = Address::parse("https://a.example/x", Reach::Public).unwrap();
        let mut request = form::post(&address, &[("token", "t")]);
        with(Secret::new(b"7F jf/p".to_vec())).apply("s6Bh:dR", &mut request);
        request
    }

    #[test]
    fn basic_encodes_both_parts_first() {
        let request = request(ClientAuthentication::SecretBasic);
        let value = request.headers.iter().find(|(name, _)| *name == "authorization").map(|(_, value)| value);
        // s6Bh%3AdR:7F+jf%2Fp
        assert_eq!(value.unwrap(), "Basic czZCaCUzQWRSOjdGK2pmJTJGcA==");
        assert_eq!(request.body, "token=t");
    }

    #[test]
    fn post_sends_both_in_the_body_alone() {
        let request = request(ClientAuthentication::SecretPost);
        assert_eq!(request.body, "token=t&client_id=s6Bh%3AdR&client_secret=7F+jf%2Fp");
        assert!(request.headers.iter().all(|(name, _)| *name != "authorization"));
    }

    fn applied(authentication: &ClientAuthentication) -> Request {
        let address = Address::parse("https://a.example/x", Reach::Public).unwrap();
        let mut request = form::post(&address, &[("a", "b"), ("client_id", "app"), ("my_client_id", "c")]);
        authentication.apply("app", &mut request);
        request
    }

    fn authorization(request: &Request) -> Option<&str> {
        request.headers.iter().find(|(name, _)| *name == "authorization").map(|(_, value)| value.as_str())
    }

    #[test]
    fn every_method_goes_onto_a_request_that_is_made() {
        let secret = || Secret::new(b"s&s".to_vec());
        for (authentication, body) in [
            (ClientAuthentication::None, "a=b&my_client_id=c&client_id=app"),
            (
                ClientAuthentication::SecretPost(secret()),
                "a=b&my_client_id=c&client_id=app&client_secret=s%26s",
            ),
            (
                ClientAuthentication::Assertion(Secret::new(b"h.c.s".to_vec())),
                "a=b&my_client_id=c&client_id=app&client_assertion_type=\
                 urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=h.c.s",
            ),
        ] {
            let request = applied(&authentication);
            assert_eq!(request.body, body);
            assert_eq!(authorization(&request), None);
        }
        let request = applied(&ClientAuthentication::SecretBasic(secret()));
        assert_eq!(request.body, "a=b&my_client_id=c", "one way of authentication alone");
        // app:s%26s
        assert_eq!(authorization(&request), Some("Basic YXBwOnMlMjZz"));
    }

    #[test]
    fn authenticates_as_the_example_of_rfc_6749() {
        // RFC 6749 §2.3.1 and §4.1.3.
        let address = Address::parse("https://server.example.com/token", Reach::Public).unwrap();
        let mut request = form::post(&address, &[]);
        let secret = Secret::new(b"7Fjfp0ZBr1KtDRbnfVdmIw".to_vec());
        ClientAuthentication::SecretBasic(secret.clone()).apply("s6BhdRkqt3", &mut request);
        assert_eq!(authorization(&request), Some("Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3"));
        let mut request = form::post(&address, &[]);
        ClientAuthentication::SecretPost(secret).apply("s6BhdRkqt3", &mut request);
        assert_eq!(request.body, "client_id=s6BhdRkqt3&client_secret=7Fjfp0ZBr1KtDRbnfVdmIw");
    }

    #[test]
    fn never_prints_a_secret() {
        let secret = || Secret::new(b"hunter2".to_vec());
        for authentication in [
            ClientAuthentication::SecretBasic(secret()),
            ClientAuthentication::SecretPost(secret()),
            ClientAuthentication::Assertion(secret()),
        ] {
            assert!(!format!("{authentication:?}").contains("hunter"));
        }
    }
}
