//! A token that is about to be signed, by a key that need not be here.
//!
//! Source: [RFC 7515 §5.1](https://www.rfc-editor.org/rfc/rfc7515#section-5.1).

use alloc::string::String;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::{base64url, json::Value, secret::Secret};

/// A JWS that lacks its signature. What signs may stand outside: WebCrypto with a key that cannot
/// leave it, or a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    signing_input: String,
}

impl Draft {
    /// Writes header and payload.
    #[must_use]
    pub fn new(header: &Value, payload: &Value) -> Self {
        let part = |value: &Value| base64url::encode(value.to_text().as_bytes());
        Self { signing_input: [&part(header), ".", &part(payload)].concat() }
    }

    /// What is to be signed: ASCII text.
    #[must_use]
    pub fn signing_input(&self) -> &str {
        &self.signing_input
    }

    /// The token, with the signature in the form of JWS: for ECDSA both numbers one after the
    /// other, as WebCrypto gives them.
    #[must_use]
    pub fn finish(self, signature: &[u8]) -> String {
        [&self.signing_input, ".", &base64url::encode(signature)].concat()
    }

    /// The token, signed here with a shared secret; its header says `HS256`.
    ///
    /// Source: [RFC 7518 §3.2](https://www.rfc-editor.org/rfc/rfc7518#section-3.2)
    #[must_use]
    pub fn finish_hs256(self, secret: &Secret) -> String {
        // A MAC of HMAC-SHA256 takes keys of every length; were one refused, no server would agree.
        let Ok(mac) = Hmac::<Sha256>::new_from_slice(secret.expose()) else { return String::new() };
        let signature = mac.chain_update(self.signing_input.as_bytes()).finalize().into_bytes();
        self.finish(&signature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        jose::{Algorithm, Key, engine, jws::Unverified},
        json::object,
    };

    #[test]
    fn what_is_finished_is_read_back() {
        let header = object(vec![("alg", "HS256".into()), ("typ", "JWT".into())]);
        let payload = object(vec![("iss", "joe \"é\"".into()), ("exp", 1_300_819_380_u64.into())]);
        let secret = Secret::new(b"0123456789abcdef0123456789abcdef".to_vec());
        let text = Draft::new(&header, &payload).finish_hs256(&secret);
        let token = Unverified::parse(&text).unwrap();
        assert_eq!(token.unverified_claim("iss").unwrap(), &"joe \"é\"");
        let key = Key::symmetric(secret, None);
        engine::verify(&key, Algorithm::Hs256, token.signing_input(), token.signature()).unwrap();
    }

    #[test]
    fn a_signature_from_outside_is_put_behind() {
        let draft = Draft::new(&object(vec![]), &object(vec![]));
        assert_eq!(draft.signing_input(), "e30.e30");
        assert_eq!(draft.finish(&[3, 236, 255, 224, 193]), "e30.e30.A-z_4ME");
    }
}
