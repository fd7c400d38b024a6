//! Finds an authorization server's endpoints from its issuer.
//!
//! Source: [OpenID Connect Discovery 1.0 §4](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig),
//! [RFC 8414 §3](https://www.rfc-editor.org/rfc/rfc8414#section-3).

use alloc::{string::String, vec::Vec};

use crate::{
    error::{Code, Error},
    http::{Address, Reach, Request, Response},
    json::{self, Map, Value},
};

/// How large a metadata document may be, in bytes.
pub const MAX_LENGTH: usize = 64 * 1024;

/// An issuer identifier: an address without query, compared character by character.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer {
    address: Address,
    reach: Reach,
}

impl Issuer {
    /// Parses an issuer identifier; its endpoints may be where `reach` allows.
    ///
    /// # Errors
    /// `url_not_allowed`: as [`Address::parse`], or with a query.
    ///
    /// Source: [RFC 8414 §2](https://www.rfc-editor.org/rfc/rfc8414#section-2)
    pub fn parse(text: &str, reach: Reach) -> Result<Self, Error> {
        if text.contains('?') {
            return Err(Code::UrlNotAllowed.into());
        }
        Ok(Self { address: Address::parse(text, reach)?, reach })
    }

    /// The identifier as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.address.as_str()
    }
}

/// What an authorization server says about itself, as far as it is used here.
#[derive(Clone, Debug)]
pub struct Metadata {
    /// The issuer that was asked for, and that the document names.
    pub issuer: String,
    /// Where its public keys are.
    pub jwks_uri: Option<Address>,
    /// Where a token is revoked ([RFC 7009](https://www.rfc-editor.org/rfc/rfc7009)).
    pub revocation_endpoint: Option<Address>,
    /// Where the user signs out of the provider.
    pub end_session_endpoint: Option<Address>,
    /// Whether every authorization response carries `iss`
    /// ([RFC 9207 §3](https://www.rfc-editor.org/rfc/rfc9207#section-3)).
    pub names_issuer_in_responses: bool,
    authorization_endpoint: Option<Address>,
    token_endpoint: Option<Address>,
}

impl Metadata {
    /// Where the user is sent to sign in.
    ///
    /// # Errors
    /// `discovery_invalid`: the document names none.
    pub fn authorization_endpoint(&self) -> Result<&Address, Error> {
        self.authorization_endpoint.as_ref().ok_or_else(|| invalid("authorization_endpoint"))
    }

    /// Where codes and refresh tokens are exchanged.
    ///
    /// # Errors
    /// `discovery_invalid`: the document names none.
    pub fn token_endpoint(&self) -> Result<&Address, Error> {
        self.token_endpoint.as_ref().ok_or_else(|| invalid("token_endpoint"))
    }
}

/// The requests to try, one after the other, until one gives a document.
///
/// For `https://a.example/t`: `/t/.well-known/openid-configuration` (OpenID Connect),
/// `/.well-known/oauth-authorization-server/t` (RFC 8414 §3.1), and
/// `/.well-known/openid-configuration/t` (RFC 8414 §5).
#[must_use]
pub fn requests(issuer: &Issuer) -> Vec<Request> {
    let origin = issuer.address.origin();
    // Both specifications remove a terminating slash before they add to the path.
    let path = issuer.address.path_and_query().trim_end_matches('/');
    let mut urls = Vec::from([[origin, path, OPENID].concat(), [origin, OAUTH, path].concat()]);
    if !path.is_empty() {
        urls.push([origin, OPENID, path].concat());
    }
    let address = |url: &String| Address::parse(url, issuer.reach).ok();
    urls.iter().filter_map(address).map(|url| Request::get_json(&url)).collect()
}

/// Reads the answer to one of [`requests`]. `None`: there is no document at that address.
///
/// # Errors
/// `discovery_unavailable`: the server failed. `response_too_large`: over 64 KiB.
/// `discovery_invalid`, at the member: not a strict JSON object, a mistyped member, or an endpoint
/// that the issuer's reach does not allow. `discovery_issuer_mismatch`: the document names another
/// issuer, which is how a server would pass itself off as another
/// ([RFC 8414 §3.3](https://www.rfc-editor.org/rfc/rfc8414#section-3.3)).
pub fn response(issuer: &Issuer, response: &Response) -> Result<Option<Metadata>, Error> {
    let Some(document) = document(issuer, response)? else { return Ok(None) };
    refuse_plain_pkce(&document)?;
    read(issuer, &document).map(Some)
}

/// Reads only where the keys are, for a verifier that no other endpoint concerns. `None`: there is
/// no document at that address.
///
/// # Errors
/// As [`response`]; `discovery_invalid` at `jwks_uri`: the document names none.
pub fn key_set_address(issuer: &Issuer, response: &Response) -> Result<Option<Address>, Error> {
    let Some(document) = document(issuer, response)? else { return Ok(None) };
    endpoint(issuer, &document, "jwks_uri")?.ok_or_else(|| invalid("jwks_uri")).map(Some)
}

fn document(issuer: &Issuer, response: &Response) -> Result<Option<Map>, Error> {
    match response.status {
        200 => {}
        400..=499 => return Ok(None),
        _ => return Err(Code::DiscoveryUnavailable.into()),
    }
    if response.body.len() > MAX_LENGTH {
        return Err(Error::at(Code::ResponseTooLarge, "discovery"));
    }
    let document = json::parse_object(&response.body).map_err(|_| invalid(""))?;
    if text(&document, "issuer")? != Some(issuer.as_str()) {
        return Err(Code::DiscoveryIssuerMismatch.into());
    }
    Ok(Some(document))
}

fn endpoint(issuer: &Issuer, document: &Map, name: &'static str) -> Result<Option<Address>, Error> {
    let parse = |url| Address::parse(url, issuer.reach).map_err(|_| invalid(name));
    text(document, name)?.map(parse).transpose()
}

fn read(issuer: &Issuer, document: &Map) -> Result<Metadata, Error> {
    let endpoint = |name| endpoint(issuer, document, name);
    Ok(Metadata {
        issuer: issuer.as_str().into(),
        jwks_uri: endpoint("jwks_uri")?,
        revocation_endpoint: endpoint("revocation_endpoint")?,
        end_session_endpoint: endpoint("end_session_endpoint")?,
        names_issuer_in_responses: flag(document, "authorization_response_iss_parameter_supported")?,
        authorization_endpoint: endpoint("authorization_endpoint")?,
        token_endpoint: endpoint("token_endpoint")?,
    })
}

/// A server that lists its PKCE methods without `S256` would ignore ours. One that lists none is
/// used all the same: many support PKCE and do not say so.
fn refuse_plain_pkce(document: &Map) -> Result<(), Error> {
    const NAME: &str = "code_challenge_methods_supported";
    match document.get(NAME) {
        None => Ok(()),
        Some(Value::Array(methods)) if methods.iter().any(|method| method == "S256") => Ok(()),
        Some(_) => Err(invalid(NAME)),
    }
}

fn text<'d>(document: &'d Map, name: &'static str) -> Result<Option<&'d str>, Error> {
    match document.get(name) {
        None => Ok(None),
        Some(Value::String(value)) => Ok(Some(value)),
        Some(_) => Err(invalid(name)),
    }
}

fn flag(document: &Map, name: &'static str) -> Result<bool, Error> {
    match document.get(name) {
        None => Ok(false),
        Some(Value::Bool(value)) => Ok(*value),
        Some(_) => Err(invalid(name)),
    }
}

fn invalid(at: &'static str) -> Error {
    Error::at(Code::DiscoveryInvalid, at)
}

const OPENID: &str = "/.well-known/openid-configuration";
const OAUTH: &str = "/.well-known/oauth-authorization-server";

#[cfg(test)]
mod tests;
