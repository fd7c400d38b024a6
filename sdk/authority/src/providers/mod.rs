//! The providers that users come from: as the operator configured them, and how this authority speaks with them as
//! their client. What each of them does differently is core's ([`edgeward_core::oauth::providers`]).

mod apple;
mod documents;
mod exchange;
mod identity;
#[cfg(test)]
pub mod scripted;
mod settings;
pub mod transactions;

use edgeward_core::{
    Code,
    error::Recovery,
    http::{Request, Response},
    oauth::{self, discovery::Issuer, providers},
    secret::Secret,
};

pub use exchange::Lasting;
pub use identity::{Identity, of_token};
pub use settings::{Document, checked, is_scope};

use crate::{Authority, failure::Failure};
use documents::Documents;

/// A provider as it is configured. It holds the client's secret, so it has no `Debug`.
pub struct Provider {
    /// Its name in the settings, in addresses and in what is kept.
    pub name: String,
    /// What it does differently.
    pub kind: &'static providers::Provider,
    /// What this authority is called there.
    pub client_id: String,
    /// The scope of a sign-in, separated by spaces.
    pub scope: String,
    /// The scopes that a connection may ask for; `None` for whatever has the form of one.
    pub connection_scopes: Option<Vec<String>>,
    /// Whether the browser posts the answer of a sign-in from the provider's own page, so that cookies have to come along
    /// from another site.
    pub posts_callback: bool,
    credential: Credential,
    issuer: Issuer,
    documents: Documents,
}

/// How this authority shows who it is.
enum Credential {
    /// Not at all: a public client.
    None,
    /// With a secret.
    Secret(Secret),
    /// With a token that it signs each time.
    Signed { team: String, key: String, jwk: Secret },
}

/// The provider of this name.
///
/// # Errors
/// `provider_not_configured`
pub fn named<'a>(authority: &'a Authority, name: &str) -> Result<&'a Provider, Failure> {
    let found = authority.settings.providers.iter().find(|provider| provider.name == name);
    found.ok_or(Code::ProviderNotConfigured.into())
}

impl Provider {
    /// Whether every scope of `wanted` was granted, by itself or with a larger one.
    #[must_use]
    pub fn covers(&self, granted: &str, wanted: &str) -> bool {
        self.kind.covers(granted, wanted)
    }

    /// Sends a request to the provider. Some of them turn away who does not say what it is.
    async fn send(&self, authority: &Authority, mut request: Request) -> Result<Response, oauth::Failure> {
        request.headers.push(("user-agent", "edgeward".into()));
        Ok(authority.platform.fetch(&request).await?)
    }

    /// The failure of an exchange as callers get it; its particulars are for the operator.
    pub fn failed(&self, authority: &Authority, what: &str, failure: &oauth::Failure) -> Failure {
        let named = failure.oauth.as_ref().map_or("", |oauth| oauth.error.as_str());
        let (code, at) = (failure.error.code.as_str(), failure.error.at);
        authority.platform.log(&format!("provider {}: {what}: {code} {at} {named}", self.name));
        match failure.error.code.recovery() {
            Recovery::Retry => Failure { retry_after: failure.retry_after, ..failure.error.code.into() },
            Recovery::SignIn | Recovery::Change => Code::OauthProviderError.into(),
        }
    }
}
