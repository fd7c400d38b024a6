//! The authorization request, what is kept until its answer comes, and the check of that answer.
//!
//! Source: [RFC 6749 §4.1.1 and §4.1.2](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.1),
//! [RFC 9207](https://www.rfc-editor.org/rfc/rfc9207),
//! [OpenID Connect Core §3.1.2](https://openid.net/specs/openid-connect-core-1_0.html#AuthorizationEndpoint).

mod callback;
mod transaction;

use alloc::{string::String, vec::Vec};

pub use callback::Callback;
pub use transaction::{Target, Transaction, is_state};

use crate::{
    error::{Code, Error},
    oauth::{discovery::Metadata, form},
    time::Seconds,
};

/// What the caller of a sign-in may ask of the provider.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// `prompt`, such as `login` or `select_account`.
    pub prompt: Option<String>,
    /// `login_hint`: whom the provider should expect.
    pub login_hint: Option<String>,
    /// `max_age`: how long ago the user may have signed in at the provider.
    pub max_age: Option<Seconds>,
    /// Further parameters, which may not be one of those that protect the flow: for example
    /// `authorization_details` ([RFC 9396 §3](https://www.rfc-editor.org/rfc/rfc9396#section-3)), a
    /// JSON text, or `dpop_jkt`.
    pub extra: Vec<(String, String)>,
}

/// The address to send the user to.
///
/// # Errors
/// `discovery_invalid`: the provider has no authorization endpoint. `invalid_parameters` at
/// `extraParameters`: one of them is set by the flow itself.
pub fn url(
    metadata: &Metadata,
    client_id: &str,
    start: &Transaction,
    wishes: &Wishes,
) -> Result<String, Error> {
    Parameters::new(client_id, start, wishes, start.verifier.challenge())?.url(metadata)
}

/// The parameters of an authorization request, whichever way it takes: in the address, pushed
/// ([`par`](crate::oauth::par)), or signed ([`jar`](crate::oauth::jar)).
pub struct Parameters<'a> {
    client_id: &'a str,
    start: &'a Transaction,
    wishes: &'a Wishes,
    challenge: String,
    max_age: Option<String>,
}

impl<'a> Parameters<'a> {
    /// The parameters of a sign-in that begins. `challenge` is that of its verifier, whoever has hashed it: see
    /// [`Verifier::challenge`](crate::oauth::pkce::Verifier::challenge).
    ///
    /// # Errors
    /// `invalid_parameters` at `extraParameters`: one of them is set by the flow itself.
    pub fn new(
        client_id: &'a str,
        start: &'a Transaction,
        wishes: &'a Wishes,
        challenge: String,
    ) -> Result<Self, Error> {
        // A server may want its answer posted (Apple does) or sign it; a fragment is not read here.
        let is_read = |mode: &str| mode == "form_post" || mode.ends_with("jwt") && mode != "fragment.jwt";
        let own = |(name, value): &(String, String)| {
            OWN_PARAMETERS.contains(&name.as_str()) && (name != "response_mode" || !is_read(value))
        };
        if wishes.extra.iter().any(own) {
            return Err(Error::at(Code::InvalidParameters, "extraParameters"));
        }
        let max_age = wishes.max_age.map(|age| form::decimal(age.0));
        Ok(Self { client_id, start, wishes, challenge, max_age })
    }

    /// The address that has them.
    ///
    /// # Errors
    /// `discovery_invalid`: the provider has no authorization endpoint.
    pub fn url(&self, metadata: &Metadata) -> Result<String, Error> {
        Ok(form::with_query(metadata.authorization_endpoint()?, &self.pairs()))
    }

    /// Names and values.
    #[must_use]
    pub fn pairs(&self) -> Vec<(&str, &str)> {
        let Self { start, wishes, .. } = self;
        let mut pairs = Vec::from([
            ("client_id", self.client_id),
            ("response_type", "code"),
            ("redirect_uri", &start.redirect_uri),
            ("scope", &start.scope),
            ("state", &start.state),
            ("nonce", &start.nonce),
            ("code_challenge", &self.challenge),
            ("code_challenge_method", "S256"),
        ]);
        pairs.extend(start.resources.iter().map(|resource| ("resource", resource.as_str())));
        pairs.extend(wishes.prompt.as_deref().map(|value| ("prompt", value)));
        pairs.extend(wishes.login_hint.as_deref().map(|value| ("login_hint", value)));
        pairs.extend(self.max_age.as_deref().map(|value| ("max_age", value)));
        pairs.extend(wishes.extra.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        pairs
    }
}

/// Parameters that the flow sets; a second value of any of them would be an attack or a mistake.
const OWN_PARAMETERS: [&str; 16] = [
    "client_id",
    "response_type",
    "response_mode",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "resource",
    "prompt",
    "login_hint",
    "max_age",
    "request",
    "request_uri",
    "client_secret",
];

#[cfg(test)]
mod tests;
