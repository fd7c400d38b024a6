//! The authorization response: the parameters with which the provider sends the user back.

use alloc::{string::String, vec::Vec};

use crate::{
    error::{Code, Error},
    json::{Map, Value},
    oauth::{Failure, OauthError, discovery::Metadata, form},
    text,
    time::UnixSeconds,
};

use super::Transaction;

/// An authorization response that was read but not checked. It holds the code, so it has no `Debug`.
#[derive(Clone)]
pub struct Callback {
    state: String,
    code: Option<String>,
    issuer: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
    error_uri: Option<String>,
    repeats: bool,
}

/// Parameters of a response, which are taken out of the address bar afterwards.
///
/// `session_state` comes from [OpenID Connect Session Management §3](https://openid.net/specs/openid-connect-session-1_0.html#CreatingUpdatingSessions).
const PARAMETERS: [&str; 8] =
    ["code", "state", "iss", "error", "error_description", "error_uri", "session_state", "scope"];

impl Callback {
    /// Reads the query of an address (without `?`). `None`: it is no authorization response, since
    /// `state` is missing or both `code` and `error` are.
    #[must_use]
    pub fn read(query: &str) -> Option<Self> {
        let pairs = form::decode(query);
        let count = |name: &str| pairs.iter().filter(|(key, _)| key == name).count();
        let take = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        let callback = Self {
            state: take("state")?,
            code: take("code"),
            issuer: take("iss"),
            error: take("error"),
            error_description: take("error_description"),
            error_uri: take("error_uri"),
            repeats: PARAMETERS.into_iter().any(|name| count(name) > 1),
        };
        (callback.code.is_some() || callback.error.is_some()).then_some(callback)
    }

    /// Takes the response from the claims of a token that the provider has signed
    /// ([`jarm`](crate::oauth::jarm)). `None`: it is none, or a parameter is no text.
    #[must_use]
    pub fn from_claims(claims: &Map) -> Option<Self> {
        if PARAMETERS.iter().any(|name| claims.get(name).is_some_and(|value| !value.is_string())) {
            return None;
        }
        let take = |name| claims.get(name).and_then(Value::as_str).map(String::from);
        let callback = Self {
            state: take("state")?,
            code: take("code"),
            issuer: take("iss"),
            error: take("error"),
            error_description: take("error_description"),
            error_uri: take("error_uri"),
            repeats: false,
        };
        (callback.code.is_some() || callback.error.is_some()).then_some(callback)
    }

    /// The state, which names the transaction.
    #[must_use]
    pub fn state(&self) -> &str {
        &self.state
    }

    /// The query without the parameters of the response: what belongs to the application.
    #[must_use]
    pub fn rest_of(query: &str) -> String {
        // Piece by piece, so that what belongs to the application keeps its spelling.
        let foreign = |piece: &&str| match form::decode(piece).first() {
            Some((name, _)) => !PARAMETERS.contains(&name.as_str()),
            None => !piece.is_empty(),
        };
        text::join(&text::split(query, "&").filter(foreign).collect::<Vec<_>>(), "&")
    }

    /// Checks what can be checked before the provider's metadata is there, so that an expired or
    /// mixed-up answer costs no request.
    ///
    /// # Errors
    /// `callback_invalid`: a repeated parameter, or the state of another transaction.
    /// `callback_expired`: the sign-in took longer than [`Transaction::LIFETIME`].
    /// `callback_issuer_mismatch`: `iss` names another issuer than the user was sent to
    /// ([RFC 9207 §2.4](https://www.rfc-editor.org/rfc/rfc9207#section-2.4)).
    pub fn check(&self, transaction: &Transaction, now: UnixSeconds) -> Result<(), Error> {
        if self.repeats || self.state != transaction.state {
            return Err(Error::at(Code::CallbackInvalid, "state"));
        }
        if transaction.is_expired(now) {
            return Err(Code::CallbackExpired.into());
        }
        match &self.issuer {
            Some(issuer) if *issuer != transaction.issuer => {
                Err(Error::at(Code::CallbackIssuerMismatch, "iss"))
            }
            _ => Ok(()),
        }
    }

    /// Gives the authorization code out, once [`check`](Self::check) has passed.
    ///
    /// # Errors
    /// `callback_issuer_mismatch`: the provider says that it always sends `iss`, and there is none.
    /// The provider's error: see [`OauthError::code`]. `callback_invalid`: an empty code.
    pub fn code(&self, metadata: &Metadata) -> Result<&str, Failure> {
        if self.issuer.is_none() && metadata.names_issuer_in_responses {
            return Err(Error::at(Code::CallbackIssuerMismatch, "iss").into());
        }
        if let Some(error) = &self.error {
            let texts = (self.error_description.as_deref(), self.error_uri.as_deref());
            let oauth = OauthError::read(error, texts.0, texts.1);
            return Err(oauth.map_or_else(|| Error::at(Code::CallbackInvalid, "error").into(), Failure::from));
        }
        let code = self.code.as_deref().filter(|code| !code.is_empty());
        code.ok_or_else(|| Error::at(Code::CallbackInvalid, "code").into())
    }
}
