//! What an issuer's answer says about time.

use crate::{http::Response, time::Seconds};

/// How long the answer is fresh: `max-age` of its `Cache-Control` less the `Age` that a cache on
/// the way gave it; zero for `no-store` and `no-cache`.
///
/// Source: [RFC 9111 §4.2](https://www.rfc-editor.org/rfc/rfc9111#section-4.2),
/// [§5.1](https://www.rfc-editor.org/rfc/rfc9111#section-5.1),
/// [§5.2](https://www.rfc-editor.org/rfc/rfc9111#section-5.2)
#[must_use]
pub fn max_age(response: &Response) -> Option<Seconds> {
    let mut lifetime = None;
    for directive in response.header("cache-control")?.split(',').map(str::trim) {
        let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
        match name.to_ascii_lowercase().as_str() {
            "no-store" | "no-cache" => return Some(Seconds(0)),
            "max-age" => lifetime = seconds(value.trim_matches('"')),
            _ => {}
        }
    }
    let age = response.header("age").and_then(seconds).unwrap_or_default();
    lifetime.map(|lifetime| Seconds(lifetime.0.saturating_sub(age.0)))
}

/// How long the server asks to be left alone, in seconds. A date is not read: the usual waits
/// then apply.
///
/// Source: [RFC 9110 §10.2.3](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3)
#[must_use]
pub fn retry_after(response: &Response) -> Option<Seconds> {
    response.header("retry-after").and_then(seconds)
}

/// Digits alone: `parse` would take a sign as well. What is too large to count is for ever.
fn seconds(text: &str) -> Option<Seconds> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| Seconds(text.parse().unwrap_or(u32::MAX)))
}

#[cfg(test)]
mod tests {
    use alloc::{vec, vec::Vec};

    use super::*;

    fn answer(headers: &[(&str, &str)]) -> Response {
        let headers: Vec<_> = headers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        Response { status: 200, headers, body: vec![] }
    }

    #[test]
    fn reads_max_age() {
        let age = |value: &str| max_age(&answer(&[("cache-control", value)]));
        assert_eq!(age("public, max-age=600"), Some(Seconds(600)));
        assert_eq!(age("Max-Age=\"15\", stale-if-error=86400"), Some(Seconds(15)));
        assert_eq!(age("max-age=600, no-store"), Some(Seconds(0)));
        assert_eq!(age("no-cache"), Some(Seconds(0)));
        assert_eq!(age("max-age=99999999999"), Some(Seconds(u32::MAX)));
        for odd in ["public", "max-age", "max-age=", "max-age=-1", "max-age=+1", "max-age=1e3"] {
            assert_eq!(age(odd), None, "{odd}");
        }
    }

    #[test]
    fn the_time_in_a_cache_on_the_way_counts() {
        let age = |value| max_age(&answer(&[("cache-control", "max-age=600"), ("age", value)]));
        assert_eq!(age("200"), Some(Seconds(400)));
        assert_eq!(age("601"), Some(Seconds(0)));
        assert_eq!(age("soon"), Some(Seconds(600)));
        assert_eq!(max_age(&answer(&[("age", "5")])), None);
    }

    #[test]
    fn reads_retry_after() {
        let after = |value| retry_after(&answer(&[("retry-after", value)]));
        assert_eq!(after("120"), Some(Seconds(120)));
        assert_eq!(after("99999999999"), Some(Seconds(u32::MAX)));
        for odd in ["", "-1", "1.5", "Fri, 31 Dec 1999 23:59:59 GMT"] {
            assert_eq!(after(odd), None, "{odd}");
        }
        assert_eq!(retry_after(&answer(&[])), None);
    }
}
