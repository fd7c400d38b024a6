//! A client's own key, which its assertions are signed with.

use alloc::string::String;

use crate::{
    error::{Code, Error},
    jose::Algorithm,
    json::{self, Value},
    secret::Secret,
};

/// A private JWK that says what it signs with. It is a secret, so there is no `Debug`.
#[derive(Clone)]
pub struct PrivateKey {
    /// Its text.
    pub jwk: Secret,
    /// What it signs with: `alg`.
    pub algorithm: Algorithm,
    /// What the server knows it by.
    pub kid: Option<String>,
}

impl PrivateKey {
    /// Reads the text of a private JWK.
    ///
    /// # Errors
    /// `jwk_invalid`: no strict JSON object; at `alg`, `d`, `kid`: it is missing, or no text.
    /// `algorithm_unsupported`: `alg` is not known, or is that of a secret.
    ///
    /// Source: [RFC 7517 §4](https://www.rfc-editor.org/rfc/rfc7517#section-4)
    pub fn parse(jwk: Secret) -> Result<Self, Error> {
        let members = json::parse_object(jwk.expose()).map_err(|_| Code::JwkInvalid)?;
        let text = |name: &'static str| match members.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.as_str())),
            Some(_) => Err(Error::at(Code::JwkInvalid, name)),
        };
        let required = |name| text(name)?.ok_or(Error::at(Code::JwkInvalid, name));
        required("d")?;
        let algorithm: Algorithm = required("alg")?.parse().map_err(|_| Code::AlgorithmUnsupported)?;
        if algorithm.is_symmetric() {
            return Err(Code::AlgorithmUnsupported.into());
        }
        let kid = text("kid")?.map(Into::into);
        Ok(Self { jwk, algorithm, kid })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<PrivateKey, Error> {
        PrivateKey::parse(Secret::new(text.into()))
    }

    #[test]
    fn says_what_it_signs_with() {
        let key =
            parse(r#"{"kty":"EC","crv":"P-256","x":"x","y":"y","d":"d","alg":"ES256","kid":"k1"}"#).unwrap();
        assert_eq!((key.algorithm, key.kid.as_deref()), (Algorithm::Es256, Some("k1")));
        assert_eq!(parse(r#"{"kty":"OKP","d":"d","alg":"EdDSA"}"#).unwrap().kid, None);
    }

    #[test]
    fn a_public_key_a_secret_and_no_key_at_all_are_refused() {
        for (text, code) in [
            ("", Code::JwkInvalid),
            ("[]", Code::JwkInvalid),
            (r#"{"alg":"ES256","x":"x"}"#, Code::JwkInvalid),
            (r#"{"d":"d"}"#, Code::JwkInvalid),
            (r#"{"d":7,"alg":"ES256"}"#, Code::JwkInvalid),
            (r#"{"d":"d","alg":"ES256","kid":1}"#, Code::JwkInvalid),
            (r#"{"d":"d","alg":"none"}"#, Code::AlgorithmUnsupported),
            (r#"{"d":"d","alg":"HS256"}"#, Code::AlgorithmUnsupported),
        ] {
            assert_eq!(parse(text).err().map(|error| error.code), Some(code), "{text}");
        }
    }
}
