//! What a server says in `WWW-Authenticate`.
//!
//! Servers write it with every mistake there is. What can be read is read, and what cannot is left
//! out: a challenge proves nothing, it only says where to go on.
//!
//! Source: [RFC 9110 §11.6.1](https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1),
//! [RFC 6750 §3](https://www.rfc-editor.org/rfc/rfc6750#section-3).

mod reader;

use alloc::{string::String, vec::Vec};

use crate::{http::Response, oauth::OauthError};

/// How long a header may be, in bytes; what is longer is not read.
pub const MAX_LENGTH: usize = 8 * 1024;
/// How many challenges are read.
pub const MAX_CHALLENGES: usize = 16;
/// How many parameters of a challenge are read.
pub const MAX_PARAMETERS: usize = 32;

/// One challenge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// The scheme, as it was written: `Bearer`.
    pub scheme: String,
    /// What follows the scheme in place of parameters.
    pub token68: Option<String>,
    /// Parameters in their order, with names in lower case.
    pub parameters: Vec<(String, String)>,
}

impl Challenge {
    /// Whether it is of this scheme, in whatever case.
    #[must_use]
    pub fn is(&self, scheme: &str) -> bool {
        self.scheme.eq_ignore_ascii_case(scheme)
    }

    /// A parameter by its lower-case name, if it is there exactly once.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let mut found = self.parameters.iter().filter(|(own, _)| own == name);
        match (found.next(), found.next()) {
            (Some((_, value)), None) => Some(value),
            _ => None,
        }
    }
}

/// Reads one header, which may hold several challenges.
#[must_use]
pub fn parse(header: &str) -> Vec<Challenge> {
    if header.len() > MAX_LENGTH { Vec::new() } else { reader::read(header) }
}

/// Reads every challenge of an answer.
#[must_use]
pub fn of(response: &Response) -> Vec<Challenge> {
    let headers = response.headers.iter().filter(|(name, _)| name == "www-authenticate");
    headers.flat_map(|(_, value)| parse(value)).take(MAX_CHALLENGES).collect()
}

/// A parameter of the challenges that ask for an access token.
#[must_use]
pub fn parameter<'c>(challenges: &'c [Challenge], name: &str) -> Option<&'c str> {
    let asks = |challenge: &&Challenge| challenge.is("Bearer") || challenge.is("DPoP");
    challenges.iter().filter(asks).find_map(|challenge| challenge.parameter(name))
}

/// The error that a resource names: `invalid_token`, or `insufficient_scope` with the scope that is
/// missing.
///
/// Source: [RFC 6750 §3.1](https://www.rfc-editor.org/rfc/rfc6750#section-3.1)
#[must_use]
pub fn error(challenges: &[Challenge]) -> Option<OauthError> {
    let text = |name| parameter(challenges, name);
    OauthError::read(text("error")?, text("error_description"), text("error_uri"))
}

#[cfg(test)]
mod tests;
