//! Which client sends a request, shown by what it alone has.
//!
//! Source: [RFC 6749 §2.3](https://www.rfc-editor.org/rfc/rfc6749#section-2.3),
//! [RFC 7523 §2.2](https://www.rfc-editor.org/rfc/rfc7523#section-2.2)

use edgeward_core::{base64url, oauth::form};
use subtle::ConstantTimeEq;

use super::{Client, Method, assertion, find};
use crate::{
    Authority,
    context::digest,
    http::Incoming,
    oauth::{
        parameters::Parameters,
        refusal::{Refusal, Word},
    },
};

/// What a request brings to show which client sends it.
enum Shown<'a> {
    Nothing,
    Secret(String),
    Assertion(&'a str),
}

/// The client of a request, which has shown who it is, or is one that cannot keep a secret.
///
/// # Errors
/// `invalid_client`: it is unknown, or has not shown it. `invalid_request`: it shows it in two ways.
pub async fn identified(
    authority: &Authority,
    request: &Incoming,
    parameters: &Parameters,
) -> Result<Client, Refusal> {
    let (id, shown) = shown(request, parameters)?;
    let client = find(authority, &id).await?.ok_or(refused())?;
    let good = match (client.method, shown) {
        (Method::None, Shown::Nothing) => true,
        (Method::Secret, Shown::Secret(secret)) => {
            let own = client.secret_hash.as_deref().unwrap_or_default();
            own.as_bytes().ct_eq(digest(&secret).as_bytes()).into()
        }
        (Method::PrivateKey, Shown::Assertion(token)) => {
            assertion::is_good(authority, &client, token).await?
        }
        // Also a public client that sends a secret: somebody takes it for a kept one.
        _ => false,
    };
    if good { Ok(client) } else { Err(refused()) }
}

/// The client of a request, which can keep a secret and has shown it.
///
/// # Errors
/// Those of [`identified`]; `invalid_client`: it cannot.
pub async fn authenticated(
    authority: &Authority,
    request: &Incoming,
    parameters: &Parameters,
) -> Result<Client, Refusal> {
    let client = identified(authority, request, parameters).await?;
    match client.method {
        Method::None => Err(refused()),
        Method::Secret | Method::PrivateKey => Ok(client),
    }
}

/// The client that is named, and what comes with the name.
fn shown<'a>(request: &Incoming, parameters: &'a Parameters) -> Result<(String, Shown<'a>), Refusal> {
    let named = parameters.get("client_id");
    let secret = parameters.get("client_secret");
    let assertion = parameters.get("client_assertion");
    match (basic(request)?, secret, assertion) {
        (Some((id, _)), None, None) if named.is_some_and(|named| named != id) => {
            Err(Refusal::request("two clients are named"))
        }
        (Some((id, secret)), None, None) => Ok((id, Shown::Secret(secret))),
        (None, Some(secret), None) => Ok((named.ok_or(refused())?.into(), Shown::Secret(secret.into()))),
        (None, None, Some(token)) => {
            if parameters.get("client_assertion_type") != Some(assertion::TYPE) {
                return Err(Refusal::request("client_assertion_type is not known here"));
            }
            let id = named.map(ToOwned::to_owned).or_else(|| assertion::issuer(token));
            Ok((id.ok_or(refused())?, Shown::Assertion(token)))
        }
        (None, None, None) => Ok((named.ok_or(refused())?.into(), Shown::Nothing)),
        _ => Err(Refusal::request("the client shows in two ways who it is")),
    }
}

/// Id and secret of `Authorization: Basic …`, each form-encoded.
fn basic(request: &Incoming) -> Result<Option<(String, String)>, Refusal> {
    let Some(value) = request.header("authorization") else { return Ok(None) };
    let (scheme, credential) = value.split_once(' ').ok_or(refused())?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Ok(None);
    }
    // The alphabet of base64 in that of base64url: one byte string has one text in either.
    let text = credential.trim().trim_end_matches('=').replace('+', "-").replace('/', "_");
    let text = base64url::decode(&text).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let text = text.ok_or(refused())?;
    let (id, secret) = text.split_once(':').ok_or(refused())?;
    let plain = |text: &str| {
        let pairs = form::decode(&["x=", &text.replace('&', "%26")].concat());
        pairs.into_iter().next().map(|(_, value)| value).unwrap_or_default()
    };
    Ok(Some((plain(id), plain(secret))))
}

const fn refused() -> Refusal {
    Refusal::new(Word::InvalidClient, "the client is not known, or did not show who it is")
}
