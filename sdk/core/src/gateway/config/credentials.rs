//! Where credentials may stand beside the `Authorization` header.

use alloc::{string::String, vec::Vec};

use serde::Deserialize;

use super::invalid;
use crate::{
    error::Error,
    gateway::{
        credential::{Kind, Sources},
        identity::HEADER_PREFIX,
    },
};

/// The table `credentials`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Document {
    headers: Vec<String>,
    cookies: Vec<String>,
    websocket: bool,
    query: Option<String>,
}

impl Document {
    pub fn check(self) -> Result<Sources, Error> {
        let headers: Vec<String> = self.headers.iter().map(|name| name.to_ascii_lowercase()).collect();
        // What decides already, or is stripped, would never be found as a token.
        let taken = |name: &String| {
            let decides = ["authorization", "cookie", "dpop", "origin", "host", "upgrade", "connection"];
            decides.contains(&name.as_str()) || name.starts_with(HEADER_PREFIX) || name.starts_with("sec-")
        };
        let named = |name: &String| !name.is_empty() && name.bytes().all(is_token_byte);
        let mut rules = [
            ("credentials.headers", headers.iter().all(|name| named(name) && !taken(name))),
            ("credentials.cookies", self.cookies.iter().all(|name| named(name) && !name.starts_with("__"))),
            ("credentials.query", self.query.iter().all(named)),
        ]
        .into_iter();
        match rules.find(|(_, kept)| !kept) {
            Some((at, _)) => Err(invalid(at)),
            None => Ok(Sources {
                headers,
                cookies: self.cookies,
                websocket: self.websocket,
                query: self.query,
                ..Sources::default()
            }),
        }
    }
}

/// Whether a route can ask for this kind.
pub(super) const fn offers(sources: &Sources, kind: Kind) -> bool {
    match kind {
        Kind::Bearer => true,
        Kind::Dpop => sources.dpop,
        Kind::Header => !sources.headers.is_empty(),
        Kind::Cookie => !sources.cookies.is_empty(),
        Kind::Session => sources.session.is_some(),
        Kind::WebSocket => sources.websocket,
        Kind::Query => sources.query.is_some(),
    }
}

/// `tchar` of [RFC 9110 §5.6.2](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2).
pub(super) fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}
