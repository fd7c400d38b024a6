//! Clients: applications that ask for tokens.
//!
//! Source: [RFC 7591 §2](https://www.rfc-editor.org/rfc/rfc7591#section-2)

mod assertion;
mod authenticate;
mod documents;
mod find;
mod members;
mod redirect;
pub mod statements;

use edgeward_core::{
    Code, Error,
    http::{Address, Reach},
    jose::KeySet,
    json::Map,
    oauth::client_metadata,
};

pub use authenticate::{authenticated, identified};
pub use documents::{Documents, OPEN_GRANTS, clamped};
pub use find::find;
use members::{flag, text, texts};

/// A client.
#[derive(Clone, Debug)]
pub struct Client {
    /// Its id.
    pub id: String,
    /// What people know it as.
    pub name: String,
    /// Its home page.
    pub uri: Option<String>,
    /// How it shows who it is.
    pub method: Method,
    /// The SHA-256 of its secret, as hex.
    pub secret_hash: Option<String>,
    /// The keys that it signs assertions with.
    pub keys: Keys,
    /// Where its codes may go.
    pub redirects: Vec<String>,
    /// Where a browser may go after it has signed its user out.
    pub post_logout_redirects: Vec<String>,
    /// The grants that it may use.
    pub grants: Vec<String>,
    /// The scopes that it may ask for; all without it.
    pub scope: Option<String>,
    /// Whether it is the operator's own: users are not asked for consent, and its tokens are the user's own.
    pub first_party: bool,
    /// Whether its tokens have to be bound to keys.
    pub bound: bool,
    /// Whether its authorization requests have to be pushed.
    pub pushes: bool,
    /// Where it is told that a session has ended.
    pub logout: Option<Address>,
}

/// How a client shows who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// It cannot keep a secret.
    None,
    /// With a secret, in a header or in the form.
    Secret,
    /// With a token that it signs.
    PrivateKey,
}

/// Where a client's keys are.
#[derive(Clone, Debug)]
pub enum Keys {
    /// It has none.
    None,
    /// In its metadata.
    Here(KeySet),
    /// At an address.
    At(Address),
}

/// The grants that there are.
pub const GRANTS: [&str; 5] = [CODE, REFRESH, CREDENTIALS, DEVICE, EXCHANGE];
/// RFC 6749 §4.1
pub const CODE: &str = "authorization_code";
/// RFC 6749 §6
pub const REFRESH: &str = "refresh_token";
/// RFC 6749 §4.4
pub const CREDENTIALS: &str = "client_credentials";
/// RFC 8628 §3.4
pub const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// RFC 8693 §2.1
pub const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";

impl Client {
    /// A client of the operator's settings: metadata with `client_id`, and with `client_secret_sha256` and
    /// `first_party` of our own.
    ///
    /// # Errors
    /// `client_metadata_invalid`, at the member.
    pub fn configured(metadata: &Map, reach: Reach) -> Result<Self, Error> {
        let id = text(metadata, "client_id")?.ok_or(invalid("client_id"))?;
        let hash = text(metadata, "client_secret_sha256")?;
        let is_hex = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
        if hash.is_some_and(|hash| hash.len() != 64 || !hash.bytes().all(is_hex)) {
            return Err(invalid("client_secret_sha256"));
        }
        let client = Self::read(id, metadata, hash.map(Into::into), reach)?;
        Ok(Self { first_party: flag(metadata, "first_party")?, ..client })
    }

    /// A client by its metadata.
    ///
    /// # Errors
    /// `client_metadata_invalid`, at the member.
    pub fn read(id: &str, metadata: &Map, secret_hash: Option<String>, reach: Reach) -> Result<Self, Error> {
        let default = || vec![CODE.into(), REFRESH.into()];
        let grants = texts(metadata, "grant_types")?.unwrap_or_else(default);
        let keys = keys(metadata, reach)?;
        let method = method(metadata, secret_hash.is_some(), &keys)?;
        let redirects = redirects(metadata, "redirect_uris")?;
        if redirects.is_empty() && grants.iter().any(|grant| grant == CODE) {
            return Err(invalid("redirect_uris"));
        }
        let address = |name| {
            let address = text(metadata, name)?.map(|uri| Address::parse(uri, reach)).transpose();
            address.map_err(|_| invalid(name))
        };
        Ok(Self {
            id: id.into(),
            name: text(metadata, "client_name")?.unwrap_or(id).chars().take(MAX_NAME).collect(),
            uri: address("client_uri")?.map(|address| address.as_str().into()),
            method,
            secret_hash,
            keys,
            redirects,
            post_logout_redirects: self::redirects(metadata, "post_logout_redirect_uris")?,
            grants,
            scope: text(metadata, "scope")?.map(Into::into),
            first_party: false,
            bound: flag(metadata, "dpop_bound_access_tokens")?,
            pushes: flag(metadata, "require_pushed_authorization_requests")?,
            logout: address("backchannel_logout_uri")?,
        })
    }

    /// Whether it may use a grant.
    #[must_use]
    pub fn may(&self, grant: &str) -> bool {
        self.grants.iter().any(|own| own == grant)
    }

    /// Whether its codes may go to an address.
    #[must_use]
    pub fn redirects_to(&self, uri: &str) -> bool {
        self.redirects.iter().any(|own| redirect::fits(own, uri))
    }
}

fn method(metadata: &Map, has_secret: bool, keys: &Keys) -> Result<Method, Error> {
    match (text(metadata, "token_endpoint_auth_method")?, has_secret, keys) {
        (Some("none") | None, false, _) => Ok(Method::None),
        (Some("client_secret_basic" | "client_secret_post") | None, true, _) => Ok(Method::Secret),
        (Some("private_key_jwt"), false, Keys::Here(_) | Keys::At(_)) => Ok(Method::PrivateKey),
        _ => Err(invalid("token_endpoint_auth_method")),
    }
}

fn redirects(metadata: &Map, name: &'static str) -> Result<Vec<String>, Error> {
    let uris = texts(metadata, name)?.unwrap_or_default();
    if uris.iter().all(|uri| client_metadata::is_redirect(uri)) { Ok(uris) } else { Err(invalid(name)) }
}

fn keys(metadata: &Map, reach: Reach) -> Result<Keys, Error> {
    match (metadata.get("jwks"), text(metadata, "jwks_uri")?) {
        (None, None) => Ok(Keys::None),
        (Some(document), None) => {
            let keys = KeySet::from_value(document).map_err(|_| invalid("jwks"))?;
            let public = keys.keys().iter().all(|key| key.to_public().is_some());
            if public && !keys.keys().is_empty() { Ok(Keys::Here(keys)) } else { Err(invalid("jwks")) }
        }
        (None, Some(uri)) => Ok(Keys::At(Address::parse(uri, reach).map_err(|_| invalid("jwks_uri"))?)),
        (Some(_), Some(_)) => Err(invalid("jwks_uri")),
    }
}

/// A member of a client's metadata that is not valid.
const fn invalid(at: &'static str) -> Error {
    Error::at(Code::ClientMetadataInvalid, at)
}

const MAX_NAME: usize = 100;
