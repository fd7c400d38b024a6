//! An issuer whose tokens are accepted.

use alloc::{string::String, vec::Vec};

use serde::Deserialize;

use super::{
    invalid,
    keys::{self, KeySource},
};
use crate::{
    error::Error,
    http::Reach,
    jose::Algorithm,
    jwt::{Policy, Rules, TokenType},
    time::Seconds,
};

/// An issuer whose tokens are accepted.
#[derive(Debug)]
pub struct Issuer {
    /// What its tokens must satisfy.
    pub policy: Policy,
    /// Where its keys come from.
    pub keys: KeySource,
}

/// An issuer as the configuration writes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    issuer: String,
    audience: Audience,
    algorithms: Vec<Algorithm>,
    jwks_uri: Option<String>,
    secret_binding: Option<String>,
    #[serde(default)]
    token_type: TokenType,
    clock_tolerance_seconds: Option<Seconds>,
    max_token_age_seconds: Option<Seconds>,
    require_expiration: Option<bool>,
}

/// One audience or several.
#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

impl From<Audience> for Vec<String> {
    fn from(audience: Audience) -> Self {
        match audience {
            Audience::One(one) => Self::from([one]),
            Audience::Many(many) => many,
        }
    }
}

/// Checks the list: at least one, each once.
pub(super) fn check_all(documents: Vec<Document>, reach: Reach) -> Result<Vec<Issuer>, Error> {
    let issuers =
        documents.into_iter().map(|document| document.check(reach)).collect::<Result<Vec<_>, _>>()?;
    let repeated = |(at, issuer): (usize, &Issuer)| {
        issuers.iter().skip(at + 1).any(|other| other.policy.issuer == issuer.policy.issuer)
    };
    if issuers.is_empty() || issuers.iter().enumerate().any(repeated) {
        return Err(invalid("issuers"));
    }
    Ok(issuers)
}

impl Document {
    fn check(self, reach: Reach) -> Result<Issuer, Error> {
        let rules = Rules {
            token_type: self.token_type,
            clock_tolerance: self.clock_tolerance_seconds,
            max_token_age: self.max_token_age_seconds,
            require_expiration: self.require_expiration,
        };
        let policy = Policy::new(self.issuer, self.audience.into(), self.algorithms)?.with_rules(rules)?;
        let source = keys::Settings { jwks_uri: self.jwks_uri, secret_binding: self.secret_binding };
        let keys = source.check(&policy, reach)?;
        Ok(Issuer { policy, keys })
    }
}
