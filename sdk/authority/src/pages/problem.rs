//! Pages that say what went wrong, and whose turn it is.

use super::{Html, Page};
use crate::{Failure, http::Outgoing};

/// A page about a problem that only whoever sits before it can be told of.
#[must_use]
pub fn page(status: u16, title: &str, why: &str) -> Outgoing {
    let mut main = Html::default();
    main.push("<p role=\"alert\">").text(why).push("</p>");
    main.push("<p class=\"quiet\">Nothing was shared. You can close this page.</p>");
    Page { status, title, main, leads_to: None }.answer()
}

/// A page about a failure.
#[must_use]
pub fn of(failure: &Failure) -> Outgoing {
    let status = failure.code.status();
    let title = if status >= 500 { "That did not work" } else { "This page cannot go on" };
    let answer = page(status, title, failure.code.message());
    match failure.retry_after {
        Some(wait) => answer.with("retry-after", wait.0.to_string()),
        None => answer,
    }
}
