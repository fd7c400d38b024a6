//! Who a verified token speaks for, and the headers that tell the origin.

use alloc::{format, string::String, vec::Vec};

use crate::{
    base64url,
    error::{Code, Error},
    jwt::Claims,
};

/// Every header that the gateway speaks through begins like this, so none that comes from outside
/// may pass.
pub const HEADER_PREFIX: &str = "x-edgeward-";

/// What a verified token says.
#[derive(Clone, PartialEq)]
pub struct Identity {
    subject: Option<String>,
    issuer: String,
    scopes: Vec<String>,
    claims: String,
}

impl Identity {
    /// Takes the identity from validated claims.
    ///
    /// # Errors
    /// `token_claim_invalid`, at the claim: `sub`, `iss` or `scope` mistyped, or with characters
    /// that no header can carry.
    pub fn new(claims: &Claims) -> Result<Self, Error> {
        let subject = claims.text("sub")?.map(Into::into);
        let issuer = claims.text("iss")?.unwrap_or_default().into();
        let scopes = claims.scopes()?.into_iter().map(Into::into).collect();
        let claims = base64url::encode(claims.json().as_bytes());
        let identity = Self { subject, issuer, scopes, claims };
        if identity.scopes.iter().all(|scope| is_scope(scope)) {
            Ok(identity)
        } else {
            Err(Error::at(Code::TokenClaimInvalid, "scope"))
        }
    }

    /// Whether the token carries every one of `wanted`.
    #[must_use]
    pub fn has_scopes(&self, wanted: &[String]) -> bool {
        wanted.iter().all(|scope| self.scopes.contains(scope))
    }

    /// The headers for the origin: names in lower case, values in visible ASCII.
    #[must_use]
    pub fn headers(&self) -> Vec<(String, String)> {
        let subject = self.subject.as_ref().map(|subject| ("subject", header_text(subject)));
        let always = [
            ("issuer", header_text(&self.issuer)),
            ("scope", self.scopes.join(" ")),
            ("claims", self.claims.clone()),
        ];
        subject
            .into_iter()
            .chain(always)
            .map(|(name, value)| (format!("{HEADER_PREFIX}{name}"), value))
            .collect()
    }
}

/// `scope-token` of [RFC 6749 §3.3](https://www.rfc-editor.org/rfc/rfc6749#section-3.3).
pub(super) fn is_scope(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e))
}

/// Percent-encodes what is not visible ASCII, and `%` itself, so that nobody can write a second
/// header or pass for somebody else.
fn header_text(text: &str) -> String {
    let mut value = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_graphic() && byte != b'%' {
            value.push(byte.into());
        } else {
            value.push_str(&format!("%{byte:02X}"));
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        jose::{
            Algorithm,
            jws::{Header, Payload},
        },
        json,
        jwt::{self, Policy, Verified},
        time::UnixSeconds,
    };

    fn of(more: &str) -> Result<Identity, Error> {
        let mut members = json::parse_object(br#"{"iss":"https://i","aud":"api","exp":9}"#).unwrap();
        members.extend(json::parse_object(format!("{{{more}}}").as_bytes()).unwrap());
        let payload = Payload::parse(json::Value::Object(members).to_string().into_bytes()).unwrap();
        let header = Header { alg: Some(Algorithm::Es256), kid: None, typ: None };
        let policy = Policy::new("https://i".into(), vec!["api".into()], vec![Algorithm::Es256]).unwrap();
        Identity::new(&jwt::validate(Verified { header, payload }, &policy, UnixSeconds(0)).unwrap())
    }

    fn header(identity: &Identity, name: &str) -> Option<String> {
        identity.headers().into_iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    #[test]
    fn tells_the_origin_who_it_is() {
        let identity = of(r#""sub":"u1","scope":"a b""#).unwrap();
        assert_eq!(header(&identity, "x-edgeward-subject").unwrap(), "u1");
        assert_eq!(header(&identity, "x-edgeward-issuer").unwrap(), "https://i");
        assert_eq!(header(&identity, "x-edgeward-scope").unwrap(), "a b");
        let claims = base64url::decode(&header(&identity, "x-edgeward-claims").unwrap()).unwrap();
        assert_eq!(json::parse_object(&claims).unwrap().get("sub").unwrap(), "u1");
    }

    #[test]
    fn a_token_without_subject_sends_none() {
        assert_eq!(header(&of("").unwrap(), "x-edgeward-subject"), None);
    }

    #[test]
    fn a_claim_cannot_write_a_second_header() {
        let identity = of(r#""sub":"a\r\nx-admin: 1 ü%41""#).unwrap();
        assert_eq!(header(&identity, "x-edgeward-subject").unwrap(), "a%0D%0Ax-admin:%201%20%C3%BC%2541");
        for scope in ["\"a\\nb\"", "\"a\\u0000\"", "[\"a b\"]", "[\"\"]", "\"ä\""] {
            assert_eq!(of(&format!(r#""scope":{scope}"#)).err().unwrap().at, "scope", "{scope}");
        }
    }

    #[test]
    fn scopes_are_all_needed() {
        let identity = of(r#""scope":"a b""#).unwrap();
        assert!(identity.has_scopes(&[]) && identity.has_scopes(&["b".into(), "a".into()]));
        assert!(!identity.has_scopes(&["a".into(), "c".into()]) && !identity.has_scopes(&["A".into()]));
    }
}
