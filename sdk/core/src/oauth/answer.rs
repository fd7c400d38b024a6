//! What the JSON answers of an authorization server's endpoints have in common.

use crate::{
    error::{Code, Error},
    http::Response,
    json::{self, Map},
    oauth::{Failure, OauthError},
    text,
    time::Seconds,
};

/// How large an answer may be, in bytes.
pub const MAX_LENGTH: usize = 64 * 1024;

/// The members of an answer with the status `good`.
///
/// # Errors
/// The OAuth error that the server named, with whatever status. `server_rate_limited`: 429.
/// `server_unavailable`: 5xx. `response_too_large`: over 64 KiB. `response_invalid`, at the part:
/// another status, or not JSON.
///
/// Source: [RFC 6749 §5](https://www.rfc-editor.org/rfc/rfc6749#section-5)
pub fn object(response: &Response, good: u16) -> Result<Map, Failure> {
    read(response, good).map_err(|failure| failure.of(response))
}

/// A span that the server gave, cut to what makes sense.
pub fn bounded(seconds: u64, most: Seconds) -> Seconds {
    Seconds(u32::try_from(seconds).unwrap_or(u32::MAX)).min(most)
}

fn read(response: &Response, good: u16) -> Result<Map, Failure> {
    let document = document(response);
    // Some servers send errors with status 200, and some with 5xx: the named error tells more.
    if let Ok(members) = &document
        && let Some(oauth) = OauthError::from_members(members)
    {
        return Err(oauth.into());
    }
    match response.status {
        429 => Err(Code::ServerRateLimited.into()),
        500..=599 => Err(Code::ServerUnavailable.into()),
        status if status == good => Ok(document?),
        _ => Err(invalid("status").into()),
    }
}

fn document(response: &Response) -> Result<Map, Error> {
    if response.body.len() > MAX_LENGTH {
        return Err(Code::ResponseTooLarge.into());
    }
    let media_type = response.header("content-type").unwrap_or_default();
    let essence = text::split(media_type, ";").next().unwrap_or_default().trim_ascii();
    if !essence.eq_ignore_ascii_case("application/json") {
        return Err(invalid("content-type"));
    }
    json::parse_object(&response.body).map_err(|_| invalid("body"))
}

const fn invalid(at: &'static str) -> Error {
    Error::at(Code::ResponseInvalid, at)
}
