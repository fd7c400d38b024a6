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
    /// What `aud` must contain one of.
    pub audiences: Vec<String>,
    /// What `alg` must be one of.
    pub algorithms: Vec<Algorithm>,
    /// What `typ` must be.
    pub token_type: TokenType,
    /// Whether `exp` must be there.
    pub expiration: Expiration,
    /// How long after `iat` a token is accepted; `iat` is then required.
    pub max_age: Option<Seconds>,
    /// How far the issuer's clock and this one may differ.
    pub tolerance: Tolerance,
}

/// What the header member `typ` must be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub enum TokenType {
    /// Anything, or nothing.
    #[default]
    #[serde(rename = "any")]
    Any,
    /// Absent or `JWT`.
    #[serde(rename = "JWT")]
    Jwt,
    /// `at+jwt`, as [RFC 9068 §2.1](https://www.rfc-editor.org/rfc/rfc9068#section-2.1) prescribes.
    #[serde(rename = "at+jwt")]
    AccessToken,
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

/// Whether `exp` must be there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Expiration {
    /// A token without `exp` is refused.
    #[default]
    Required,
    /// A token without `exp` never expires.
    Optional,
}

/// The rules of a [`Policy`] that have defaults, as configurations leave them out.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rules {
    /// What `typ` must be.
    pub token_type: TokenType,
    /// How far the two clocks may differ.
    pub clock_tolerance: Option<Seconds>,
    /// How long after `iat` a token is accepted.
    pub max_token_age: Option<Seconds>,
    /// Whether `exp` must be there.
    pub require_expiration: Option<bool>,
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
    /// key pairs, which is how a public key comes to be used as a secret.
    pub fn new(issuer: String, audiences: Vec<String>, algorithms: Vec<Algorithm>) -> Result<Self, Error> {
        let at = |at| Err(Error::at(Code::ConfigInvalid, at));
        if issuer.is_empty() {
            return at("issuer");
        }
        if audiences.is_empty() || audiences.iter().any(String::is_empty) {
            return at("audience");
        }
        let symmetric = algorithms.iter().filter(|alg| alg.is_symmetric()).count();
        if algorithms.is_empty() || (symmetric != 0 && symmetric != algorithms.len()) {
            return at("algorithms");
        }
        Ok(Self {
            issuer,
            audiences,
            algorithms,
            token_type: TokenType::default(),
            expiration: Expiration::default(),
            max_age: None,
            tolerance: Tolerance::default(),
        })
    }

    /// The same policy with these rules.
    ///
    /// # Errors
    /// `config_invalid` at `clock_tolerance_seconds`: more than 300 seconds.
    pub fn with_rules(self, rules: Rules) -> Result<Self, Error> {
        Ok(Self {
            token_type: rules.token_type,
            tolerance: rules.clock_tolerance.map(Tolerance::new).transpose()?.unwrap_or_default(),
            max_age: rules.max_token_age,
            expiration: match rules.require_expiration {
                Some(false) => Expiration::Optional,
                Some(true) | None => Expiration::Required,
            },
            ..self
        })
    }
}
