//! What caches may do with an answer to somebody in particular.
//!
//! A shared cache keeps no answer to a request with `Authorization` unless the answer says
//! `public`, `s-maxage` or `must-revalidate`; a cookie does not hold it back at all. Here no such
//! answer is ever for a shared cache, whatever carried the credential.
//!
//! Source: [RFC 9111 §3.5](https://www.rfc-editor.org/rfc/rfc9111#section-3.5).

use alloc::{
    string::{String, ToString},
    vec::Vec,
};

const NOT_SAID: &str = "private, no-store";

/// The value of `Cache-Control` for an answer to a request with a credential, from the origin's.
///
/// `no-store` stays as it is. What lets a shared cache keep an answer (`public`, `s-maxage`,
/// `proxy-revalidate`) goes, `private` comes, and the rest stays: an origin that gives a page a
/// `max-age` or `no-cache` has thought of the user's own cache. If it has not, nobody keeps it.
#[must_use]
pub fn for_one(cache_control: Option<&str>) -> String {
    let Some(directives) = cache_control.map(directives) else { return NOT_SAID.into() };
    let names: Vec<String> = directives.iter().map(|directive| name(directive)).collect();
    if names.iter().any(|name| name == "no-store") {
        return cache_control.unwrap_or_default().into();
    }
    // With a list of fields, `private="set-cookie"`, they speak of those fields and not of the answer.
    let meant_for_one = ["private", "no-cache"].iter().any(|whole| directives.iter().any(|d| is(d, whole)));
    if !meant_for_one && !names.iter().any(|name| name == "max-age") {
        return NOT_SAID.into();
    }
    let shared = ["public", "private", "s-maxage", "proxy-revalidate"];
    let kept = directives.iter().zip(&names).filter(|(_, name)| !shared.contains(&name.as_str()));
    let kept: Vec<&str> = core::iter::once("private").chain(kept.map(|(directive, _)| *directive)).collect();
    kept.join(", ")
}

/// Whether a field tells shared caches what they may keep, past `Cache-Control`: an answer to
/// somebody in particular has none. `name` in lower case.
///
/// Source: [RFC 9213](https://www.rfc-editor.org/rfc/rfc9213) (`CDN-Cache-Control` and the like).
#[must_use]
pub fn is_for_shared_caches(name: &str) -> bool {
    name.ends_with("-cache-control") || name == "surrogate-control" || name == "x-accel-expires"
}

/// The value of `Vary` with `wanted` in it; `None` if nothing has to change.
///
/// Source: [RFC 9110 §12.5.5](https://www.rfc-editor.org/rfc/rfc9110#section-12.5.5)
#[must_use]
pub fn vary(present: Option<&str>, wanted: &[&str]) -> Option<String> {
    let names: Vec<&str> = present.unwrap_or_default().split(',').map(str::trim_ascii).collect();
    if names.contains(&"*") {
        return None;
    }
    let missing = |field: &&&str| !names.iter().any(|name| name.eq_ignore_ascii_case(field));
    let added: Vec<&str> = wanted.iter().filter(missing).copied().collect();
    let present = names.iter().filter(|name| !name.is_empty()).copied();
    (!added.is_empty()).then(|| present.chain(added.iter().copied()).collect::<Vec<_>>().join(", "))
}

/// The directives of a list, split at commas outside of quotes.
fn directives(list: &str) -> Vec<&str> {
    let mut quoted = false;
    let parts = list.split(|sign: char| {
        quoted ^= sign == '"';
        sign == ',' && !quoted
    });
    parts.map(str::trim_ascii).filter(|part| !part.is_empty()).collect()
}

fn name(directive: &str) -> String {
    directive.split('=').next().unwrap_or_default().trim_ascii().to_string().to_ascii_lowercase()
}

fn is(directive: &str, name: &str) -> bool {
    directive.eq_ignore_ascii_case(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_to_one_is_for_no_shared_cache() {
        let cases = [
            (None, "private, no-store"),
            (Some(""), "private, no-store"),
            (Some("public"), "private, no-store"),
            (Some("s-maxage=60"), "private, no-store"),
            (Some("must-revalidate"), "private, no-store"),
            (Some("public, max-age=60"), "private, max-age=60"),
            (Some("PUBLIC, Max-Age=60, s-maxage=600, immutable"), "private, Max-Age=60, immutable"),
            (Some("max-age=60, proxy-revalidate"), "private, max-age=60"),
            (Some("no-cache"), "private, no-cache"),
            (Some("private"), "private"),
            (Some("private, max-age=5"), "private, max-age=5"),
            (Some("private=\"set-cookie, x\", public"), "private, no-store"),
            (Some("no-cache=\"a, b\", max-age=5"), "private, no-cache=\"a, b\", max-age=5"),
            (Some("\"unclosed, max-age=5"), "private, no-store"),
        ];
        for (said, wanted) in cases {
            assert_eq!(for_one(said), wanted, "{said:?}");
        }
    }

    #[test]
    fn no_store_stays_as_it_was_said() {
        for said in ["no-store", "No-Store, public", "public, no-store, max-age=0"] {
            assert_eq!(for_one(Some(said)), said);
        }
    }

    #[test]
    fn fields_for_cdns_are_known() {
        for name in ["cdn-cache-control", "cloudflare-cdn-cache-control", "surrogate-control"] {
            assert!(is_for_shared_caches(name), "{name}");
        }
        assert!(!is_for_shared_caches("cache-control") && !is_for_shared_caches("expires"));
    }

    #[test]
    fn vary_gains_what_it_lacks() {
        assert_eq!(vary(None, &["Authorization"]).unwrap(), "Authorization");
        assert_eq!(
            vary(Some("accept"), &["Authorization", "Cookie"]).unwrap(),
            "accept, Authorization, Cookie"
        );
        assert_eq!(vary(Some("AUTHORIZATION"), &["Authorization"]), None);
        assert_eq!(vary(Some("accept, *"), &["Authorization"]), None);
        assert_eq!(vary(Some("accept"), &[]), None);
    }
}
