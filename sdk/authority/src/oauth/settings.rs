//! What the operator configures of the authorization server.

use edgeward_core::{Error, http::Reach, jose::Algorithm, json, time::Seconds};
use serde::Deserialize;

use super::client::{Client, Documents};
use crate::settings::invalid;

/// The settings of the authorization server as they are written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Document {
    algorithm: Algorithm,
    key_lifetime_days: u32,
    scopes: Vec<String>,
    resources: Vec<ResourceDocument>,
    clients: Vec<serde_json::Value>,
    registration: bool,
    registration_scopes: Vec<String>,
    dpop_nonces: bool,
    refresh_idle_seconds: u32,
    refresh_total_seconds: u32,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ResourceDocument {
    resource: String,
    audience: Option<String>,
    #[serde(default)]
    format: Format,
    seconds: Option<u32>,
}

/// The settings of the authorization server.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What tokens are signed with.
    pub algorithm: Algorithm,
    /// How long a key signs.
    pub key_lifetime: Seconds,
    /// The scopes that there are.
    pub scopes: Vec<String>,
    /// The APIs that there are, beside the authority's own.
    pub resources: Vec<Resource>,
    /// The clients that the operator knows.
    pub clients: Vec<Client>,
    /// Whether clients may register themselves.
    pub registration: bool,
    /// The scopes that those may ask for.
    pub registration_scopes: Vec<String>,
    /// What clients have published about themselves.
    pub documents: Documents,
    /// Whether DPoP proofs need a nonce of this server.
    pub dpop_nonces: bool,
    /// After how long an unused refresh token is over.
    pub refresh_idle: Seconds,
    /// After how long a grant is over, however often it is refreshed.
    pub refresh_total: Seconds,
}

/// An API that tokens are for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// Its address, by which clients ask for it.
    pub resource: String,
    /// What its tokens name as `aud`.
    pub audience: String,
    /// What its tokens look like.
    pub format: Format,
    /// How long they last.
    pub lifetime: Seconds,
}

/// What the access tokens of an API look like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum Format {
    /// As RFC 9068 has them: `typ` is `at+jwt`.
    #[default]
    #[serde(rename = "at+jwt")]
    AccessToken,
    /// As Convex takes them: `typ` is `JWT`.
    #[serde(rename = "convex")]
    Convex,
}

impl Default for Document {
    fn default() -> Self {
        Self {
            algorithm: Algorithm::Es256,
            key_lifetime_days: 90,
            scopes: Vec::new(),
            resources: Vec::new(),
            clients: Vec::new(),
            registration: false,
            registration_scopes: Vec::new(),
            dpop_nonces: true,
            refresh_idle_seconds: THIRTY_DAYS,
            refresh_total_seconds: THIRTY_DAYS,
        }
    }
}

impl Document {
    /// Checks them for an authority with this issuer.
    ///
    /// # Errors
    /// `config_invalid`, at the setting.
    pub fn check(self, issuer: &str, reach: Reach) -> Result<Settings, Error> {
        if !matches!(self.algorithm, Algorithm::Es256 | Algorithm::EdDsa | Algorithm::Rs256) {
            return Err(invalid("oauth.algorithm"));
        }
        if self.key_lifetime_days == 0 || self.refresh_idle_seconds == 0 || self.refresh_total_seconds == 0 {
            return Err(invalid("oauth"));
        }
        let named = |scope: &String| is_scope(scope);
        if !self.scopes.iter().chain(&self.registration_scopes).all(named) {
            return Err(invalid("oauth.scopes"));
        }
        let own = Resource {
            resource: issuer.into(),
            audience: issuer.into(),
            format: Format::AccessToken,
            lifetime: Format::AccessToken.lifetime(),
        };
        let resources = self.resources.into_iter().map(ResourceDocument::check);
        let resources = [Ok(own)].into_iter().chain(resources).collect::<Result<Vec<_>, _>>()?;
        Ok(Settings {
            algorithm: self.algorithm,
            key_lifetime: Seconds(self.key_lifetime_days.saturating_mul(86_400)),
            scopes: STANDARD_SCOPES.map(Into::into).into_iter().chain(self.scopes).collect(),
            resources,
            clients: self.clients.iter().map(|client| known(client, reach)).collect::<Result<_, _>>()?,
            registration: self.registration,
            registration_scopes: self.registration_scopes,
            documents: Documents::default(),
            dpop_nonces: self.dpop_nonces,
            refresh_idle: Seconds(self.refresh_idle_seconds),
            refresh_total: Seconds(self.refresh_total_seconds),
        })
    }
}

impl ResourceDocument {
    fn check(self) -> Result<Resource, Error> {
        if !is_resource(&self.resource) || self.seconds == Some(0) {
            return Err(invalid("oauth.resources"));
        }
        Ok(Resource {
            audience: self.audience.unwrap_or_else(|| self.resource.clone()),
            resource: self.resource,
            format: self.format,
            lifetime: self.seconds.map_or(self.format.lifetime(), Seconds),
        })
    }
}

impl Format {
    const fn lifetime(self) -> Seconds {
        match self {
            Self::AccessToken => Seconds(900),
            Self::Convex => Seconds(3600),
        }
    }
}

impl Settings {
    /// The API of an address or an audience.
    #[must_use]
    pub fn resource(&self, name: &str) -> Option<&Resource> {
        self.resources.iter().find(|own| own.resource == name || own.audience == name)
    }

    /// The authority's own API.
    #[must_use]
    pub fn own(&self) -> Option<&Resource> {
        self.resources.first()
    }
}

fn known(client: &serde_json::Value, reach: Reach) -> Result<Client, Error> {
    let members = json::parse_object(client.to_string().as_bytes()).map_err(|_| invalid("oauth.clients"))?;
    Client::configured(&members, reach).map_err(|_| invalid("oauth.clients"))
}

/// A scope as RFC 6749 §3.3 has it.
pub fn is_scope(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 128
        && text.bytes().all(|b| b.is_ascii_graphic() && b != b'"' && b != b'\\')
}

/// An absolute address without a fragment (RFC 8707 §2).
pub fn is_resource(text: &str) -> bool {
    let absolute = text.split_once(':').is_some_and(|(scheme, rest)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
            && !rest.is_empty()
    });
    absolute && text.len() <= 2048 && text.bytes().all(|b| b.is_ascii_graphic()) && !text.contains('#')
}

/// The scopes of OpenID Connect that are answered.
pub const STANDARD_SCOPES: [&str; 4] = ["openid", "profile", "email", "offline_access"];
const THIRTY_DAYS: u32 = 30 * 86_400;
