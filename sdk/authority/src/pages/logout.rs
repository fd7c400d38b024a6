//! The pages on which a person signs out.

use super::{Html, Page, consent};
use crate::{
    http::Outgoing,
    oauth::{Route, parameters::Parameters},
    web::Session,
};

/// Asks whether to sign out.
#[must_use]
pub fn ask(session: &Session, form: &str, parameters: &Parameters) -> Outgoing {
    let mut main = consent::who(session, None);
    main.push("<form method=\"post\" action=\"").push(Route::Logout.path()).push("\">").hidden("form", form);
    for name in ["client_id", "post_logout_redirect_uri", "state"] {
        if let Some(value) = parameters.get(name) {
            main.hidden(name, value);
        }
    }
    main.push("<div class=\"actions\"><button class=\"primary\">Sign out</button></div></form>");
    let leads_to = parameters.get("post_logout_redirect_uri").and_then(super::source_of);
    Page { status: 200, title: "Sign out?", main, leads_to }.answer()
}

/// Says that nobody is signed in any more.
#[must_use]
pub fn done() -> Outgoing {
    let main = Html::raw("<p role=\"status\">You are signed out here. You can close this page.</p>");
    Page { status: 200, title: "Signed out", main, leads_to: None }.answer()
}
