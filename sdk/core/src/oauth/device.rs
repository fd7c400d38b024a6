//! Signs in on a device without a browser: the user approves it on another one.
//!
//! Source: [RFC 8628](https://www.rfc-editor.org/rfc/rfc8628).

mod polling;
pub mod user_code;

use alloc::{string::String, vec::Vec};

pub use polling::{Event, Polling, Step};

use crate::{
    error::{Code, Error},
    http::{Address, Request, Response},
    json::{Map, Value},
    oauth::{
        Failure, answer,
        discovery::{Endpoint, Metadata},
        form,
    },
    secret::Secret,
    time::Seconds,
};

/// The `grant_type` of a device code.
const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// Longer lifetimes are taken for this one: a day.
const MAX_LIFETIME: Seconds = Seconds(86_400);
/// How long to wait between two questions where the server does not say.
const DEFAULT_INTERVAL: u64 = 5;
/// Longer intervals are taken for this one.
const MAX_INTERVAL: Seconds = Seconds(300);
/// How long a user code may be, in bytes: somebody has to type it.
const MAX_USER_CODE: usize = 64;
/// How long a device code may be, in bytes.
const MAX_DEVICE_CODE: usize = 4096;

/// What the server has prepared for one device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authorization {
    /// What the device asks for the token with.
    pub device_code: Secret,
    /// What the user types in: visible ASCII characters, fit for a terminal.
    pub user_code: String,
    /// Where the user types it in.
    pub verification_uri: Address,
    /// The same with the code in it, for a link or a QR code.
    pub verification_uri_complete: Option<Address>,
    /// How long the user may take.
    pub expires_in: Seconds,
    /// How long to wait between two questions: a second to five minutes.
    pub interval: Seconds,
}

/// Asks for a device code. A confidential client authenticates on top
/// ([`ClientAuthentication::apply`](crate::oauth::client_auth::ClientAuthentication::apply)).
///
/// # Errors
/// `discovery_invalid`: the server knows no devices.
///
/// Source: [RFC 8628 §3.1](https://www.rfc-editor.org/rfc/rfc8628#section-3.1)
pub fn request(
    metadata: &Metadata,
    client_id: &str,
    scope: Option<&str>,
    resources: &[String],
) -> Result<Request, Error> {
    let mut pairs = Vec::from([("client_id", client_id)]);
    pairs.extend(scope.map(|scope| ("scope", scope)));
    pairs.extend(resources.iter().map(|resource| ("resource", resource.as_str())));
    Ok(form::post(&metadata.endpoint(Endpoint::DeviceAuthorization)?, &pairs))
}

/// Reads the answer.
///
/// # Errors
/// Those of every endpoint: the OAuth error that the server named, `server_rate_limited`,
/// `server_unavailable`, `response_too_large`; `response_invalid`, at the member: it is missing or
/// mistyped, a code is not of visible ASCII characters, or an address is one that may not be called.
///
/// Source: [RFC 8628 §3.2](https://www.rfc-editor.org/rfc/rfc8628#section-3.2)
pub fn response(metadata: &Metadata, response: &Response) -> Result<Authorization, Failure> {
    let members = answer::object(response, 200)?;
    read(metadata, &members).map_err(|error| Failure::from(error).of(response))
}

/// Asks whether the user has approved. What the answer means is [`Polling`]'s to say.
///
/// # Errors
/// `discovery_invalid`: the server has no token endpoint.
///
/// Source: [RFC 8628 §3.4](https://www.rfc-editor.org/rfc/rfc8628#section-3.4)
pub fn token_request(
    metadata: &Metadata,
    client_id: &str,
    authorization: &Authorization,
) -> Result<Request, Error> {
    let code = core::str::from_utf8(authorization.device_code.expose()).unwrap_or_default();
    let pairs = [("grant_type", GRANT), ("client_id", client_id), ("device_code", code)];
    Ok(form::post(metadata.token_endpoint()?, &pairs))
}

fn read(metadata: &Metadata, members: &Map) -> Result<Authorization, Error> {
    let text = |name: &'static str| match members.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value.as_str().map(Some).ok_or_else(|| invalid(name)),
    };
    let code = |name: &'static str, most: usize| {
        let fits =
            |code: &&str| (1..=most).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_graphic());
        text(name)?.filter(fits).ok_or_else(|| invalid(name))
    };
    let address = |name: &'static str| {
        let parse = |url| Address::parse(url, metadata.reach()).map_err(|_| invalid(name));
        text(name)?.map(parse).transpose()
    };
    let seconds = |name: &'static str| match members.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value.as_u64().map(Some).ok_or_else(|| invalid(name)),
    };
    // Google wrote its answer before the specification was done.
    let place =
        address("verification_uri")?.map_or_else(|| address("verification_url"), |place| Ok(Some(place)))?;
    let lifetime = seconds("expires_in")?.filter(|seconds| *seconds > 0);
    let interval = answer::bounded(seconds("interval")?.unwrap_or(DEFAULT_INTERVAL), MAX_INTERVAL);
    Ok(Authorization {
        device_code: Secret::new(code("device_code", MAX_DEVICE_CODE)?.into()),
        user_code: code("user_code", MAX_USER_CODE)?.into(),
        verification_uri: place.ok_or_else(|| invalid("verification_uri"))?,
        verification_uri_complete: address("verification_uri_complete")?,
        expires_in: answer::bounded(lifetime.ok_or_else(|| invalid("expires_in"))?, MAX_LIFETIME),
        interval: interval.max(Seconds(1)),
    })
}

const fn invalid(at: &'static str) -> Error {
    Error::at(Code::ResponseInvalid, at)
}

#[cfg(test)]
mod tests;
