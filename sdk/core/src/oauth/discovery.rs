//! Finds an authorization server's endpoints from its issuer.
//!
//! Source: [OpenID Connect Discovery 1.0 §4](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig),
//! [RFC 8414 §3](https://www.rfc-editor.org/rfc/rfc8414#section-3).

mod capabilities;
mod search;

use alloc::{string::String, vec::Vec};

pub use capabilities::Endpoint;
pub use search::Search;

use crate::{
    error::{Code, Error},
    http::{Address, Reach, Request, Response},
    json::{self, Map, Value},
    text,
};

/// How large a metadata document may be, in bytes.
pub const MAX_LENGTH: usize = 64 * 1024;

/// An issuer identifier: an address without query, compared character by character, apart from a
/// slash at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer {
    address: Address,
    reach: Reach,
    aliases: Vec<String>,
}

impl Issuer {
    /// Parses an issuer identifier; its endpoints may be where `reach` allows.
    ///
    /// # Errors
    /// `url_not_allowed`: as [`Address::parse`], or with a query.
    ///
    /// Source: [RFC 8414 §2](https://www.rfc-editor.org/rfc/rfc8414#section-2)
    pub fn parse(text: &str, reach: Reach) -> Result<Self, Error> {
        if text::has(text, "?") {
            return Err(Code::UrlNotAllowed.into());
        }
        Ok(Self { address: Address::parse(text, reach)?, reach, aliases: Vec::new() })
    }

    /// Takes these names for the issuer's own as well: an exception that somebody has decided on,
    /// for a server whose metadata name another issuer than the address that they are found under.
    #[must_use]
    pub fn with_aliases(self, aliases: Vec<String>) -> Self {
        Self { aliases, ..self }
    }

    /// The identifier as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.address.as_str()
    }

    /// Whether metadata that call their issuer so are this issuer's. Both spellings with and
    /// without a slash at the end have one well-known address, and so one owner.
    fn is_called(&self, name: &str) -> bool {
        let bare = |text: &'_ str| text.strip_suffix("/").map_or(text.len(), str::len);
        let own = self.as_str();
        let same = own.get(..bare(own)) == name.get(..bare(name));
        same || self.aliases.iter().any(|alias| alias == name)
    }
}

/// What an authorization server says about itself, as far as it is used here.
#[derive(Clone, Debug)]
pub struct Metadata {
    /// The issuer as the document names it: what `iss` says in its answers and tokens. It is the
    /// one that was asked for, up to a slash at the end or an alias.
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
    reach: Reach,
    document: Map,
}

impl Metadata {
    /// Takes the members of a document, or of a configuration in place of one.
    ///
    /// # Errors
    /// As [`response`].
    pub fn from_members(issuer: &Issuer, document: Map) -> Result<Self, Error> {
        refuse_plain_pkce(&document)?;
        let stated = text(&document, "issuer")?.filter(|name| issuer.is_called(name));
        let endpoint = |name| endpoint(issuer.reach, &document, name);
        Ok(Self {
            issuer: stated.ok_or(Code::DiscoveryIssuerMismatch)?.into(),
            jwks_uri: endpoint("jwks_uri")?,
            revocation_endpoint: endpoint("revocation_endpoint")?,
            end_session_endpoint: endpoint("end_session_endpoint")?,
            names_issuer_in_responses: flag(&document, "authorization_response_iss_parameter_supported")?,
            authorization_endpoint: endpoint("authorization_endpoint")?,
            token_endpoint: endpoint("token_endpoint")?,
            reach: issuer.reach,
            document,
        })
    }

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
/// `/.well-known/oauth-authorization-server/t` (RFC 8414 §3.1),
/// `/.well-known/openid-configuration/t` (RFC 8414 §5), and
/// `/t/.well-known/oauth-authorization-server`, which no specification knows and some servers serve.
#[must_use]
pub fn requests(issuer: &Issuer) -> Vec<Request> {
    let origin = issuer.address.origin();
    // Both specifications remove a terminating slash before they add to the path.
    let mut path = issuer.address.path_and_query();
    while let Some(shorter) = path.strip_suffix("/") {
        path = shorter;
    }
    let mut urls = Vec::from([text::concat(&[origin, path, OPENID]), text::concat(&[origin, OAUTH, path])]);
    if !path.is_empty() {
        urls.push(text::concat(&[origin, OPENID, path]));
        urls.push(text::concat(&[origin, path, OAUTH]));
    }
    let mut requests = Vec::new();
    for url in urls {
        requests.extend(Address::parse(&url, issuer.reach).map(|url| Request::get_json(&url)));
    }
    requests
}

/// Reads the answer to one of [`requests`]. `None`: there is no document at that address.
///
/// # Errors
/// `discovery_unavailable`: the server failed. `response_too_large`: over 64 KiB.
/// `discovery_invalid`, at the member: not a strict JSON object, a mistyped member, or an endpoint
/// that the issuer's reach does not allow. `discovery_issuer_mismatch`: the document names another
/// issuer, which is how a server would pass itself off as another
/// ([RFC 8414 §3.3](https://www.rfc-editor.org/rfc/rfc8414#section-3.3)); [`stated_issuer`] tells
/// which.
pub fn response(issuer: &Issuer, response: &Response) -> Result<Option<Metadata>, Error> {
    let Some(document) = document(response)? else { return Ok(None) };
    Metadata::from_members(issuer, document).map(Some)
}

/// The issuer that a document names, for the message about a mismatch; not to be believed.
#[must_use]
pub fn stated_issuer(response: &Response) -> Option<String> {
    let document = document(response).ok()??;
    document.get("issuer").and_then(Value::as_str).filter(|name| name.len() <= 2048).map(String::from)
}

/// Reads only where the keys are, for a verifier that no other endpoint concerns. `None`: there is
/// no document at that address.
///
/// # Errors
/// As [`response`]; `discovery_invalid` at `jwks_uri`: the document names none.
pub fn key_set_address(issuer: &Issuer, response: &Response) -> Result<Option<Address>, Error> {
    let Some(document) = document(response)? else { return Ok(None) };
    if text(&document, "issuer")? != Some(issuer.as_str()) {
        return Err(Code::DiscoveryIssuerMismatch.into());
    }
    endpoint(issuer.reach, &document, "jwks_uri")?.ok_or_else(|| invalid("jwks_uri")).map(Some)
}

fn document(response: &Response) -> Result<Option<Map>, Error> {
    match response.status {
        200 => {}
        400..=499 => return Ok(None),
        _ => return Err(Code::DiscoveryUnavailable.into()),
    }
    if response.body.len() > MAX_LENGTH {
        return Err(Error::at(Code::ResponseTooLarge, "discovery"));
    }
    json::parse_object(&response.body).map_err(|_| invalid("")).map(Some)
}

fn endpoint(reach: Reach, document: &Map, name: &'static str) -> Result<Option<Address>, Error> {
    let parse = |url| Address::parse(url, reach).map_err(|_| invalid(name));
    text(document, name)?.map(parse).transpose()
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
