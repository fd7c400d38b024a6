//! The token endpoint: a code or a refresh token for an access token.
//!
//! Source: [RFC 6749 §4.1.3, §5 and §6](https://www.rfc-editor.org/rfc/rfc6749#section-5).

use alloc::{string::String, vec::Vec};

use crate::{
    error::{Code, Error},
    http::{Address, Request, Response},
    json::{Map, Value},
    oauth::{Failure, answer, authorize::Transaction, discovery::Metadata, form},
    time::Seconds,
};

pub use answer::MAX_LENGTH;

/// Longer lifetimes are taken for this one: ten years.
const MAX_LIFETIME: Seconds = Seconds(315_360_000);

/// What the token endpoint gave. It holds tokens, so it has no `Debug`.
#[derive(Clone, PartialEq)]
pub struct Tokens {
    /// The access token: visible ASCII characters, fit for an `Authorization` header.
    pub access_token: String,
    /// How the access token is used.
    pub token_type: TokenType,
    /// How long it is good for, counted from the answer; `None` if the server does not say.
    pub expires_in: Option<Seconds>,
    /// The scope granted; `None` means that it is the one asked for.
    pub scope: Option<String>,
    /// A token to get the next access token with.
    pub refresh_token: Option<String>,
    /// The ID token, not verified yet.
    pub id_token: Option<String>,
    /// What was granted beyond the scope: an array of objects
    /// ([RFC 9396 §7](https://www.rfc-editor.org/rfc/rfc9396#section-7)).
    pub authorization_details: Option<Value>,
}

/// How an access token is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TokenType {
    /// By itself ([RFC 6750](https://www.rfc-editor.org/rfc/rfc6750)).
    #[default]
    Bearer,
    /// With a proof of the key that it is bound to ([RFC 9449 §7](https://www.rfc-editor.org/rfc/rfc9449#section-7)).
    Dpop,
}

impl TokenType {
    /// The type as it stands in an `Authorization` header.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bearer => "Bearer",
            Self::Dpop => "DPoP",
        }
    }

    /// Reads a `token_type`, in whatever case.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        [Self::Bearer, Self::Dpop].into_iter().find(|kind| text.eq_ignore_ascii_case(kind.as_str()))
    }
}

/// Redeems an authorization code as a public client. Where the sign-in was for several resources, the
/// token is for the first of them: one token for all could be used by each against the others, and
/// servers refuse it ([RFC 8707 §2.2](https://www.rfc-editor.org/rfc/rfc8707#section-2.2)).
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
    pairs.extend(transaction.resources.first().map(|resource| ("resource", resource.as_str())));
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

/// Reads the answer to either request. `asked` is [`TokenType::Dpop`] if a proof went with it; the
/// server may give an unbound token all the same
/// ([RFC 9449 §5](https://www.rfc-editor.org/rfc/rfc9449#section-5)), which the caller may refuse.
///
/// # Errors
/// `invalid_grant`, `access_denied`, `oauth_error`: the server named an OAuth error, with whatever
/// status. `server_rate_limited`: 429. `server_unavailable`: 5xx. `response_too_large`: over
/// 64 KiB. `response_invalid`, at the member: not JSON, a missing or mistyped member, or a
/// `token_type` that is neither Bearer nor the one asked for.
pub fn response(response: &Response, asked: TokenType) -> Result<Tokens, Failure> {
    let members = answer::object(response, 200)?;
    tokens(&members, asked).map_err(|error| Failure::from(error).of(response))
}

pub(super) fn tokens(members: &Map, asked: TokenType) -> Result<Tokens, Error> {
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
    // A bound token would need a proof whose key is not here (RFC 6749 §7.1).
    let fits = |kind: &TokenType| *kind == TokenType::Bearer || *kind == asked;
    let token_type = text("token_type")?.and_then(|kind| TokenType::read(kind)).filter(fits);
    let details = members.get("authorization_details").filter(|value| !value.is_null());
    if details.is_some_and(|details| details.as_array().is_none()) {
        return Err(invalid("authorization_details"));
    }
    Ok(Tokens {
        access_token: token("access_token")?.ok_or_else(|| invalid("access_token"))?,
        token_type: token_type.ok_or_else(|| invalid("token_type"))?,
        expires_in: lifetime(members.get("expires_in"))?,
        scope: text("scope")?.cloned(),
        refresh_token: token("refresh_token")?,
        id_token: token("id_token")?,
        authorization_details: details.cloned(),
    })
}

fn lifetime(value: Option<&Value>) -> Result<Option<Seconds>, Error> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(value) => {
            let seconds = value.as_u64().ok_or_else(|| invalid("expires_in"))?;
            Ok(Some(answer::bounded(seconds, MAX_LIFETIME)))
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
