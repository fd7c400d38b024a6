//! The address bar after a callback.

use edgeward_core::{oauth::authorize::Callback, text};

use crate::{
    effect,
    run::{Flow, Run},
};

/// The query of an address, without `?`.
pub(super) fn query_of(url: &str) -> &str {
    let url = text::split_once(url, "#").map_or(url, |(url, _)| url);
    text::split_once(url, "?").map_or("", |(_, query)| query)
}

/// Takes the parameters of a handled callback out of the address bar, if they are still there.
/// Where the address cannot be changed it stays: the code in it is worth nothing any more.
pub(super) fn clean(run: &Run<'_>, callback: &Callback) -> Flow<()> {
    let Some(href) = effect::location(run)? else { return Ok(()) };
    match cleaned(href, callback.state()) {
        Some(url) => effect::rewrite(run, &url),
        None => Ok(()),
    }
}

/// The address without the callback's parameters; `None` if it shows another callback or none.
fn cleaned(href: &str, state: &str) -> Option<String> {
    let (before, fragment) =
        text::split_once(href, "#").map_or((href, None), |(url, part)| (url, Some(part)));
    let (page, query) = text::split_once(before, "?")?;
    #[cfg(feature = "oauth")]
    let rest = crate::oauth::rest_of_answer(query, state).or_else(|| rest_of(query, state))?;
    #[cfg(not(feature = "oauth"))]
    let rest = rest_of(query, state)?;
    let mut url = page.to_owned();
    for (mark, part) in [("?", Some(rest)), ("#", fragment.map(String::from))] {
        if let Some(part) = part.filter(|part| !part.is_empty()) {
            url.push_str(mark);
            url.push_str(&part);
        }
    }
    Some(url)
}

/// What of a query is not the callback's; `None`: it shows another callback or none.
fn rest_of(query: &str, state: &str) -> Option<String> {
    Callback::read(query).filter(|shown| shown.state() == state)?;
    Some(Callback::rest_of(query))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_ends_at_the_fragment() {
        assert_eq!(query_of("https://app.example/cb?code=1&state=2#x?y"), "code=1&state=2");
        assert_eq!(query_of("https://app.example/cb#?code=1"), "");
        assert_eq!(query_of("https://app.example/cb"), "");
    }

    #[test]
    fn only_the_parameters_of_this_callback_are_taken_away() {
        let cleaned = |url| cleaned(url, "s");
        assert_eq!(
            cleaned("https://a.example/cb?x=1&code=c&state=s#top").as_deref(),
            Some("https://a.example/cb?x=1#top")
        );
        assert_eq!(cleaned("https://a.example/cb?code=c&state=s").as_deref(), Some("https://a.example/cb"));
        assert_eq!(cleaned("https://a.example/cb?code=c&state=other"), None);
        assert_eq!(cleaned("https://a.example/cb?code=c"), None);
    }
}
