//! How a confidential client shows who it is to an authorization server.
//!
//! Source: [RFC 6749 §2.3.1](https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1).

use alloc::{string::String, vec::Vec};

use base64ct::{Base64, Encoding};
use serde::Deserialize;

use crate::{
    http::{Address, Request},
    oauth::form,
    secret::Secret,
};

/// How the secret is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum Method {
    /// In the header `Authorization`, as user name and password.
    #[default]
    #[serde(rename = "client_secret_basic")]
    Basic,
    /// In the body.
    #[serde(rename = "client_secret_post")]
    Post,
}

/// A client with a secret.
#[derive(Clone, Debug)]
pub struct Client {
    /// Its `client_id`.
    pub id: String,
    /// Its secret, a text.
    pub secret: Secret,
    /// How it sends the secret.
    pub method: Method,
}

impl Client {
    /// A `POST` of the pairs that asks for JSON, in the client's name.
    #[must_use]
    pub fn post(&self, address: &Address, pairs: &[(&str, &str)]) -> Request {
        let secret = core::str::from_utf8(self.secret.expose()).unwrap_or_default();
        let mut pairs = Vec::from(pairs);
        match self.method {
            Method::Basic => {
                let mut request = form::post(address, &pairs);
                request.headers.push(("authorization", basic(&self.id, secret)));
                request
            }
            Method::Post => {
                pairs.extend([("client_id", self.id.as_str()), ("client_secret", secret)]);
                form::post(address, &pairs)
            }
        }
    }
}

/// Both are form-encoded before they become user name and password, so that neither can hold the
/// colon between them.
fn basic(id: &str, secret: &str) -> String {
    let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = [encoded(id).as_str(), ":", &encoded(secret)].concat();
    ["Basic ", &Base64::encode_string(pair.as_bytes())].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Reach;

    fn request(method: Method) -> Request {
        let client = Client { id: "s6Bh:dR".into(), secret: Secret::new(b"7F jf/p".to_vec()), method };
        let address = Address::parse("https://a.example/x", Reach::Public).unwrap();
        client.post(&address, &[("token", "t")])
    }

    #[test]
    fn basic_encodes_both_parts_first() {
        let request = request(Method::Basic);
        let value = request.headers.iter().find(|(name, _)| *name == "authorization").map(|(_, value)| value);
        // s6Bh%3AdR:7F+jf%2Fp
        assert_eq!(value.unwrap(), "Basic czZCaCUzQWRSOjdGK2pmJTJGcA==");
        assert_eq!(request.body, "token=t");
    }

    #[test]
    fn post_sends_both_in_the_body_alone() {
        let request = request(Method::Post);
        assert_eq!(request.body, "token=t&client_id=s6Bh%3AdR&client_secret=7F+jf%2Fp");
        assert!(request.headers.iter().all(|(name, _)| *name != "authorization"));
    }
}
