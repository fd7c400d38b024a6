//! Where requests go that are let through.

use edgeward_core::{
    error::Error,
    http::{Address, Reach},
};

use crate::invalid;

/// Where requests go that are let through.
#[derive(Debug)]
pub enum Origin {
    /// An HTTP server.
    Http(Address),
    /// A service binding of this name.
    Binding(String),
    /// The handlers of the Worker itself: of a Rust Worker that uses the gateway as a library.
    Own,
}

/// One of the two, and not both.
pub(crate) fn check(url: Option<String>, binding: Option<String>, reach: Reach) -> Result<Origin, Error> {
    match (url, binding) {
        (Some(url), None) if url == "self" => Ok(Origin::Own),
        (Some(url), None) if is_origin(&url, reach) => {
            Address::parse(&url, reach).map(Origin::Http).map_err(|_| invalid("origin"))
        }
        (None, Some(name)) if !name.is_empty() => Ok(Origin::Binding(name)),
        _ => Err(invalid("origin")),
    }
}

/// Scheme, host and port, and nothing behind.
pub(crate) fn is_origin(text: &str, reach: Reach) -> bool {
    Address::parse(text, reach).is_ok_and(|address| address.path_and_query().is_empty())
}
