//! HTTP as plain values: what to send, what came back, and which addresses may be called.

mod address;

use alloc::{string::String, vec::Vec};

pub use address::{Address, Reach};

/// The methods that exchanges use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// `GET`
    Get,
    /// `POST`
    Post,
}

impl Method {
    /// The method as it stands in the request line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// A request to be sent. Its body may hold secrets, so it has no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The absolute address, as [`Address`] has checked it.
    pub url: String,
    /// Header names in lower case, and values.
    pub headers: Vec<(&'static str, String)>,
    /// The body; empty for `GET`.
    pub body: String,
}

impl Request {
    /// A `GET` that asks for JSON.
    #[must_use]
    pub fn get_json(url: &Address) -> Self {
        Self {
            method: Method::Get,
            url: url.as_str().into(),
            headers: alloc::vec![("accept", "application/json".into())],
            body: String::new(),
        }
    }
}

/// An answer that came back whole. Its body may hold secrets, so it has no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Header names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Response {
    /// The first value of a header, by its lower-case name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// `max-age` of `Cache-Control` in seconds; zero for `no-store` and `no-cache`.
    ///
    /// Source: [RFC 9111 §5.2](https://www.rfc-editor.org/rfc/rfc9111#section-5.2)
    #[must_use]
    pub fn max_age(&self) -> Option<crate::time::Seconds> {
        let mut age = None;
        for directive in self.header("cache-control")?.split(',').map(str::trim) {
            let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
            match name.to_ascii_lowercase().as_str() {
                "no-store" | "no-cache" => return Some(crate::time::Seconds(0)),
                "max-age" => age = value.trim_matches('"').parse().ok().map(crate::time::Seconds),
                _ => {}
            }
        }
        age
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Seconds;

    fn with_cache_control(value: &str) -> Response {
        Response { status: 200, headers: vec![("cache-control".into(), value.into())], body: vec![] }
    }

    #[test]
    fn reads_max_age() {
        assert_eq!(with_cache_control("public, max-age=600").max_age(), Some(Seconds(600)));
        assert_eq!(with_cache_control("Max-Age=\"15\", stale-if-error=86400").max_age(), Some(Seconds(15)));
        assert_eq!(with_cache_control("max-age=600, no-store").max_age(), Some(Seconds(0)));
        assert_eq!(with_cache_control("no-cache").max_age(), Some(Seconds(0)));
        for odd in ["public", "max-age", "max-age=-1", "max-age=1e3", "max-age=99999999999"] {
            assert_eq!(with_cache_control(odd).max_age(), None, "{odd}");
        }
    }
}
