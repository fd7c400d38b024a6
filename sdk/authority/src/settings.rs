//! What the operator configures: the Worker's variable `EDGEWARD_AUTHORITY`.

use std::{collections::BTreeMap, fmt};

use edgeward_core::{
    Code, Error,
    http::{Address, Reach},
    json,
    secret::Secret,
};
use serde::Deserialize;

use crate::{admin, agents, connections, gotrue, oauth, providers, signin, surface::origin, tokens, web};

/// The settings of an authority, checked as a whole. They hold secrets, so there is no `Debug`.
pub struct Settings {
    /// Who it is: the origin that it is served under, which is `iss` of its tokens.
    pub issuer: String,
    /// Which addresses may be called.
    pub reach: Reach,
    /// The binding of its D1 database.
    pub database_binding: String,
    /// What everything is derived from that it encrypts or signs with a shared secret: the current
    /// one, and those before it for as long as what they protect lasts.
    pub secrets: Vec<Secret>,
    /// The version of each secret that has one.
    pub secret_versions: Vec<Option<u32>>,
    /// The origins of pages that may use a signed-in user's cookies, beside its own. `*` stands for
    /// letters, digits and hyphens within one label.
    pub trusted_origins: Vec<origin::Pattern>,
    /// API tokens.
    pub tokens: tokens::Settings,
    /// Sessions of users.
    pub sessions: web::Settings,
    /// Sessions of agents.
    pub agents: agents::Settings,
    /// The providers that users come from.
    pub providers: Vec<providers::Provider>,
    /// Connections with them.
    pub connections: connections::Settings,
    /// Administration.
    pub admin: admin::Settings,
    /// Signing in through them.
    pub sign_in: signin::Settings,
    /// The authorization server.
    pub oauth: oauth::Settings,
    /// What the client of GoTrue asks for, if it is served.
    pub gotrue: Option<gotrue::Settings>,
}

/// Why settings are refused, for the operator. It never holds a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsError(pub String);

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    issuer: String,
    #[serde(default)]
    development: bool,
    #[serde(default = "database_binding")]
    database_binding: String,
    #[serde(default = "secret_binding")]
    secret_binding: String,
    #[serde(default)]
    trusted_origins: Vec<String>,
    #[serde(default)]
    tokens: tokens::Settings,
    #[serde(default)]
    sessions: web::Settings,
    #[serde(default)]
    agents: agents::Settings,
    #[serde(default)]
    providers: BTreeMap<String, providers::Document>,
    #[serde(default)]
    connections: connections::Settings,
    #[serde(default)]
    admin: admin::Settings,
    #[serde(default)]
    sign_in: signin::Settings,
    #[serde(default)]
    oauth: oauth::Document,
    gotrue: Option<gotrue::Settings>,
}

fn database_binding() -> String {
    "DB".into()
}

fn secret_binding() -> String {
    "EDGEWARD_SECRET".into()
}

impl Settings {
    /// Whether tokens of this issuer are signed here.
    #[must_use]
    pub fn issues_as(&self, issuer: &str) -> bool {
        match issuer.strip_prefix(&self.issuer) {
            Some("" | "/") => true,
            Some(rest) => self.gotrue.is_some() && rest == gotrue::BASE,
            None => false,
        }
    }

    /// Reads the settings from their JSON text. `secret` gives the value of a secret's binding: one
    /// or more secrets of at least 32 characters, separated by spaces, the current one first; before each
    /// may stand its version and a colon, as in `BETTER_AUTH_SECRETS`.
    ///
    /// # Errors
    /// A sentence for the operator.
    pub fn parse(text: &str, secret: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let refused = |why: &dyn fmt::Display| SettingsError(format!("EDGEWARD_AUTHORITY: {why}"));
        json::parse(text.as_bytes()).map_err(|error| refused(&error))?;
        let document: Document = serde_json::from_str(text).map_err(|error| refused(&error))?;
        document.check(secret).map_err(|error| refused(&error))
    }
}

impl Document {
    fn check(self, secret: impl Fn(&str) -> Option<String>) -> Result<Settings, Error> {
        let reach = if self.development { Reach::Development } else { Reach::Public };
        let address = Address::parse(&self.issuer, reach).map_err(|_| invalid("issuer"))?;
        if address.as_str() != address.origin()
            && address.as_str().strip_suffix('/') != Some(address.origin())
        {
            return Err(invalid("issuer"));
        }
        let text = secret(&self.secret_binding).ok_or(invalid("secret_binding"))?;
        let (secrets, secret_versions): (Vec<_>, _) = text.split_ascii_whitespace().map(versioned).unzip();
        if secrets.is_empty() || secrets.iter().any(|secret| secret.expose().len() < MIN_SECRET) {
            return Err(invalid("secret_binding"));
        }
        Ok(Settings {
            issuer: address.origin().into(),
            reach,
            database_binding: self.database_binding,
            secrets,
            secret_versions,
            trusted_origins: origin::patterns(self.trusted_origins)?,
            tokens: self.tokens.check()?,
            sessions: self.sessions.check()?,
            agents: self.agents.check()?,
            providers: providers::checked(self.providers, &secret, reach)?,
            connections: self.connections.check()?,
            admin: self.admin.check()?,
            sign_in: self.sign_in.check()?,
            oauth: self.oauth.check(address.origin(), reach)?,
            gotrue: self.gotrue.map(gotrue::Settings::check).transpose()?,
        })
    }
}

/// A secret and its version: `2:…`.
fn versioned(text: &str) -> (Secret, Option<u32>) {
    let version = text.split_once(':').and_then(|(version, secret)| Some((secret, version.parse().ok()?)));
    let (secret, version) = version.map_or((text, None), |(secret, version)| (secret, Some(version)));
    (Secret::new(secret.as_bytes().to_vec()), version)
}

/// How long a secret must be, in bytes.
const MIN_SECRET: usize = 32;

/// A setting that is not valid.
#[must_use]
pub const fn invalid(at: &'static str) -> Error {
    Error::at(Code::ConfigInvalid, at)
}
