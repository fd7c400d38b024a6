//! An issuer whose tokens are accepted.

use alloc::{string::String, vec::Vec};

use serde::Deserialize;

use super::{
    invalid,
    keys::{self, KeySource},
    route::ClaimDocument,
};
use crate::{
    error::Error,
    gateway::{
        claim::{ClaimPath, ClaimRule},
        identity::Mapping,
    },
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
    /// Where it writes what has no standard claim.
    pub mapping: Mapping,
    /// What its claims must be on every route; a token that breaks one is no user's token.
    pub claims: Vec<ClaimRule>,
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
    subject_claim: Option<String>,
    session_claim: Option<String>,
    roles_claim: Option<String>,
    permissions_claim: Option<String>,
    acr_claim: Option<String>,
    #[serde(default)]
    claims: Vec<ClaimDocument>,
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
        let standard = Mapping::default();
        let mapping = Mapping {
            subject: place(self.subject_claim.as_deref(), standard.subject)?,
            session_id: place(self.session_claim.as_deref(), standard.session_id)?,
            roles: place(self.roles_claim.as_deref(), standard.roles)?,
            permissions: place(self.permissions_claim.as_deref(), standard.permissions)?,
            acr: place(self.acr_claim.as_deref(), standard.acr)?,
            subject_separator: None,
        };
        let policy = Policy::new(self.issuer, self.audience.into(), self.algorithms)?.with_rules(rules)?;
        let source = keys::Settings { jwks_uri: self.jwks_uri, secret_binding: self.secret_binding };
        let keys = source.check(&policy, reach)?;
        let claims = self.claims.into_iter().map(ClaimDocument::check).collect::<Result<_, _>>()?;
        Ok(Issuer { policy, keys, mapping, claims })
    }
}

fn place(configured: Option<&str>, standard: ClaimPath) -> Result<ClaimPath, Error> {
    configured.map_or(Ok(standard), ClaimPath::parse)
}
