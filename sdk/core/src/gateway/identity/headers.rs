//! The headers that tell the origin who it is.

use alloc::{format, string::String, vec::Vec};

use super::Identity;
use crate::base64url;

/// Every header that the gateway speaks through begins like this, so none that comes from outside
/// may pass.
pub const HEADER_PREFIX: &str = "x-edgeward-";

impl Identity {
    /// The headers for the origin: names in lower case, values in visible ASCII and spaces. What
    /// the credential does not say has no header.
    #[must_use]
    pub fn headers(&self) -> Vec<(String, String)> {
        let text = |text: &Option<String>| text.as_deref().map(encoded);
        let list = |words: &[String]| (!words.is_empty()).then(|| joined(words));
        let said = [
            ("subject", text(&self.subject)),
            ("issuer", Some(encoded(&self.issuer))),
            ("session", text(&self.session_id)),
            ("client", text(&self.client_id)),
            ("scope", Some(joined(&self.scopes))),
            ("permissions", list(&self.permissions)),
            ("roles", list(&self.roles)),
            ("credential", Some(self.credential.as_str().into())),
            ("claims", Some(base64url::encode(self.json.as_bytes()))),
        ];
        let header = |(name, value): (&str, Option<String>)| Some((format!("{HEADER_PREFIX}{name}"), value?));
        said.into_iter().filter_map(header).collect()
    }
}

fn joined(words: &[String]) -> String {
    words.iter().map(|word| encoded(word)).collect::<Vec<_>>().join(" ")
}

/// Percent-encodes what is not visible ASCII, and `%` itself, so that nobody can write a second
/// header or pass for somebody else.
pub fn encoded(text: &str) -> String {
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
