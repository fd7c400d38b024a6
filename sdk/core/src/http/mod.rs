//! HTTP as plain values: what to send, what came back, and which addresses may be called.

mod address;

use alloc::{string::String, vec::Vec};

pub use address::{Address, Reach};

use crate::time::{Seconds, UnixSeconds};

/// The methods that exchanges use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// `GET`
    Get,
    /// `POST`
    Post,
}

impl Method {
    /// The method as it stands in the request line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// A request to be sent. Its body may hold secrets, so it has no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The absolute address, as [`Address`] has checked it.
    pub url: String,
    /// Header names in lower case, and values.
    pub headers: Vec<(&'static str, String)>,
    /// The body; empty for `GET`.
    pub body: String,
}

impl Request {
    /// A `GET` that asks for JSON.
    #[must_use]
    pub fn get_json(url: &Address) -> Self {
        Self {
            method: Method::Get,
            url: url.as_str().into(),
            headers: alloc::vec![("accept", "application/json".into())],
            body: String::new(),
        }
    }
}

/// An answer that came back whole. Its body may hold secrets, so it has no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Header names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Response {
    /// The first value of a header, by its lower-case name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// When the server answered, by its own clock. A browser shows it only to its own origin and to
    /// those that `Access-Control-Expose-Headers` lets see it.
    ///
    /// Source: [RFC 9110 §6.6.1](https://www.rfc-editor.org/rfc/rfc9110#section-6.6.1)
    #[must_use]
    pub fn date(&self) -> Option<UnixSeconds> {
        UnixSeconds::parse_http(self.header("date")?.trim())
    }

    /// How long the server wants to be left alone, an hour at most. A date counts from the answer's
    /// own [`date`](Self::date), never from the clock here, which may be wrong.
    ///
    /// Source: [RFC 9110 §10.2.3](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3)
    #[must_use]
    pub fn retry_after(&self) -> Option<Seconds> {
        let text = self.header("retry-after")?.trim();
        let span = if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
            Seconds(text.parse().unwrap_or(u32::MAX))
        } else {
            UnixSeconds::parse_http(text)?.since(self.date()?)
        };
        Some(span.min(MAX_WAIT))
    }
}

/// Longer waits are taken for this one: nobody sits through a longer one.
const MAX_WAIT: Seconds = Seconds(3600);

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(headers: &[(&str, &str)]) -> Option<u32> {
        let headers = headers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        Response { status: 503, headers, body: Vec::new() }.retry_after().map(|span| span.0)
    }

    #[test]
    fn a_wait_is_a_span_or_a_date_within_bounds() {
        let date = ("date", "Fri, 31 Dec 1999 23:59:59 GMT");
        assert_eq!(wait(&[("retry-after", "120")]), Some(120));
        assert_eq!(wait(&[("retry-after", " 0 ")]), Some(0));
        assert_eq!(wait(&[("retry-after", "99999999999999999999")]), Some(3600));
        assert_eq!(wait(&[date, ("retry-after", "Sat, 01 Jan 2000 00:01:59 GMT")]), Some(120));
        assert_eq!(wait(&[date, ("retry-after", "Fri, 31 Dec 1999 00:00:00 GMT")]), Some(0));
        assert_eq!(wait(&[date, ("retry-after", "Sat, 01 Jan 2050 00:00:00 GMT")]), Some(3600));
    }

    #[test]
    fn what_cannot_be_read_is_no_wait() {
        for odd in ["", "soon", "-1", "1.5", "+1", "Sat, 01 Jan 2000 00:01:59 GMT"] {
            assert_eq!(wait(&[("retry-after", odd)]), None, "{odd}");
        }
        assert_eq!(wait(&[]), None);
        assert_eq!(wait(&[("date", "now"), ("retry-after", "Sat, 01 Jan 2000 00:01:59 GMT")]), None);
    }
}
