//! What a token must satisfy to be accepted.

use alloc::{string::String, vec::Vec};

use serde::{Deserialize, Serialize};

use crate::{
    error::{Code, Error},
    jose::Algorithm,
    time::Seconds,
};

/// The rules for the tokens of one issuer.
#[derive(Clone, Debug)]
pub struct Policy {
    /// What `iss` must equal.
    pub issuer: String,
    /// How `iss` is compared.
    pub issuer_match: IssuerMatch,
    /// What `aud` must contain one of. If there is none, the token must have no `aud` either, and
    /// authorized parties stand in its place.
    pub audiences: Vec<String>,
    /// What `azp`, or the `client_id` of RFC 9068, must be one of; empty for any.
    pub authorized_parties: Vec<String>,
    /// What `alg` must be one of.
    pub algorithms: Vec<Algorithm>,
    /// What `typ` must be.
    pub token_type: TokenType,
    /// Whether `exp` must be there.
    pub expiration: Expiration,
    /// How long after `iat` a token is accepted; `iat` is then required.
    pub max_age: Option<Seconds>,
    /// How long a token may live, from `iat` to `exp`; both are then required.
    pub max_lifetime: Option<Seconds>,
    /// How far the issuer's clock and this one may differ.
    pub tolerance: Tolerance,
    /// Claims that must be there.
    pub required_claims: Vec<String>,
    /// Which document says what a token is.
    pub profile: Profile,
}

/// What the header member `typ` must be.
///
/// @example
/// ```ts
/// const tokenType: TokenType = "at+jwt";
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub enum TokenType {
    /// Anything, or nothing, but for the types that say that a token is for something else.
    #[default]
    #[serde(rename = "any")]
    Any,
    /// Absent or `JWT`.
    #[serde(rename = "JWT")]
    Jwt,
    /// `at+jwt`, as [RFC 9068 §2.1](https://www.rfc-editor.org/rfc/rfc9068#section-2.1) prescribes.
    #[serde(rename = "at+jwt")]
    AccessToken,
    /// Absent, `JWT` or `logout+jwt`: a logout token, which no configuration asks for.
    #[serde(skip)]
    Logout,
}

impl TokenType {
    /// The rule of this name: `any`, `JWT` or `at+jwt`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "any" => Some(Self::Any),
            "JWT" => Some(Self::Jwt),
            "at+jwt" => Some(Self::AccessToken),
            _ => None,
        }
    }
}

/// How `iss` is compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IssuerMatch {
    /// Character by character ([RFC 7519 §4.1.1](https://www.rfc-editor.org/rfc/rfc7519#section-4.1.1)).
    #[default]
    Exactly,
    /// A slash at the end may be there or not, as Convex takes it.
    TrailingSlash,
}

/// Which document says what a token is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub enum Profile {
    /// RFC 7519: every claim is optional.
    #[default]
    #[serde(rename = "jwt")]
    Jwt,
    /// RFC 9068: the type is `at+jwt`, and `iss`, `exp`, `aud`, `sub`, `client_id`, `iat` and `jti`
    /// are there.
    #[serde(rename = "rfc9068")]
    AccessToken,
}

impl Profile {
    /// The profile of this name: `jwt` or `rfc9068`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "jwt" => Some(Self::Jwt),
            "rfc9068" => Some(Self::AccessToken),
            _ => None,
        }
    }
}

/// Whether `exp` must be there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Expiration {
    /// A token without `exp` is refused.
    #[default]
    Required,
    /// A token without `exp` never expires.
    Optional,
}

/// How far two clocks may differ: 60 seconds by default, 300 at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tolerance(Seconds);

impl Tolerance {
    /// The largest tolerance.
    pub const MAX: Seconds = Seconds(300);

    /// Takes a configured tolerance.
    ///
    /// # Errors
    /// `config_invalid`: more than 300 seconds.
    pub fn new(seconds: Seconds) -> Result<Self, Error> {
        if seconds > Self::MAX {
            return Err(Error::at(Code::ConfigInvalid, "clock_tolerance_seconds"));
        }
        Ok(Self(seconds))
    }

    /// The span.
    #[must_use]
    pub const fn seconds(self) -> Seconds {
        self.0
    }
}

impl Default for Tolerance {
    fn default() -> Self {
        Self(Seconds(60))
    }
}

impl Policy {
    /// Accepts tokens of `issuer` for one of `audiences`, signed with one of `algorithms`.
    ///
    /// # Errors
    /// `config_invalid`, at the setting: one of them is empty, or `algorithms` mixes secrets with
    /// key pairs, which is how a public key comes to be used as a secret. `algorithm_unsupported`
    /// at `algorithms`: built without the feature of one.
    pub fn new(issuer: String, audiences: Vec<String>, algorithms: Vec<Algorithm>) -> Result<Self, Error> {
        if audiences.is_empty() || audiences.iter().any(String::is_empty) {
            return Err(invalid("audience"));
        }
        Self::of(issuer, algorithms).map(|policy| Self { audiences, ..policy })
    }

    /// Accepts tokens of `issuer` without an audience, for one of these authorized parties.
    ///
    /// # Errors
    /// As [`Policy::new`], at `authorized_parties` in place of `audience`.
    pub fn for_parties(
        issuer: String,
        authorized_parties: Vec<String>,
        algorithms: Vec<Algorithm>,
    ) -> Result<Self, Error> {
        if authorized_parties.is_empty() || authorized_parties.iter().any(String::is_empty) {
            return Err(invalid("authorized_parties"));
        }
        Self::of(issuer, algorithms).map(|policy| Self { authorized_parties, ..policy })
    }

    fn of(issuer: String, algorithms: Vec<Algorithm>) -> Result<Self, Error> {
        if issuer.is_empty() {
            return Err(invalid("issuer"));
        }
        let symmetric = algorithms.iter().filter(|alg| alg.is_symmetric()).count();
        if algorithms.is_empty() || (symmetric != 0 && symmetric != algorithms.len()) {
            return Err(invalid("algorithms"));
        }
        if !algorithms.iter().all(|alg| alg.is_built_in()) {
            return Err(Error::at(Code::AlgorithmUnsupported, "algorithms"));
        }
        Ok(Self {
            issuer,
            issuer_match: IssuerMatch::default(),
            audiences: Vec::new(),
            authorized_parties: Vec::new(),
            algorithms,
            token_type: TokenType::default(),
            expiration: Expiration::default(),
            max_age: None,
            max_lifetime: None,
            tolerance: Tolerance::default(),
            required_claims: Vec::new(),
            profile: Profile::default(),
        })
    }

    /// Whether a token with this `iss` is one of the policy's issuer.
    #[must_use]
    pub fn is_issuer(&self, iss: &str) -> bool {
        match self.issuer_match {
            IssuerMatch::Exactly => iss == self.issuer,
            IssuerMatch::TrailingSlash => without_slash(iss) == without_slash(&self.issuer),
        }
    }
}

/// At most one slash is taken away.
fn without_slash(issuer: &str) -> &str {
    issuer.strip_suffix('/').unwrap_or(issuer)
}

fn invalid(at: &'static str) -> Error {
    Error::at(Code::ConfigInvalid, at)
}
