//! The pages that people see: signing in, allowing, confirming a device. HTML that needs no JavaScript, under a
//! policy that runs none, with one stylesheet.
//!
//! Every text from outside goes through [`Html`], which escapes it; nothing else is put together to HTML.

pub mod consent;
pub mod device;
mod html;
pub mod logout;
pub mod problem;
pub mod scopes;
pub mod signin;
#[cfg(test)]
mod tests;

pub use html::Html;

use crate::http::{Incoming, Outgoing};

/// Where the stylesheet is.
pub const STYLE: &str = "/oauth/style.css";

/// The stylesheet.
#[must_use]
pub fn style(request: &Incoming) -> Outgoing {
    let headers = vec![
        ("content-type", "text/css; charset=utf-8".into()),
        ("cache-control", "public, max-age=3600".into()),
        ("x-content-type-options", "nosniff".into()),
    ];
    let body = if request.method == "HEAD" { String::new() } else { include_str!("style.css").into() };
    Outgoing { status: 200, headers, body }
}

/// A page.
pub struct Page<'a> {
    /// The status.
    pub status: u16,
    /// What it is about, for the tab and the heading.
    pub title: &'a str,
    /// What is in it, below the heading.
    pub main: Html,
    /// Where its forms may lead in the end, beside here: the origin of a client.
    pub leads_to: Option<&'a str>,
}

impl Page<'_> {
    /// The page as an answer, which nobody keeps and nobody frames.
    ///
    /// Source: [RFC 9700 §4.16](https://www.rfc-editor.org/rfc/rfc9700#section-4.16),
    /// [CSP](https://www.w3.org/TR/CSP3/)
    #[must_use]
    pub fn answer(self) -> Outgoing {
        let mut html = Html::raw(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <meta name=\"color-scheme\" content=\"light dark\"><meta name=\"robots\" content=\"noindex\"><title>",
        );
        html.text(self.title).push("</title><link rel=\"stylesheet\" href=\"").push(STYLE);
        html.push("\"></head><body><main class=\"card\"><div class=\"mark\" aria-hidden=\"true\"></div><h1>");
        html.text(self.title).push("</h1>").append(self.main).push("</main></body></html>");
        let policy = [
            "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
            &self
                .leads_to
                .filter(|source| is_source(source))
                .map(|source| [" ", source].concat())
                .unwrap_or_default(),
        ];
        let headers = vec![
            ("content-type", "text/html; charset=utf-8".into()),
            ("cache-control", "no-store".into()),
            ("content-security-policy", policy.concat()),
            ("cross-origin-opener-policy", "same-origin".into()),
            ("permissions-policy", "interest-cohort=()".into()),
            ("referrer-policy", "same-origin".into()),
            ("x-content-type-options", "nosniff".into()),
            ("x-frame-options", "DENY".into()),
        ];
        Outgoing { status: self.status, headers, body: html.into_text() }
    }
}

/// What a browser's forms lead to at an address, as a policy names it: an origin, or a scheme that is no web's.
#[must_use]
pub fn source_of(uri: &str) -> Option<&str> {
    let (scheme, rest) = uri.split_once(':')?;
    if !matches!(scheme, "http" | "https") {
        return uri.get(..=scheme.len());
    }
    let host = rest.strip_prefix("//")?;
    let length = host.find(['/', '?', '#']).unwrap_or(host.len());
    uri.get(..scheme.len() + 3 + length)
}

/// Whether a text can stand in a policy without beginning another rule of it.
fn is_source(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._:/[]+".contains(&b))
}
