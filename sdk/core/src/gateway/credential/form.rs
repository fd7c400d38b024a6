//! The grammar of a credential in each place.

use alloc::borrow::Cow;

use super::WEBSOCKET_PREFIX;
use crate::{
    cookies::Jar,
    error::{Code, Error},
    gateway::incoming::Incoming,
    oauth::form,
};

type Found<'r> = Result<Option<Cow<'r, str>>, Error>;

/// The token after `scheme` in `Authorization`; another scheme is no credential here.
///
/// Repeated headers arrive joined by a comma, which no token contains, so two credentials never
/// pass for one.
///
/// Source: [RFC 6750 §2.1](https://www.rfc-editor.org/rfc/rfc6750#section-2.1); the scheme is
/// compared without case ([RFC 9110 §11.1](https://www.rfc-editor.org/rfc/rfc9110#section-11.1)).
pub fn authorization<'r>(request: &'r Incoming, scheme: &str) -> Found<'r> {
    let Some(value) = request.header("authorization") else { return Ok(None) };
    let (own, rest) = value.split_once(' ').unwrap_or((value, ""));
    if own.eq_ignore_ascii_case(scheme) { token(rest.trim_start_matches(' ')).map(Some) } else { Ok(None) }
}

/// The token that is the whole value of a header.
pub fn header<'r>(request: &'r Incoming, name: &str) -> Found<'r> {
    request.header(name).map(token).transpose()
}

/// The token in a cookie, under the hardest name that is there.
pub fn cookie<'r>(request: &'r Incoming, name: &str) -> Found<'r> {
    best(request, name)?.map(token).transpose()
}

/// Whether a session cookie is there; its preset reads it.
pub fn session<'r>(request: &'r Incoming, name: &str) -> Found<'r> {
    Ok(best(request, name)?.map(|_| Cow::Borrowed("")))
}

/// The token among the subprotocols that a WebSocket offers.
///
/// Source: [RFC 6455 §4.1](https://www.rfc-editor.org/rfc/rfc6455#section-4.1)
pub fn subprotocol(request: &Incoming) -> Found<'_> {
    let offered = request.header("sec-websocket-protocol").filter(|_| request.is_websocket());
    let offered = offered.into_iter().flat_map(|list| list.split(',').map(str::trim));
    only(offered.filter_map(|one| one.strip_prefix(WEBSOCKET_PREFIX)))?.map(token).transpose()
}

/// The token in a query parameter.
///
/// Source: [RFC 6750 §2.3](https://www.rfc-editor.org/rfc/rfc6750#section-2.3)
pub fn parameter<'r>(request: &'r Incoming, name: &str) -> Found<'r> {
    let parameters = form::decode(request.query().unwrap_or_default()).into_iter();
    let values = parameters.filter(|(own, _)| own == name).map(|(_, value)| value);
    let Some(value) = only(values)? else { return Ok(None) };
    token(&value)?;
    Ok(Some(value.into()))
}

/// `b64token` of RFC 6750, which every token of RFC 7515 and RFC 7516 is.
fn token(text: &str) -> Result<Cow<'_, str>, Error> {
    let body = text.trim_end_matches('=');
    let is_allowed =
        |byte: u8| byte.is_ascii_alphanumeric() | matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/');
    // To the end, come what may: so many bytes are looked at at once.
    if body.is_empty() || !body.bytes().fold(true, |allowed, byte| allowed & is_allowed(byte)) {
        return Err(Code::CredentialMalformed.into());
    }
    Ok(Cow::Borrowed(text))
}

fn best<'r>(request: &'r Incoming, name: &str) -> Result<Option<&'r str>, Error> {
    let Some(header) = request.header("cookie") else { return Ok(None) };
    Ok(Jar::parse(header)?.preferred(name)?.map(|(_, value)| value))
}

/// The one item: two under one name are a way to have two readers see different ones.
fn only<T>(mut items: impl Iterator<Item = T>) -> Result<Option<T>, Error> {
    let first = items.next();
    if items.next().is_some() { Err(Code::CredentialMalformed.into()) } else { Ok(first) }
}
