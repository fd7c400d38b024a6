//! Refusals in the words of OAuth.
//!
//! Source: [RFC 6749 §5.2](https://www.rfc-editor.org/rfc/rfc6749#section-5.2) and the registry of
//! [OAuth extensions errors](https://www.iana.org/assignments/oauth-parameters).

use edgeward_core::{
    Code, Error,
    json::{Value, object},
    time::Seconds,
};

use crate::{Failure, http::Outgoing};

macro_rules! words {
    ($($variant:ident = $word:literal, $status:literal;)+) => {
        /// Why a request is refused, as a word on the wire.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Word { $(#[doc = $word] $variant,)+ }

        impl Word {
            /// The word.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// The status of an answer that says it.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $(Self::$variant => $status,)+ }
            }
        }
    };
}

words! {
    AccessDenied = "access_denied", 400;
    AuthorizationPending = "authorization_pending", 400;
    ConsentRequired = "consent_required", 400;
    ExpiredToken = "expired_token", 400;
    InsufficientScope = "insufficient_scope", 403;
    InvalidClient = "invalid_client", 401;
    InvalidClientMetadata = "invalid_client_metadata", 400;
    InvalidDpopProof = "invalid_dpop_proof", 400;
    InvalidGrant = "invalid_grant", 400;
    InvalidRedirectUri = "invalid_redirect_uri", 400;
    InvalidRequest = "invalid_request", 400;
    InvalidRequestUri = "invalid_request_uri", 400;
    InvalidScope = "invalid_scope", 400;
    InvalidTarget = "invalid_target", 400;
    InvalidToken = "invalid_token", 401;
    LoginRequired = "login_required", 400;
    RequestNotSupported = "request_not_supported", 400;
    ServerError = "server_error", 500;
    SlowDown = "slow_down", 400;
    TemporarilyUnavailable = "temporarily_unavailable", 503;
    UnauthorizedClient = "unauthorized_client", 400;
    UnsupportedGrantType = "unsupported_grant_type", 400;
    UnsupportedResponseType = "unsupported_response_type", 400;
    UnsupportedTokenType = "unsupported_token_type", 400;
    UseDpopNonce = "use_dpop_nonce", 400;
}

/// A refusal: the word, a sentence for the developer of the client, and what else the answer says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The word.
    pub word: Word,
    /// The sentence, which holds nothing that came from outside.
    pub why: &'static str,
    /// When the same request may succeed.
    pub retry_after: Option<Seconds>,
    /// Whether the client tried to authenticate with the header `Authorization`.
    pub by_header: bool,
}

impl Refusal {
    /// A refusal.
    #[must_use]
    pub const fn new(word: Word, why: &'static str) -> Self {
        Self { word, why, retry_after: None, by_header: false }
    }

    /// A request that is not well-formed.
    #[must_use]
    pub const fn request(why: &'static str) -> Self {
        Self::new(Word::InvalidRequest, why)
    }

    /// The members of an answer.
    #[must_use]
    pub fn to_value(&self) -> Value {
        object(vec![("error", self.word.as_str().into()), ("error_description", self.why.into())])
    }

    /// The refusal as an answer in JSON.
    #[must_use]
    pub fn answer(&self) -> Outgoing {
        let answer = Outgoing::json(self.word.status(), self.to_value().to_text());
        let answer = match self.retry_after {
            Some(wait) => answer.with("retry-after", wait.0.to_string()),
            None => answer,
        };
        match self.word {
            // RFC 6749 §5.2: with the scheme that the client used.
            Word::InvalidClient => answer.with("www-authenticate", "Basic realm=\"edgeward\""),
            _ => answer,
        }
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        let (word, why) = match failure.code {
            Code::StoreUnavailable
            | Code::NetworkFailed
            | Code::NetworkTimeout
            | Code::DpopReplaysUnavailable => (Word::TemporarilyUnavailable, "try again later"),
            Code::DpopNonceRequired => (Word::UseDpopNonce, "the proof lacks the nonce of this server"),
            Code::UserBanned => (Word::InvalidGrant, "the user is banned"),
            _ if failure.code.status() >= 500 => (Word::ServerError, "something failed here"),
            _ => (Word::InvalidRequest, failure.code.message()),
        };
        Self { retry_after: failure.retry_after, ..Self::new(word, why) }
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Failure::from(error).into()
    }
}

impl From<crate::store::Refused> for Refusal {
    fn from(refused: crate::store::Refused) -> Self {
        Failure::from(refused).into()
    }
}
