//! What of a query goes on.

use alloc::{string::String, vec::Vec};

use crate::oauth::form;

/// A target (path and query) without the parameters of this name; every other byte stays as it was.
#[must_use]
pub fn without(target: &str, name: &str) -> String {
    let Some((path, query)) = target.split_once('?') else { return target.into() };
    let is_it = |pair: &&str| form::decode(pair).iter().any(|(own, _)| own == name);
    let kept: Vec<&str> = query.split('&').filter(|pair| !is_it(pair)).collect();
    if kept.is_empty() { path.into() } else { [path, "?", &kept.join("&")].concat() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_goes_and_the_rest_stays_as_written() {
        for (target, left) in [
            ("/a?access_token=x", "/a"),
            ("/a?b=%2f&access_token=x&c", "/a?b=%2f&c"),
            ("/a?access%5Ftoken=x&b=1&access_token=y", "/a?b=1"),
            ("/a?b=access_token", "/a?b=access_token"),
            ("/a?", "/a?"),
            ("/access_token=x", "/access_token=x"),
        ] {
            assert_eq!(without(target, "access_token"), left, "{target}");
        }
    }
}
