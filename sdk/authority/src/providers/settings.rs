//! `providers` in the settings: names, and for each how it is reached and what this authority is called there.

use std::collections::BTreeMap;

use edgeward_core::{
    Error,
    http::Reach,
    oauth::{
        discovery::Issuer,
        providers::{self, ClientSecret},
        scope,
    },
    secret::Secret,
};
use serde::Deserialize;

use super::{Credential, Documents, Provider, apple};
use crate::settings::invalid;

/// One provider as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// Which provider it is, if its name does not say it; `generic` is any that keeps to the specifications.
    kind: Option<String>,
    /// Who a generic provider is.
    issuer: Option<String>,
    /// Whose users may sign in, at a provider with tenants; without it, everybody's.
    tenant: Option<String>,
    client_id: String,
    /// The binding of the client's secret; of Apple's, the private key as it is downloaded.
    secret_binding: Option<String>,
    /// The developer's team, at Apple.
    team_id: Option<String>,
    /// The id of the key, at Apple.
    key_id: Option<String>,
    /// How the provider sends the answer of a sign-in; by default in the address.
    response_mode: Option<ResponseMode>,
    /// What a sign-in asks for.
    scopes: Option<Vec<String>>,
    /// What connections may ask for.
    connection_scopes: Option<Vec<String>>,
}

/// How an answer comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResponseMode {
    /// In the address.
    Query,
    /// In a form that the browser posts.
    FormPost,
}

/// Checks the providers.
///
/// # Errors
/// `config_invalid` at `providers`, or at the member.
pub fn checked(
    documents: BTreeMap<String, Document>,
    secret: &dyn Fn(&str) -> Option<String>,
    reach: Reach,
) -> Result<Vec<Provider>, Error> {
    let checked = documents.into_iter().map(|(name, document)| document.check(name, secret, reach));
    checked.collect()
}

impl Document {
    fn check(
        self,
        name: String,
        secret: &dyn Fn(&str) -> Option<String>,
        reach: Reach,
    ) -> Result<Provider, Error> {
        // It becomes part of a path and of a cookie's name.
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if !(1..=32).contains(&name.len()) || !name.bytes().all(plain) {
            return Err(invalid("providers"));
        }
        let kind = self.kind(&name).ok_or(invalid("providers.kind"))?;
        let issuer = match &self.issuer {
            Some(issuer) if kind.issuer.is_empty() => Issuer::parse(issuer, reach),
            Some(_) => Err(invalid("providers.issuer")),
            None => kind.issuer(self.tenant.as_deref()),
        };
        let secret = self.secret_binding.as_deref().map(|binding| {
            secret(binding).filter(|text| !text.is_empty()).ok_or(invalid("providers.secret_binding"))
        });
        let credential = self.credential(kind.secret, secret.transpose()?)?;
        let scope = self.scopes.map(|scopes| scope_of(&scopes)).transpose()?;
        if let Some(scopes) = &self.connection_scopes {
            scope_of(scopes)?;
        }
        Ok(Provider {
            name,
            kind,
            client_id: self.client_id,
            scope: scope.unwrap_or_else(|| kind.scope.into()),
            connection_scopes: self.connection_scopes,
            posts_callback: self.response_mode == Some(ResponseMode::FormPost)
                || kind.parameters.contains(&FORM_POST),
            credential,
            issuer: issuer.map_err(|_| invalid("providers.issuer"))?,
            documents: Documents::default(),
        })
    }

    /// What it does differently: its kind says it, or its name if that is a known one.
    fn kind(&self, name: &str) -> Option<&'static providers::Provider> {
        match &self.kind {
            Some(kind) => providers::named(kind),
            None => providers::named(name).or_else(|| providers::named("generic")),
        }
    }

    fn credential(&self, wanted: ClientSecret, secret: Option<String>) -> Result<Credential, Error> {
        if self.client_id.is_empty() {
            return Err(invalid("providers.client_id"));
        }
        match (wanted, secret) {
            (ClientSecret::Registered, None) => Ok(Credential::None),
            (ClientSecret::Registered | ClientSecret::Required, Some(secret)) => {
                Ok(Credential::Secret(Secret::new(secret.into_bytes())))
            }
            (ClientSecret::Signed, Some(pem)) => Ok(Credential::Signed {
                team: self.team_id.clone().ok_or(invalid("providers.team_id"))?,
                key: self.key_id.clone().ok_or(invalid("providers.key_id"))?,
                jwk: apple::private_jwk(&pem).ok_or(invalid("providers.secret_binding"))?,
            }),
            (ClientSecret::Required | ClientSecret::Signed, None) => Err(invalid("providers.secret_binding")),
        }
    }
}

/// The parameter that has an answer posted.
pub const FORM_POST: (&str, &str) = ("response_mode", "form_post");

/// Scopes as one text.
fn scope_of(scopes: &[String]) -> Result<String, Error> {
    if scopes.iter().all(|scope| is_scope(scope)) {
        Ok(scope::normal(&scopes.join(" ")))
    } else {
        Err(invalid("providers.scopes"))
    }
}

/// Whether a text is one scope: visible ASCII without what stands between scopes.
///
/// Source: [RFC 6749 §3.3](https://www.rfc-editor.org/rfc/rfc6749#section-3.3)
#[must_use]
pub fn is_scope(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_graphic() && !matches!(b, b'"' | b'\\' | b',');
    (1..=256).contains(&text.len()) && text.bytes().all(plain)
}
