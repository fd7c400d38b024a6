//! The token endpoint: a code or a refresh token for an access token.
//!
//! Source: [RFC 6749 §4.1.3, §5 and §6](https://www.rfc-editor.org/rfc/rfc6749#section-5).

use alloc::{string::String, vec::Vec};

use crate::{
    error::{Code, Error},
    http::{Address, Request, Response},
    json::{self, Map, Value},
    oauth::{Failure, OauthError, authorize::Transaction, discovery::Metadata, form},
    time::Seconds,
};

/// How large an answer may be, in bytes.
pub const MAX_LENGTH: usize = 64 * 1024;

/// Longer lifetimes are taken for this one: ten years.
const MAX_LIFETIME: u32 = 315_360_000;

/// What the token endpoint gave. It holds tokens, so it has no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Tokens {
    /// The access token: visible ASCII characters, fit for an `Authorization` header.
    pub access_token: String,
    /// How long it is good for, counted from the answer; `None` if the server does not say.
    pub expires_in: Option<Seconds>,
    /// The scope granted; `None` means that it is the one asked for.
    pub scope: Option<String>,
    /// A token to get the next access token with.
    pub refresh_token: Option<String>,
    /// The ID token, not verified yet.
    pub id_token: Option<String>,
}

/// Redeems an authorization code as a public client.
///
/// # Errors
/// `discovery_invalid`: the provider has no token endpoint.
///
/// Source: [RFC 6749 §4.1.3](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3),
/// [RFC 7636 §4.5](https://www.rfc-editor.org/rfc/rfc7636#section-4.5)
pub fn exchange_request(
    metadata: &Metadata,
    client_id: &str,
    code: &str,
    transaction: &Transaction,
) -> Result<Request, Error> {
    let mut pairs = Vec::from([
        ("grant_type", "authorization_code"),
        ("client_id", client_id),
        ("code", code),
        ("redirect_uri", &transaction.redirect_uri),
        ("code_verifier", transaction.verifier.expose()),
    ]);
    pairs.extend(transaction.resources.iter().map(|resource| ("resource", resource.as_str())));
    Ok(form::post(metadata.token_endpoint()?, &pairs))
}

/// Asks for the next access token as a public client.
///
/// Source: [RFC 6749 §6](https://www.rfc-editor.org/rfc/rfc6749#section-6)
#[must_use]
pub fn refresh_request(
    endpoint: &Address,
    client_id: &str,
    refresh_token: &str,
    resources: &[String],
) -> Request {
    let mut pairs = Vec::from([
        ("grant_type", "refresh_token"),
        ("client_id", client_id),
        ("refresh_token", refresh_token),
    ]);
    pairs.extend(resources.iter().map(|resource| ("resource", resource.as_str())));
    form::post(endpoint, &pairs)
}

/// Reads the answer to either request.
///
/// # Errors
/// `invalid_grant`, `access_denied`, `oauth_error`: the server named an OAuth error, with whatever
/// status. `server_rate_limited`: 429. `server_unavailable`: 5xx. `response_too_large`: over
/// 64 KiB. `response_invalid`, at the member: not JSON, a missing or mistyped member, or a
/// `token_type` other than Bearer.
pub fn response(response: &Response) -> Result<Tokens, Failure> {
    read(response).map_err(|failure| Failure { status: Some(response.status), ..failure })
}

fn read(response: &Response) -> Result<Tokens, Failure> {
    let document = document(response);
    // Some servers send errors with status 200, and some with 5xx: the named error tells more.
    if let Ok(members) = &document
        && let Some(oauth) = OauthError::from_members(members)
    {
        return Err(oauth.into());
    }
    match response.status {
        200 => Ok(tokens(&document?)?),
        429 => Err(Code::ServerRateLimited.into()),
        500..=599 => Err(Code::ServerUnavailable.into()),
        _ => Err(invalid("status").into()),
    }
}

fn document(response: &Response) -> Result<Map, Error> {
    if response.body.len() > MAX_LENGTH {
        return Err(Error::at(Code::ResponseTooLarge, "token"));
    }
    let media_type = response.header("content-type").unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        return Err(invalid("content-type"));
    }
    json::parse_object(&response.body).map_err(|_| invalid("body"))
}

fn tokens(members: &Map) -> Result<Tokens, Error> {
    let text = |name: &'static str| match members.get(name) {
        // A null stands for absence at some servers.
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(value)) => Ok(Some(value)),
        Some(_) => Err(invalid(name)),
    };
    let token = |name: &'static str| match text(name)? {
        Some(value) if !is_token(value) => Err(invalid(name)),
        value => Ok(value.cloned()),
    };
    // Another type would need a proof that is not sent here (RFC 6749 §7.1).
    if !text("token_type")?.is_some_and(|kind| kind.eq_ignore_ascii_case("Bearer")) {
        return Err(invalid("token_type"));
    }
    Ok(Tokens {
        access_token: token("access_token")?.ok_or_else(|| invalid("access_token"))?,
        expires_in: lifetime(members.get("expires_in"))?,
        scope: text("scope")?.cloned(),
        refresh_token: token("refresh_token")?,
        id_token: token("id_token")?,
    })
}

fn lifetime(value: Option<&Value>) -> Result<Option<Seconds>, Error> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(value) => {
            let seconds = value.as_u64().ok_or_else(|| invalid("expires_in"))?;
            Ok(Some(Seconds(u32::try_from(seconds).unwrap_or(u32::MAX).min(MAX_LIFETIME))))
        }
    }
}

/// Visible ASCII: nothing that could end a header line or a form field.
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic())
}

fn invalid(at: &'static str) -> Error {
    Error::at(Code::ResponseInvalid, at)
}

#[cfg(test)]
mod tests;
