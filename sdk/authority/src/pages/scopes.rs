//! Scopes in words that people use.

use edgeward_core::oauth::scope;

use super::Html;

/// What a scope allows, in words; those of an application are shown as they are.
fn words(scope: &str) -> Option<&'static str> {
    Some(match scope {
        "openid" => "Know that it is you",
        "profile" => "See your name and picture",
        "email" => "See your e-mail address",
        "offline_access" => "Stay signed in when you are away",
        "admin" => "Do everything that you can do",
        _ => return None,
    })
}

/// A list of what is asked for.
#[must_use]
pub fn list(granted: &str) -> Html {
    let mut html = Html::raw("<ul class=\"asks\">");
    if scope::list(granted).next().is_none() {
        html.push("<li><span>Know that you have allowed it</span></li>");
    }
    for scope in scope::list(granted) {
        html.push("<li><span>");
        match words(scope) {
            Some(words) => html.push(words),
            None => html.push("Act for you: <code>").text(scope).push("</code>"),
        };
        html.push("</span></li>");
    }
    html.push("</ul>");
    html
}
