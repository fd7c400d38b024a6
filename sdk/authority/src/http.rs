//! Requests that come in and answers that go out, as plain values.

use edgeward_core::oauth::form;

/// A request that came in. It holds credentials, so it has no `Debug`.
#[derive(Clone, Default)]
pub struct Incoming {
    /// The method as it was sent.
    pub method: String,
    /// Its absolute address.
    pub url: String,
    /// Header names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// The body, at most [`MAX_BODY`] long; `None` if it was longer.
    pub body: Option<Vec<u8>>,
    /// Where it comes from, as the platform says and not the request.
    pub address: Option<String>,
}

/// How long a body may be, in bytes.
pub const MAX_BODY: usize = 64 * 1024;

impl Incoming {
    /// The first value of a header, by its lower-case name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// Scheme, host and port: `https://auth.example`.
    #[must_use]
    pub fn origin(&self) -> &str {
        self.split().0
    }

    /// The path, without the query.
    #[must_use]
    pub fn path(&self) -> &str {
        self.split().1.split('?').next().unwrap_or("/")
    }

    /// The parameters of the query, in their order.
    #[must_use]
    pub fn query(&self) -> Vec<(String, String)> {
        self.split().1.split_once('?').map(|(_, query)| form::decode(query)).unwrap_or_default()
    }

    fn split(&self) -> (&str, &str) {
        let from = self.url.find("://").map_or(0, |at| at + 3);
        let end = self.url.get(from..).and_then(|rest| rest.find('/')).map_or(self.url.len(), |at| from + at);
        self.url.split_at_checked(end).unwrap_or((&self.url, "/"))
    }
}

/// The value of a parameter that may stand once; `None` if it stands twice.
#[must_use]
pub fn only<'q>(query: &'q [(String, String)], name: &str) -> Option<Option<&'q str>> {
    let mut values = query.iter().filter(|(own, _)| own == name).map(|(_, value)| value.as_str());
    let value = values.next();
    values.next().is_none().then_some(value)
}

/// An answer. It may hold credentials, so it has no `Debug`.
#[derive(Clone)]
pub struct Outgoing {
    /// The status code.
    pub status: u16,
    /// Header names in lower case, and values; `set-cookie` may stand several times.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: String,
}

impl Outgoing {
    /// An answer in JSON that nobody keeps.
    #[must_use]
    pub fn json(status: u16, body: String) -> Self {
        let headers = vec![("content-type", "application/json".into()), ("cache-control", "no-store".into())];
        Self { status, headers, body }
    }

    /// The same with one more header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The first value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| *own == name).map(|(_, value)| value.as_str())
    }
}
