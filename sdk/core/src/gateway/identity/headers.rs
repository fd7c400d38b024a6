//! The headers that tell the origin who it is.

use alloc::{borrow::Cow, format, string::String, vec::Vec};

use super::Identity;
use crate::base64url;

/// Every header that the gateway speaks through begins like this, so none that comes from outside
/// may pass.
pub const HEADER_PREFIX: &str = "x-edgeward-";

impl Identity {
    /// The headers for the origin: names in lower case, values in visible ASCII and spaces. What
    /// the credential does not say has no header.
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, Cow<'_, str>)> {
        let list = |words| Some(words).filter(|words: &&[String]| !words.is_empty()).map(joined);
        let said = [
            ("x-edgeward-subject", self.subject.as_deref().map(encoded)),
            ("x-edgeward-issuer", Some(encoded(&self.issuer))),
            ("x-edgeward-session", self.session_id.as_deref().map(encoded)),
            ("x-edgeward-client", self.client_id.as_deref().map(encoded)),
            ("x-edgeward-scope", Some(joined(&self.scopes))),
            ("x-edgeward-permissions", list(&self.permissions)),
            ("x-edgeward-roles", list(&self.roles)),
            ("x-edgeward-credential", Some(self.credential.as_str().into())),
            ("x-edgeward-claims", Some(base64url::encode_public(self.json().as_bytes()).into())),
        ];
        said.into_iter().filter_map(|(name, value)| Some((name, value?)))
    }
}

fn joined(words: &[String]) -> Cow<'_, str> {
    words.iter().map(|word| encoded(word)).collect::<Vec<_>>().join(" ").into()
}

/// Percent-encodes what is not visible ASCII, and `%` itself, so that nobody can write a second
/// header or pass for somebody else.
pub fn encoded(text: &str) -> Cow<'_, str> {
    let is_plain = |byte: &u8| byte.is_ascii_graphic() && *byte != b'%';
    if text.as_bytes().iter().all(is_plain) {
        return text.into();
    }
    let mut value = String::with_capacity(3 * text.len());
    for byte in text.bytes() {
        if is_plain(&byte) {
            value.push(byte.into());
        } else {
            value.push_str(&format!("%{byte:02X}"));
        }
    }
    value.into()
}
