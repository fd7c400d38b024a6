//! Which pages may use a signed-in user's cookies.
//!
//! A browser sends cookies with whatever any page asks for, and says in `Origin` which page it was. A change that
//! comes with cookies is made only for a page that is known. A request whose credential is in `Authorization` needs
//! none of this: no page can have a browser add that header of itself.

use edgeward_core::{
    Code, Error,
    http::{Address, Reach},
};

use crate::{
    Authority, Failure,
    http::{Incoming, Outgoing},
    settings::invalid,
};

/// An origin with `*` for letters, digits and hyphens within one label: `https://app-*.pages.example`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(String);

/// Checks the origins that an operator trusts.
///
/// # Errors
/// `config_invalid` at `trusted_origins`: one is no origin (scheme, host and port in lower case, and nothing after
/// them), or has `*` where it would fit strangers: in its last two labels or outside of its host, or more than twice.
pub fn patterns(origins: Vec<String>) -> Result<Vec<Pattern>, Error> {
    let pattern = |text: String| if is_pattern(&text) { Ok(Pattern(text)) } else { Err(WRONG) };
    origins.into_iter().map(pattern).collect()
}

/// Whether pages of an origin may use cookies: those of the authority itself, and those that are configured.
#[must_use]
pub fn is_trusted(authority: &Authority, origin: &str) -> bool {
    let fits = |Pattern(pattern): &Pattern| fits(pattern.as_bytes(), origin.as_bytes());
    origin == authority.settings.issuer
        || origin.len() <= MAX_ORIGIN && authority.settings.trusted_origins.iter().any(fits)
}

/// Refuses a change that a page may have asked for that is not trusted.
///
/// # Errors
/// `missing_or_null_origin`: it comes with cookies, and nobody says from where. `invalid_origin`: it comes from a page
/// that is not trusted.
///
/// Source: [RFC 6454 §7](https://www.rfc-editor.org/rfc/rfc6454#section-7)
pub fn check(authority: &Authority, request: &Incoming) -> Result<(), Failure> {
    let reads = ["GET", "HEAD", "OPTIONS"].contains(&request.method.as_str());
    if reads || request.header("authorization").is_some() {
        return Ok(());
    }
    let origin = request.header("origin").or_else(|| request.header("referer").map(origin_of));
    match origin {
        None | Some("null" | "") if request.header("cookie").is_some() => {
            Err(Code::MissingOrNullOrigin.into())
        }
        // No cookies and no page: a program, which has no user's browser to abuse.
        None => Ok(()),
        Some(origin) if is_trusted(authority, origin) => Ok(()),
        Some(_) => Err(Code::InvalidOrigin.into()),
    }
}

/// Lets trusted pages read an answer that cookies have a say in.
///
/// Source: [Fetch §3.2](https://fetch.spec.whatwg.org/#http-cors-protocol)
#[must_use]
pub fn with_credentials(authority: &Authority, request: &Incoming, answer: Outgoing) -> Outgoing {
    let answer = answer.with("vary", "origin");
    match request.header("origin").filter(|origin| is_trusted(authority, origin)) {
        Some(origin) => answer
            .with("access-control-allow-origin", origin)
            .with("access-control-allow-credentials", "true"),
        None => answer,
    }
}

/// Lets every page read an answer that cookies have no say in.
#[must_use]
pub fn open(answer: Outgoing) -> Outgoing {
    answer.with("access-control-allow-origin", "*")
}

/// What a browser is told that asks whether a page may send a request.
#[must_use]
pub fn preflight() -> Outgoing {
    preflight_of(
        "GET, POST, OPTIONS",
        "authorization, content-type, convex-client, x-api-key, idempotency-key, dpop",
    )
}

/// The same for these methods and headers.
#[must_use]
pub fn preflight_of(methods: &str, headers: &str) -> Outgoing {
    Outgoing { status: 204, headers: Vec::new(), body: String::new() }
        .with("access-control-allow-methods", methods)
        .with("access-control-allow-headers", headers)
        .with("access-control-max-age", "86400")
}

const WRONG: Error = invalid("trusted_origins");
/// How long an origin may be that is compared with patterns.
const MAX_ORIGIN: usize = 300;
/// How many `*` a pattern may have, each of which multiplies the ways to fit it.
const MAX_STARS: usize = 2;

fn is_pattern(text: &str) -> bool {
    // A letter in its place has to make an origin.
    let example = text.replace('*', "x");
    let is_origin =
        Address::parse(&example, Reach::Development).is_ok_and(|address| address.origin() == example);
    let (scheme, host) = text.split_once("://").unwrap_or(("*", "*"));
    let mut labels = host.rsplit('.');
    let own = [labels.next(), labels.next()].into_iter().flatten();
    let is_bounded = ![scheme].into_iter().chain(own).any(|part| part.contains('*'));
    is_origin && is_bounded && text.matches('*').count() <= MAX_STARS
}

fn fits(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, None) => true,
        (Some((b'*', rest)), None) => fits(rest, text),
        (Some((b'*', rest)), Some((letter, more))) => {
            let is_label = letter.is_ascii_lowercase() || letter.is_ascii_digit() || *letter == b'-';
            fits(rest, text) || is_label && fits(pattern, more)
        }
        (Some((own, rest)), Some((letter, more))) => own == letter && fits(rest, more),
        _ => false,
    }
}

/// The origin of an address.
fn origin_of(url: &str) -> &str {
    let from = url.find("://").map_or(0, |at| at + 3);
    let end = url.get(from..).and_then(|rest| rest.find(['/', '?', '#'])).map_or(url.len(), |at| from + at);
    url.get(..end).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::World;

    const SETTINGS: &str = r#"{"issuer": "https://auth.example", "trusted_origins":
        ["https://app.example", "https://better-hub-*-better-auth.vercel.app", "http://localhost:3000"]}"#;

    fn outcome(method: &str, headers: &[(&str, &str)]) -> Result<(), Code> {
        let request = Incoming {
            method: method.into(),
            headers: headers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
            ..Incoming::default()
        };
        check(&World::with(SETTINGS).authority, &request).map_err(|failure| failure.code)
    }

    #[test]
    fn a_change_that_comes_with_cookies_is_made_for_a_page_that_is_known() {
        let cookie = ("cookie", "a=1");
        let from = |origin| outcome("POST", &[cookie, ("origin", origin)]);
        for origin in ["https://auth.example", "https://app.example", "http://localhost:3000"] {
            assert_eq!(from(origin), Ok(()), "{origin}");
        }
        assert_eq!(outcome("POST", &[cookie]), Err(Code::MissingOrNullOrigin));
        assert_eq!(from("null"), Err(Code::MissingOrNullOrigin));
        for origin in [
            "https://evil.example",
            "http://auth.example",
            "https://auth.example:444",
            "HTTPS://AUTH.EXAMPLE",
        ] {
            assert_eq!(from(origin), Err(Code::InvalidOrigin), "{origin}");
        }
        assert_eq!(
            outcome("DELETE", &[cookie, ("origin", "https://evil.example")]),
            Err(Code::InvalidOrigin)
        );
        assert_eq!(outcome("GET", &[cookie, ("origin", "https://evil.example")]), Ok(()));
    }

    #[test]
    fn the_page_is_read_from_the_referer_where_there_is_no_origin() {
        let from = |referer| outcome("POST", &[("cookie", "a=1"), ("referer", referer)]);
        assert_eq!(from("https://app.example/page?x=1"), Ok(()));
        for evil in
            ["https://evil.example/https://app.example/", "https://app.example@evil.example/", "app.example"]
        {
            assert_eq!(from(evil), Err(Code::InvalidOrigin), "{evil}");
        }
        let both =
            outcome("POST", &[("cookie", "a=1"), ("origin", "null"), ("referer", "https://app.example/")]);
        assert_eq!(both, Err(Code::MissingOrNullOrigin));
    }

    #[test]
    fn without_cookies_a_program_is_let_through_and_a_strange_page_is_not() {
        assert_eq!(outcome("POST", &[]), Ok(()));
        assert_eq!(outcome("POST", &[("origin", "https://evil.example")]), Err(Code::InvalidOrigin));
        let bearer = [("cookie", "a=1"), ("authorization", "Bearer x"), ("origin", "https://evil.example")];
        assert_eq!(outcome("POST", &bearer), Ok(()));
    }

    #[test]
    fn a_wildcard_never_crosses_a_label() {
        let world = World::with(SETTINGS);
        let trusts = |origin: &str| is_trusted(&world.authority, origin);
        assert!(trusts("https://better-hub-x-better-auth.vercel.app"));
        assert!(trusts("https://better-hub-git-main-2-better-auth.vercel.app"));
        for evil in [
            "http://better-hub-x-better-auth.vercel.app",
            "https://better-hub-x.evil.com/-better-auth.vercel.app",
            "https://better-hub-x.evil-better-auth.vercel.app",
            "https://better-hub-evil.com:1-better-auth.vercel.app",
            "https://better-hub-a@b-better-auth.vercel.app",
            "https://better-hub-x-better-auth.vercel.app.evil.com",
            "https://better-hub-X-better-auth.vercel.app",
            &format!("https://better-hub-{}-better-auth.vercel.app", "x".repeat(400)),
        ] {
            assert!(!trusts(evil), "{evil}");
        }
    }

    #[test]
    fn origins_that_would_fit_strangers_are_no_settings() {
        for odd in [
            "*",
            "https://*",
            "https://*.com",
            "https://*.example.com/",
            "https://app-*.com",
            "*://app.example.com",
            "https://a.example.com:*",
            "https://A.example.com",
            "https://*.*.*.example.com",
            "app.example.com",
            "",
        ] {
            assert_eq!(patterns(vec![odd.into()]), Err(WRONG), "{odd}");
        }
        for good in ["https://*.example.com", "https://app-*.example.com:8443", "http://localhost:3000"] {
            assert!(patterns(vec![good.into()]).is_ok(), "{good}");
        }
    }
}
