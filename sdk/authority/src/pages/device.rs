//! The pages on which a person signs in a device.

use edgeward_core::oauth::device::user_code;

use super::{Html, Page, consent, scopes};
use crate::{
    http::Outgoing,
    oauth::{Route, client::Client},
    web::Session,
};

/// Asks for the code that the device shows.
#[must_use]
pub fn entry(session: &Session, problem: Option<&'static str>) -> Outgoing {
    let mut main = Html::raw("<p class=\"quiet\">Enter the code that your device shows.</p>");
    main.append(consent::who(session, None));
    let described = if let Some(problem) = problem {
        main.push("<p class=\"alarm\" id=\"problem\" role=\"alert\">").push(problem).push("</p>");
        " aria-invalid=\"true\" aria-describedby=\"problem\""
    } else {
        ""
    };
    main.push("<form method=\"post\" action=\"").push(Route::Device.path()).push("\">");
    main.push("<label for=\"code\">Code</label><input type=\"text\" id=\"code\" name=\"user_code\" required");
    main.push(" autocomplete=\"off\" autocapitalize=\"characters\" spellcheck=\"false\" maxlength=\"20\"");
    main.push(" placeholder=\"XXXX-XXXX\"").push(described).push(">");
    main.push("<div class=\"actions\"><button class=\"primary\">Continue</button></div></form>");
    Page { status: 200, title: "Connect a device", main, leads_to: None }.answer()
}

/// Asks whether it is this device.
#[must_use]
pub fn confirm(session: &Session, client: &Client, scope: &str, code: &str, form: &str) -> Outgoing {
    let mut main = Html::raw("<p><strong>");
    main.text(&client.name).push("</strong> on another device asks to use your account.</p>");
    main.append(consent::who(session, None));
    main.push("<h2>Does your device show this code?</h2><p class=\"code\">");
    main.text(&user_code::shown(code)).push("</p>");
    main.push("<h2>It will be able to</h2>").append(scopes::list(scope));
    main.push("<form method=\"post\" action=\"").push(Route::Device.path()).push("\">");
    main.hidden("user_code", code).hidden("form", form);
    main.push("<div class=\"actions two\"><button name=\"decision\" value=\"deny\">Deny</button>");
    main.push("<button class=\"primary\" name=\"decision\" value=\"allow\">Allow</button></div></form>");
    main.push("<p class=\"fine\">Deny if somebody else sent you the code or the link to this page.</p>");
    Page { status: 200, title: "Connect this device?", main, leads_to: None }.answer()
}

/// Says that it was decided.
#[must_use]
pub fn done(allowed: bool) -> Outgoing {
    let (title, main) = if allowed {
        (
            "Device connected",
            Html::raw("<p role=\"status\">Go on at your device. You can close this page.</p>"),
        )
    } else {
        (
            "Device denied",
            Html::raw("<p role=\"status\">The device was not connected. You can close this page.</p>"),
        )
    };
    Page { status: 200, title, main, leads_to: None }.answer()
}
