//! The page on which a person chooses how to sign in.

use edgeward_core::oauth::form;

use super::{Html, Page, problem};
use crate::{
    Authority,
    http::{Incoming, Outgoing},
    oauth::Route,
};

/// Sends a browser to the page, and from there to a path of ours.
#[must_use]
pub fn redirect(to: &str) -> Outgoing {
    let headers = vec![("location", address(to)), ("cache-control", "no-store".into())];
    Outgoing { status: 303, headers, body: String::new() }
}

/// The address of the page, which goes on to a path of ours.
#[must_use]
pub fn address(to: &str) -> String {
    [Route::SignIn.path(), "?", &form::encode(&[("continue", to)])].concat()
}

/// The page.
#[must_use]
pub fn page(authority: &Authority, request: &Incoming) -> Outgoing {
    let query = request.query();
    let target = query.iter().find(|(name, _)| name == "continue").map_or("/", |(_, to)| to.as_str());
    if !is_own(target) {
        return problem::page(400, "This page cannot go on", "It does not lead anywhere here.");
    }
    let providers = providers(authority);
    let mut main = Html::raw("<p class=\"quiet\">Choose an account to go on with.</p>");
    if providers.is_empty() {
        main.push("<p class=\"alarm\" role=\"alert\">No way to sign in is set up here yet.</p>");
    }
    main.push("<div class=\"actions\">");
    for (id, name) in providers {
        main.push("<a class=\"button\" href=\"/api/auth/signin/").text(id).push("?");
        main.text(&form::encode(&[("redirectTo", target)]))
            .push("\">Continue with ")
            .text(&name)
            .push("</a>");
    }
    main.push("</div><p class=\"fine\">You will come back here, and nothing is shared before you agree.</p>");
    Page { status: 200, title: "Sign in", main, leads_to: None }.answer()
}

/// A path of ours that people come back to: no other host, and nothing that a browser would read as one.
fn is_own(path: &str) -> bool {
    let plain = path.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    let pages = [Route::Authorize, Route::Device, Route::Logout].map(Route::path);
    let named = path.split('?').next().unwrap_or_default();
    plain && (path == "/" || pages.contains(&named))
}

/// The ways to sign in: the name in their address, and the one that people know.
fn providers(authority: &Authority) -> Vec<(&str, String)> {
    let known = |name: &str| {
        let mut letters = name.chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        match name {
            "github" => "GitHub".to_owned(),
            "gitlab" => "GitLab".to_owned(),
            "linkedin" => "LinkedIn".to_owned(),
            _ => {
                first.into_iter().chain(letters.map(|c| if c == '-' || c == '_' { ' ' } else { c })).collect()
            }
        }
    };
    authority
        .settings
        .providers
        .iter()
        .map(|provider| (provider.name.as_str(), known(&provider.name)))
        .collect()
}
