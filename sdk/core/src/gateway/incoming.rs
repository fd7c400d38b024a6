//! What of a request decides about it.

use alloc::{string::String, vec::Vec};

use crate::http;

/// A request as the gateway judges it: method, address and the headers that may carry a credential.
///
/// It holds credentials, so it has no `Debug`.
#[derive(Clone)]
pub struct Incoming {
    /// The method as it was sent.
    pub method: String,
    /// The absolute address as it was sent.
    pub url: String,
    headers: Vec<(String, String)>,
}

impl Incoming {
    /// The headers that decide about every request; [`Sources::headers`] may name more.
    ///
    /// [`Sources::headers`]: super::credential::Sources::headers
    pub const HEADERS: [&'static str; 7] =
        ["authorization", "cookie", "dpop", "origin", "sec-fetch-site", "sec-websocket-protocol", "upgrade"];

    /// Takes a request with header names in any case. A header that stands twice is joined by a
    /// comma, cookies by a semicolon, as HTTP allows; what must stand once then fails to parse.
    ///
    /// Source: [RFC 9110 §5.3](https://www.rfc-editor.org/rfc/rfc9110#section-5.3),
    /// [RFC 9113 §8.2.3](https://www.rfc-editor.org/rfc/rfc9113#section-8.2.3)
    #[must_use]
    pub fn new(method: String, url: String, headers: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut joined: Vec<(String, String)> = Vec::new();
        for (name, value) in headers {
            let name = name.to_ascii_lowercase();
            match joined.iter_mut().find(|(own, _)| *own == name) {
                None => joined.push((name, value)),
                Some((_, own)) => {
                    own.push_str(if name == "cookie" { "; " } else { ", " });
                    own.push_str(&value);
                }
            }
        }
        Self { method, url, headers: joined }
    }

    /// A header, by its lower-case name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// The path, as it was sent.
    #[must_use]
    pub fn path(&self) -> &str {
        self.target().split('?').next().unwrap_or_default()
    }

    /// What follows the first `?`.
    #[must_use]
    pub fn query(&self) -> Option<&str> {
        self.target().split_once('?').map(|(_, query)| query)
    }

    /// Whether the request asks to become a WebSocket.
    #[must_use]
    pub fn is_websocket(&self) -> bool {
        self.header("upgrade").is_some_and(|upgrade| upgrade.eq_ignore_ascii_case("websocket"))
    }

    /// A browser's question, without credentials, whether it may ask with them.
    ///
    /// `requested_method` is the header `Access-Control-Request-Method`.
    ///
    /// Source: [Fetch §3.3.2](https://fetch.spec.whatwg.org/#cors-preflight-request)
    #[must_use]
    pub fn is_preflight(&self, requested_method: Option<&str>) -> bool {
        self.method == "OPTIONS" && self.header("origin").is_some() && requested_method.is_some()
    }

    fn target(&self) -> &str {
        let after_scheme = http::after_scheme(&self.url).map_or(self.url.as_str(), |(_, rest)| rest);
        let without_fragment = after_scheme.split('#').next().unwrap_or_default();
        without_fragment.find(['/', '?']).and_then(|at| without_fragment.get(at..)).unwrap_or("/")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(url: &str, headers: &[(&str, &str)]) -> Incoming {
        let headers = headers.iter().map(|(name, value)| ((*name).into(), (*value).into()));
        Incoming::new("GET".into(), url.into(), headers)
    }

    #[test]
    fn repeated_headers_are_joined() {
        let request = get(
            "https://a/",
            &[("Authorization", "x"), ("authorization", "y"), ("cookie", "a=1"), ("Cookie", "b=2")],
        );
        assert_eq!(request.header("authorization"), Some("x, y"));
        assert_eq!(request.header("cookie"), Some("a=1; b=2"));
    }

    #[test]
    fn a_url_has_a_path_and_a_query() {
        for (url, path, query) in [
            ("https://a/b/c?d=e?f", "/b/c", Some("d=e?f")),
            ("https://a", "/", None),
            ("https://a/#x?y", "/", None),
            ("https://a?b=//c", "", Some("b=//c")),
        ] {
            let request = get(url, &[]);
            assert_eq!((request.path(), request.query()), (path, query), "{url}");
        }
    }
}
