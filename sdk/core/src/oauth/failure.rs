//! Why an exchange failed: the stable code, and the server's own words where it gave any.

use alloc::{boxed::Box, string::String, vec, vec::Vec};

use crate::{
    error::{Code, Error, Recovery},
    http::Response,
    json::{Map, Value, Writer, object},
    oauth::clock,
    text,
    time::Seconds,
};

/// A failed exchange. Boxed, since results are moved often and rarely are failures: every move of a
/// wide one is code.
pub type Failure = Box<Cause>;

/// Why an exchange failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// The stable error.
    pub error: Error,
    /// The status of the server's answer, if there was one.
    pub status: Option<u16>,
    /// The OAuth error that the server named.
    pub oauth: Option<OauthError>,
    /// How long the server wants to be left alone, an hour at most.
    pub retry_after: Option<Seconds>,
}

impl Cause {
    /// The same failure with what the answer says around it: its status, and how long to wait.
    #[must_use]
    pub fn of(mut self: Box<Self>, response: &Response) -> Box<Self> {
        self.status = Some(response.status);
        self.retry_after = clock::retry_after(response);
        self
    }

    /// The failure as JavaScript gets it: `code`, `message`, `retryable`, `sessionEnded`, and where
    /// they apply `at`, `status`, `retryAfterMs` and `oauth` with `error`, `error_description` and
    /// `error_uri`.
    #[must_use]
    pub fn members(&self) -> Vec<(&'static str, Value)> {
        let Error { code, at } = self.error;
        let mut members = vec![
            ("code", code.as_str().into()),
            ("message", message(self.error).into()),
            ("retryable", (code.recovery() == Recovery::Retry).into()),
            ("sessionEnded", (code.recovery() == Recovery::SignIn).into()),
        ];
        if !at.is_empty() {
            members.push(("at", at.into()));
        }
        members.extend(self.status.map(|status| ("status", u32::from(status).into())));
        members.extend(self.retry_after.map(|wait| ("retryAfterMs", (u64::from(wait.0) * 1000).into())));
        members.extend(self.oauth.as_ref().map(|named| ("oauth", named.to_value())));
        members
    }

    /// The same as JSON.
    #[must_use]
    pub fn to_text(&self) -> String {
        let Error { code, at } = self.error;
        let mut text = Writer::object();
        text.text("code", code.as_str()).text("message", &message(self.error));
        text.flag("retryable", code.recovery() == Recovery::Retry);
        text.flag("sessionEnded", code.recovery() == Recovery::SignIn);
        if !at.is_empty() {
            text.text("at", at);
        }
        if let Some(status) = self.status {
            text.number("status", status.into());
        }
        if let Some(wait) = self.retry_after {
            text.number("retryAfterMs", i64::from(wait.0) * 1000);
        }
        if let Some(named) = &self.oauth {
            text.raw("oauth", &named.to_text());
        }
        text.finish()
    }

    /// The same as an object.
    #[must_use]
    pub fn to_value(&self) -> Value {
        object(self.members())
    }
}

/// As the error prints itself; put together by hand, because formatting is 2 KB of code that
/// nothing else here needs.
fn message(error: Error) -> String {
    let message = error.code.message();
    if error.at.is_empty() { message.into() } else { text::concat(&[message, " (", error.at, ")"]) }
}

/// An error of [RFC 6749 §4.1.2.1 and §5.2](https://www.rfc-editor.org/rfc/rfc6749#section-5.2).
///
/// The texts come from the server: they are for developers, not for decisions or for pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OauthError {
    /// `error`, such as `invalid_grant`.
    pub error: String,
    /// `error_description`.
    pub description: Option<String>,
    /// `error_uri`.
    pub uri: Option<String>,
}

/// How much of a server's text is kept, in bytes.
const MAX_TEXT: usize = 512;

impl OauthError {
    /// Takes the three texts as they came. `None` if `error` is not one.
    #[must_use]
    pub fn read(error: &str, description: Option<&str>, uri: Option<&str>) -> Option<Self> {
        Some(Self {
            error: printable(error).filter(|text| !text.is_empty())?,
            description: description.and_then(printable),
            uri: uri.and_then(printable),
        })
    }

    /// Takes the three texts from the members of a JSON answer.
    #[must_use]
    pub fn from_members(members: &Map) -> Option<Self> {
        let text = |name| members.get(name).and_then(Value::as_str);
        Self::read(text("error")?, text("error_description"), text("error_uri"))
    }

    fn to_value(&self) -> Value {
        let mut members = vec![("error", self.error.as_str().into())];
        for (name, text) in [("error_description", &self.description), ("error_uri", &self.uri)] {
            members.extend(text.as_deref().map(|text| (name, text.into())));
        }
        object(members)
    }

    fn to_text(&self) -> String {
        let mut text = Writer::object();
        text.text("error", &self.error);
        for (name, own) in [("error_description", &self.description), ("error_uri", &self.uri)] {
            if let Some(own) = own {
                text.text(name, own);
            }
        }
        text.finish()
    }

    /// The stable code that stands for this error.
    #[must_use]
    pub fn code(&self) -> Code {
        match self.error.as_str() {
            "access_denied" => Code::AccessDenied,
            "invalid_grant" => Code::InvalidGrant,
            "invalid_scope" => Code::InvalidScope,
            "server_error" | "temporarily_unavailable" => Code::ServerUnavailable,
            _ => Code::OauthError,
        }
    }
}

impl From<OauthError> for Failure {
    fn from(oauth: OauthError) -> Self {
        Self::new(Cause { error: oauth.code().into(), status: None, oauth: Some(oauth), retry_after: None })
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::new(Cause { error, status: None, oauth: None, retry_after: None })
    }
}

impl From<Code> for Failure {
    fn from(code: Code) -> Self {
        Error::from(code).into()
    }
}

/// A text in the characters that RFC 6749 allows (printable ASCII), cut to a length that fits a log.
fn printable(text: &str) -> Option<String> {
    let plain = text.bytes().all(|b| (0x20..0x7f).contains(&b));
    plain.then(|| text.get(..MAX_TEXT).unwrap_or(text).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_printable_text_of_bounded_length() {
        let error =
            OauthError::read("invalid_grant", Some("line\nbreak"), Some("https://a.example/e")).unwrap();
        assert_eq!(error.code(), Code::InvalidGrant);
        assert_eq!((error.description, error.uri.as_deref()), (None, Some("https://a.example/e")));
        let long = OauthError::read("x", Some(&"d".repeat(5000)), None).unwrap();
        assert_eq!(long.description.unwrap().len(), MAX_TEXT);
    }

    #[test]
    fn an_empty_or_unprintable_error_is_none() {
        assert_eq!(OauthError::read("", None, None), None);
        assert_eq!(OauthError::read("a\u{1b}[2J", None, None), None);
    }
}
