//! An issuer whose tokens are accepted.

use edgeward_core::{
    error::Error,
    gateway::{
        claim::{ClaimPath, ClaimRule},
        identity::Mapping,
    },
    http::Reach,
    jose::Algorithm,
    jwt::{Policy, Profile, Rules, TokenType},
    time::Seconds,
};
use serde::Deserialize;
use serde_json::Value;

use crate::{
    decryption::{self, Decryption},
    invalid,
    keys::{self, KeySource},
    preset::Preset,
    route::ClaimDocument,
};

/// An issuer whose tokens are accepted.
#[derive(Debug)]
pub struct Issuer {
    /// What its tokens must satisfy.
    pub policy: Policy,
    /// Where its keys come from.
    pub keys: KeySource,
    /// How its encrypted tokens are opened; none is accepted if it is not said.
    pub decryption: Option<Decryption>,
    /// Where it writes what has no standard claim.
    pub mapping: Mapping,
    /// What its claims must be on every route; a token that breaks one is no user's token.
    pub claims: Vec<ClaimRule>,
    /// The header in which its own proxy sends its tokens, in lower case.
    pub header: Option<&'static str>,
}

/// An issuer as the configuration writes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Document {
    pub issuer: String,
    pub preset: Option<Preset>,
    pub audience: Option<Audience>,
    pub algorithms: Option<Vec<Algorithm>>,
    pub jwks_uri: Option<String>,
    pub jwks: Option<Value>,
    pub pinned_keys: Option<Vec<String>>,
    pub secret_binding: Option<String>,
    pub secret_bindings: Option<Vec<String>>,
    pub token_type: Option<TokenType>,
    pub clock_tolerance_seconds: Option<Seconds>,
    pub max_token_age_seconds: Option<Seconds>,
    pub max_token_lifetime_seconds: Option<Seconds>,
    pub require_expiration: Option<bool>,
    pub authorized_parties: Option<Vec<String>>,
    #[serde(default)]
    pub required_claims: Vec<String>,
    #[serde(default)]
    pub profile: Profile,
    pub issuer_trailing_slash: Option<bool>,
    pub decryption: Option<decryption::Document>,
    pub subject_claim: Option<String>,
    pub session_claim: Option<String>,
    pub roles_claim: Option<String>,
    pub permissions_claim: Option<String>,
    pub acr_claim: Option<String>,
    #[serde(default)]
    pub claims: Vec<ClaimDocument>,
}

/// One audience or several.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Audience {
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

/// Checks the list: each stands once.
pub(crate) fn check_all(documents: Vec<Document>, reach: Reach) -> Result<Vec<Issuer>, Error> {
    let issuers =
        documents.into_iter().map(|document| document.check(reach)).collect::<Result<Vec<_>, _>>()?;
    let repeated = |(at, issuer): (usize, &Issuer)| {
        let policy = &issuer.policy;
        issuers
            .iter()
            .skip(at + 1)
            .any(|other| other.policy.is_issuer(&policy.issuer) || policy.is_issuer(&other.policy.issuer))
    };
    if issuers.iter().enumerate().any(repeated) {
        return Err(invalid("issuers"));
    }
    Ok(issuers)
}

impl Document {
    /// Whether HMAC secrets verify the tokens.
    pub const fn has_secret(&self) -> bool {
        self.secret_binding.is_some() || self.secret_bindings.is_some()
    }

    fn check(self, reach: Reach) -> Result<Issuer, Error> {
        match self.preset {
            Some(preset) => preset.complete(self).read(reach),
            None => self.read(reach),
        }
    }

    fn read(self, reach: Reach) -> Result<Issuer, Error> {
        let rules = Rules {
            token_type: self.token_type.unwrap_or_default(),
            clock_tolerance: self.clock_tolerance_seconds,
            max_token_age: self.max_token_age_seconds,
            max_token_lifetime: self.max_token_lifetime_seconds,
            require_expiration: self.require_expiration,
            authorized_parties: self.authorized_parties.clone(),
            required_claims: self.required_claims,
            profile: self.profile,
            issuer_trailing_slash: self.issuer_trailing_slash,
        };
        let standard = Mapping::default();
        let mapping = Mapping {
            subject: place(self.subject_claim.as_deref(), standard.subject)?,
            session_id: place(self.session_claim.as_deref(), standard.session_id)?,
            roles: place(self.roles_claim.as_deref(), standard.roles)?,
            permissions: place(self.permissions_claim.as_deref(), standard.permissions)?,
            acr: place(self.acr_claim.as_deref(), standard.acr)?,
            subject_separator: self.preset.and_then(Preset::subject_separator),
        };
        let algorithms = self.algorithms.unwrap_or_default();
        // Who the token is for is said by its audience, or else by its authorized party.
        let policy = match (self.audience, self.authorized_parties) {
            (None, Some(parties)) => Policy::for_parties(self.issuer, parties, algorithms),
            (audience, _) => {
                Policy::new(self.issuer, audience.map(Into::into).unwrap_or_default(), algorithms)
            }
        }?
        .with_rules(rules)?;
        let source = keys::Settings {
            jwks_uri: self.jwks_uri,
            jwks: self.jwks,
            pinned_keys: self.pinned_keys,
            secret_binding: self.secret_binding,
            secret_bindings: self.secret_bindings,
        };
        let keys = source.check(&policy, reach)?;
        let decryption = self.decryption.map(decryption::Document::check).transpose()?;
        let claims = self.claims.into_iter().map(ClaimDocument::check).collect::<Result<_, _>>()?;
        Ok(Issuer { policy, keys, decryption, mapping, claims, header: self.preset.and_then(Preset::header) })
    }
}

fn place(configured: Option<&str>, standard: ClaimPath) -> Result<ClaimPath, Error> {
    configured.map_or(Ok(standard), ClaimPath::parse)
}
