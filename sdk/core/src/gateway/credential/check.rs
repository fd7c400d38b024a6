//! Which places a configuration may name.

use alloc::string::String;

use super::{Kind, Sources};
use crate::{
    error::{Code, Error},
    gateway::identity::HEADER_PREFIX,
    http::is_token,
};

impl Sources {
    /// Checks the configured names.
    ///
    /// # Errors
    /// `config_invalid` at `credentials.headers`, `credentials.cookies` or `credentials.query`: no
    /// token of RFC 9110, a header that decides or is stripped anyway, or a cookie with its prefix.
    pub fn check(&self) -> Result<(), Error> {
        // What decides already, or is stripped, would never be found as a token.
        let taken = |name: &String| {
            let decides = ["authorization", "cookie", "dpop", "origin", "host", "upgrade", "connection"];
            decides.contains(&name.as_str()) || name.starts_with(HEADER_PREFIX) || name.starts_with("sec-")
        };
        let mut rules = [
            ("credentials.headers", self.headers.iter().all(|name| is_token(name) && !taken(name))),
            (
                "credentials.cookies",
                self.cookies.iter().all(|name| is_token(name) && !name.starts_with("__")),
            ),
            ("credentials.query", self.query.iter().all(|name| is_token(name))),
        ]
        .into_iter();
        rules.find(|(_, kept)| !kept).map_or(Ok(()), |(at, _)| Err(Error::at(Code::ConfigInvalid, at)))
    }

    /// Whether a route can ask for this kind.
    #[must_use]
    pub const fn offers(&self, kind: Kind) -> bool {
        match kind {
            Kind::Bearer => true,
            Kind::Dpop => self.dpop,
            Kind::Header => !self.headers.is_empty(),
            Kind::Cookie => !self.cookies.is_empty(),
            Kind::Session => self.session.is_some(),
            Kind::WebSocket => self.websocket,
            Kind::Query => self.query.is_some(),
        }
    }
}
