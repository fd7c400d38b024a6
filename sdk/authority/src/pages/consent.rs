//! The page on which a person allows an application something.

use super::{Html, Page, scopes, source_of};
use crate::{
    http::Outgoing,
    oauth::{Route, authorize::Request},
    pages::signin,
    web::Session,
};

/// The page. `form` shows that it was shown to this session.
#[must_use]
pub fn page(request: &Request, session: &Session, form: &str) -> Outgoing {
    let client = &request.client;
    let title = [client.name.as_str(), " wants access"].concat();
    let mut main = Html::raw("<p><strong>");
    main.text(&client.name).push("</strong>");
    if let Some(uri) = &client.uri {
        main.push(" (").text(host(uri)).push(")");
    }
    main.push(" asks to use your account.</p>").append(who(session, Some(&request.text)));
    main.push("<h2>It will be able to</h2>").append(scopes::list(&request.scope));
    main.push("<form method=\"post\" action=\"").push(Route::Consent.path()).push("\">");
    main.hidden("request", &request.text).hidden("form", form);
    main.push("<div class=\"actions two\"><button name=\"decision\" value=\"deny\">Deny</button>");
    main.push("<button class=\"primary\" name=\"decision\" value=\"allow\">Allow</button></div></form>");
    main.push("<p class=\"fine\">You go on to ").text(source_of(&request.redirect).unwrap_or_default());
    main.push(". Allow this only if you trust the application.</p>");
    Page { status: 200, title: &title, main, leads_to: source_of(&request.redirect) }.answer()
}

/// Who is signed in, and the way to be somebody else.
#[must_use]
pub fn who(session: &Session, request: Option<&str>) -> Html {
    let user = &session.user;
    let name = user.email.as_deref().or(user.name.as_deref()).unwrap_or(&user.id);
    let mut html = Html::raw("<div class=\"who\"><span>Signed in as <strong>");
    html.text(name).push("</strong></span>");
    if let Some(request) = request {
        let path = [Route::Authorize.path(), "?", request].concat();
        html.push("<a href=\"").text(&signin::address(&path)).push("\">Switch</a>");
    }
    html.push("</div>");
    html
}

fn host(uri: &str) -> &str {
    source_of(uri).and_then(|origin| origin.split_once("://")).map_or(uri, |(_, host)| host)
}
