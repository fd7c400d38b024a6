//! HTTP as plain values: what to send, what came back, and which addresses may be called.

mod address;
mod ip;

use alloc::{string::String, vec::Vec};

pub use address::{Address, Reach};

/// An absolute address in two: the scheme, and what follows `://`.
#[must_use]
pub fn after_scheme(url: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = crate::text::split_once(url, ":")?;
    Some((scheme, rest.strip_prefix("//")?))
}

/// Whether a name is a `token`, as those of header fields, cookies and schemes are.
///
/// Source: [RFC 9110 §5.6.2](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2)
#[must_use]
pub fn is_token(name: &str) -> bool {
    !name.is_empty() && name.chars().all(is_of_token)
}

/// Whether a token may hold a character.
#[must_use]
pub fn is_of_token(character: char) -> bool {
    character.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(character)
}

/// The methods that exchanges use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// `GET`
    Get,
    /// `POST`
    Post,
    /// `PUT`
    Put,
    /// `DELETE`
    Delete,
}

impl Method {
    /// The method as it stands in the request line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
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
}
