//! What the compact serialisations of JWS and JWE share.
//!
//! Source: [RFC 7515 §7.1](https://www.rfc-editor.org/rfc/rfc7515#section-7.1),
//! [RFC 7516 §7.1](https://www.rfc-editor.org/rfc/rfc7516#section-7.1).

use alloc::{string::String, vec::Vec};

use crate::{
    base64url,
    error::{Code, Error},
    json::{self, Map, Value},
};

/// How long a token may be, in bytes.
pub const MAX_LENGTH: usize = 16 * 1024;

pub(super) fn check_length(token: &str) -> Result<(), Error> {
    if token.len() > MAX_LENGTH { Err(Code::TokenTooLarge.into()) } else { Ok(()) }
}

/// Decodes one part.
pub(super) fn part(text: &str, at: &'static str) -> Result<Vec<u8>, Error> {
    base64url::decode_public(text).map_err(|_| malformed(at))
}

/// Reads a header: a strict JSON object without an extension that would have to be understood.
pub(super) fn header(bytes: &[u8]) -> Result<Map, Error> {
    let members = json::parse_object(bytes).map_err(|_| malformed("header"))?;
    if members.contains_key("crit") || members.contains_key("b64") {
        return Err(Code::TokenCritUnsupported.into());
    }
    check_ignored(&members)?;
    Ok(members)
}

/// Members that decide nothing here are of their registered type all the same: where one is not,
/// another reader of the token could read something else.
fn check_ignored(members: &Map) -> Result<(), Error> {
    let fits = |name, fits: fn(&Value) -> bool| match members.get(name) {
        Some(value) if !fits(value) => Err(malformed(name)),
        _ => Ok(()),
    };
    for name in ["cty", "jku", "typ", "x5u", "x5t", "x5t#S256"] {
        fits(name, Value::is_string)?;
    }
    fits("jwk", |jwk| jwk.as_object().is_some())?;
    fits("x5c", |chain| chain.as_array().is_some())
}

/// A header member that is a string where it stands.
pub(super) fn text(members: &Map, name: &'static str) -> Result<Option<String>, Error> {
    match members.get(name) {
        None => Ok(None),
        Some(Value::String(value)) => Ok(Some(value.clone())),
        Some(_) => Err(malformed(name)),
    }
}

pub(super) fn malformed(at: &'static str) -> Error {
    Error::at(Code::TokenMalformed, at)
}
