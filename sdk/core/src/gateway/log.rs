//! What a gateway writes into its log: one line of JSON, and nothing that only the caller may know.
//!
//! No token, no subject, no key id, no path and no query: a path has the ids of people in it, and
//! a key id is whatever a stranger wrote. What is left tells which rule spoke and where to look.

use alloc::string::String;

use serde::Serialize;

use crate::error::{Code, Error};

/// Which requests are written down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Log {
    /// Those that were turned away, those that passed unguarded, and what failed of the gateway's own.
    #[default]
    Denied,
    /// Every one.
    All,
    /// None.
    None,
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Event {
    /// It was let through.
    Allowed,
    /// It was let through although the list of revocations could not be had, as its route says.
    Unguarded,
    /// It was turned away.
    Denied,
    /// The gateway could not do its part: a server it needs did not answer, or its settings are wrong.
    Failed,
}

impl Event {
    /// How a request ended that was answered with this error.
    #[must_use]
    pub const fn of(code: Code) -> Self {
        if code.status() >= 500 { Self::Failed } else { Self::Denied }
    }
}

impl Log {
    /// Whether such a request is written down.
    #[must_use]
    pub fn tells(self, event: Event) -> bool {
        match self {
            Self::All => true,
            Self::Denied => event != Event::Allowed,
            Self::None => false,
        }
    }
}

/// A line of the log.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Line<'a> {
    /// How the request ended.
    pub event: Event,
    /// The error's code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'static str>,
    /// The place that the error names: a claim, a setting.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub at: &'static str,
    /// The answer's status.
    pub status: u16,
    /// The id that the client and the origin were told as well; empty for a call without one.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub request_id: &'a str,
    /// The method.
    pub method: &'a str,
    /// The path of the route's rule, as configured; none for the rule of paths that no route covers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route: Option<&'a str>,
    /// The token's issuer, if it is one of the configured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<&'a str>,
    /// How long the decision took, in milliseconds.
    pub millis: i64,
}

impl<'a> Line<'a> {
    /// The line of a request that was answered with an error.
    #[must_use]
    pub const fn of(error: Error, request_id: &'a str, method: &'a str) -> Self {
        let code = error.code;
        Self {
            event: Event::of(code),
            code: Some(code.as_str()),
            at: error.at,
            status: code.status(),
            request_id,
            method,
            route: None,
            issuer: None,
            millis: 0,
        }
    }

    /// The line's text: JSON without a line break.
    #[must_use]
    pub fn text(&self) -> String {
        // Strings and numbers always have a JSON form.
        serde_json::to_string(self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_which_rule_spoke() {
        let error = Error::at(Code::TokenClaimMissing, "exp");
        let line = Line {
            route: Some("/admin/*"),
            issuer: Some("https://i"),
            millis: 3,
            ..Line::of(error, "r-1", "GET")
        };
        assert_eq!(
            line.text(),
            r#"{"event":"denied","code":"token_claim_missing","at":"exp","status":401,"request_id":"r-1","method":"GET","route":"/admin/*","issuer":"https://i","millis":3}"#
        );
    }

    #[test]
    fn a_line_is_one_line() {
        let line = Line::of(Code::NotFound.into(), "a\n\"b", "GET").text();
        assert!(!line.contains('\n') && line.contains(r#""request_id":"a\n\"b""#), "{line}");
    }

    #[test]
    fn an_outage_is_a_failure_of_the_gateway() {
        assert_eq!(Event::of(Code::JwksUnavailable), Event::Failed);
        assert_eq!(Event::of(Code::TokenExpired), Event::Denied);
    }

    #[test]
    fn what_is_told_can_be_chosen() {
        let events = [Event::Allowed, Event::Unguarded, Event::Denied, Event::Failed];
        let told = |log: Log| events.map(|event| log.tells(event));
        assert_eq!(told(Log::default()), [false, true, true, true]);
        assert_eq!(told(Log::All), [true; 4]);
        assert_eq!(told(Log::None), [false; 4]);
    }
}
