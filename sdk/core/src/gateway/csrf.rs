//! Requests that another site makes a browser send.
//!
//! A browser adds cookies by itself, so a cookie alone does not show that its owner's page wanted
//! the request. What changes something, and what opens a WebSocket, has to show that as well.
//!
//! Source: [OWASP, verifying origin with standard headers](https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html#identifying-source-origin-via-originreferer-header),
//! [Fetch Metadata §2.2](https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header).

use alloc::string::String;

use crate::{
    error::{Code, Error},
    gateway::{credential::Kind, incoming::Incoming},
    http,
};

/// Checks that a request whose credential a browser adds by itself comes from a page that may
/// send it: one of `allowed`, or one of the gateway's own origin.
///
/// `GET`, `HEAD` and `OPTIONS` need no such proof, unless they open a WebSocket, which the rules of
/// CORS do not cover.
///
/// # Errors
/// `cross_site_refused` at `origin`: `Origin` is absent, `null`, not one origin, or another one.
pub fn check(request: &Incoming, kind: Kind, allowed: &[String]) -> Result<(), Error> {
    let safe = matches!(request.method.as_str(), "GET" | "HEAD" | "OPTIONS") && !request.is_websocket();
    if !kind.is_ambient() || safe || request.header("sec-fetch-site") == Some("same-origin") {
        return Ok(());
    }
    let refused = || Error::at(Code::CrossSiteRefused, "origin");
    let origin = request.header("origin").filter(|origin| *origin != "null").ok_or_else(refused)?;
    let own = own_origin(&request.url).is_some_and(|own| own.eq_ignore_ascii_case(origin));
    if own || allowed.iter().any(|one| one == origin) { Ok(()) } else { Err(refused()) }
}

/// Scheme, host and port of the request's own address; that address comes from the platform, in
/// the form that browsers write origins in.
fn own_origin(url: &str) -> Option<&str> {
    let (_, rest) = http::after_scheme(url)?;
    let length = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    url.get(..url.len() - rest.len() + length).filter(|_| length > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(method: &str, kind: Kind, headers: &[(&str, &str)]) -> bool {
        let headers = headers.iter().map(|(name, value)| ((*name).into(), (*value).into()));
        let request = Incoming::new(method.into(), "https://api.example/a?b".into(), headers);
        match check(&request, kind, &["https://app.example".into()]) {
            Ok(()) => true,
            Err(error) => {
                assert_eq!(error, Error::at(Code::CrossSiteRefused, "origin"));
                false
            }
        }
    }

    #[test]
    fn a_cookie_changes_nothing_without_an_origin() {
        for kind in [Kind::Cookie, Kind::Session] {
            for method in ["POST", "PUT", "PATCH", "DELETE", "PROPFIND", "get"] {
                assert!(!outcome(method, kind, &[]), "{method}");
                assert!(outcome(method, kind, &[("origin", "https://app.example")]), "{method}");
            }
        }
    }

    #[test]
    fn only_allowed_origins_and_the_own_one_count() {
        let post = |origin| outcome("POST", Kind::Session, &[("origin", origin)]);
        assert!(post("https://app.example") && post("https://api.example"));
        for origin in [
            "null",
            "",
            "https://evil.example",
            "http://app.example",
            "https://app.example:8443",
            "https://app.example.evil.example",
            "https://app.example/",
            "https://app.example, https://evil.example",
            "https://",
        ] {
            assert!(!post(origin), "{origin}");
        }
    }

    #[test]
    fn nobody_can_be_allowed_to_come_from_nowhere() {
        let headers = [("origin".into(), "null".into())];
        let request = Incoming::new("POST".into(), "https://api.example/".into(), headers);
        assert!(check(&request, Kind::Session, &["null".into()]).is_err());
    }

    #[test]
    fn the_browsers_own_word_counts_as_well() {
        let post = |site| outcome("POST", Kind::Session, &[("sec-fetch-site", site)]);
        assert!(post("same-origin"));
        for site in ["same-site", "cross-site", "none", "", "same-origin, cross-site"] {
            assert!(!post(site), "{site}");
        }
    }

    #[test]
    fn reading_and_other_credentials_are_free_but_for_websockets() {
        for method in ["GET", "HEAD", "OPTIONS"] {
            assert!(outcome(method, Kind::Session, &[("origin", "https://evil.example")]));
        }
        assert!(outcome("POST", Kind::Bearer, &[("origin", "https://evil.example")]));
        let upgrade = ("upgrade", "websocket");
        assert!(!outcome("GET", Kind::Session, &[upgrade, ("origin", "https://evil.example")]));
        assert!(!outcome("GET", Kind::Cookie, &[upgrade]));
        assert!(outcome("GET", Kind::Session, &[upgrade, ("origin", "https://app.example")]));
    }
}
