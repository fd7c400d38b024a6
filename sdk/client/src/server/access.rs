//! Which requests may use the session of the browser that they come from.

use edgeward_core::{
    json::{Map, Value},
    oauth::authorize::is_state,
};

use super::{
    settings::{Settings, path_of},
    text,
};
use crate::oauth::state_of;

/// A request, as far as it matters here. It holds cookies, so there is no `Debug`.
pub(super) struct Incoming<'m> {
    pub method: &'m str,
    /// Path and query.
    target: &'m str,
    headers: Option<&'m Map>,
    body: &'m str,
}

/// Whether the request comes from the site itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// From the site, or from the address bar.
    Own,
    /// From a page of another site, or it does not say. Its cookies are neither read nor written.
    Foreign,
}

impl<'m> Incoming<'m> {
    pub(super) fn of(question: &'m Map) -> Self {
        Self {
            method: text(question, "method").unwrap_or_default(),
            target: text(question, "target").unwrap_or_default(),
            headers: question.get("headers").and_then(Value::as_object),
            body: text(question, "body").unwrap_or_default(),
        }
    }

    pub(super) fn header(&self, name: &str) -> Option<&'m str> {
        text(self.headers?, name)
    }

    pub(super) fn path(&self) -> &'m str {
        path_of(self.target)
    }

    /// The parameters of an answer: in the address, or in the form that was posted.
    fn parameters(&self) -> &'m str {
        if self.method == "POST" {
            return self.body;
        }
        self.target.split_once('?').map(|(_, query)| query).unwrap_or_default()
    }

    fn is_safe(&self) -> bool {
        matches!(self.method, "GET" | "HEAD")
    }
}

/// Judges by `Origin`, which scripts cannot set, and by Fetch Metadata where a browser sends it. A
/// request that changes something must prove where it comes from; one that reads may lack both, as
/// what is typed into the address bar of an older browser.
///
/// Source: [Fetch §3.2](https://fetch.spec.whatwg.org/#origin-header),
/// [Fetch Metadata §2](https://www.w3.org/TR/fetch-metadata/)
pub(super) fn access(incoming: &Incoming<'_>, origins: &[String]) -> Access {
    let site = incoming.header("sec-fetch-site");
    let navigates = incoming.header("sec-fetch-mode").is_none_or(|mode| mode == "navigate");
    let own = match (incoming.header("origin"), site) {
        (Some(origin), _) => origins.iter().any(|own| own == origin),
        (None, Some("same-origin")) => true,
        (None, Some(_)) => incoming.is_safe() && navigates,
        (None, None) => incoming.is_safe(),
    };
    let elsewhere = matches!(site, Some("cross-site" | "same-site")) && !navigates;
    if own && !elsewhere { Access::Own } else { Access::Foreign }
}

/// The state of a sign-in's answer that may be completed: a page that a person waits for asks for
/// it, at the address that was registered. A prefetch must not use up the code.
pub(super) fn callback(incoming: &Incoming<'_>, settings: &Settings) -> Option<String> {
    let accepts = incoming.header("accept").unwrap_or_default();
    let page =
        accepts.split(',').any(|kind| kind.split(';').next().unwrap_or_default().trim() == "text/html");
    let early = ["sec-purpose", "purpose", "x-moz"]
        .iter()
        .any(|name| incoming.header(name).is_some_and(|purpose| purpose.contains("prefetch")));
    let comes = match incoming.method {
        "GET" => incoming.path() == settings.redirect_path,
        _ => is_posted_callback(incoming, settings),
    };
    if !comes || !page || early {
        return None;
    }
    state_of(incoming.parameters()).filter(|state| is_state(state))
}

/// Whether a page posts the answer to a sign-in, as some providers do. It is another site's, so it finds the
/// sign-in under way and nothing else of its user: whoever posts an answer of their own has no state for it.
///
/// Source: [OAuth 2.0 Form Post Response Mode §2](https://openid.net/specs/oauth-v2-form-post-response-mode-1_0.html)
pub(super) fn is_posted_callback(incoming: &Incoming<'_>, settings: &Settings) -> bool {
    let kind = incoming.header("content-type").unwrap_or_default().split(';').next().unwrap_or_default();
    settings.posted
        && incoming.method == "POST"
        && incoming.path() == settings.redirect_path
        && kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")
        // A script's request is none that a person waits for.
        && incoming.header("sec-fetch-mode").is_none_or(|mode| mode == "navigate")
}

/// The path where a user goes after a sign-in, if it leads to no other site; else the front page.
pub(super) fn return_to(path: &str) -> &str {
    let plain = path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    // `//host` is another site; so is `/\host` to browsers.
    let own = path.starts_with('/') && !path.starts_with("//");
    if plain && own && path.len() <= MAX_PATH { path } else { "/" }
}

const MAX_PATH: usize = 2048;
