//! What a route asks for, as the configuration writes it.

use edgeward_core::{
    error::Error,
    gateway::{
        claim::{ClaimPath, ClaimRule, Expected},
        credential::{Kind, Sources},
        policy::{CredentialRule, Requirements, Wanted},
        revocation::Mode,
        route::Route,
    },
    json,
    time::Seconds,
};
use serde::Deserialize;
use serde_json::Value;

use crate::invalid;

/// A route as the configuration writes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Document {
    path: String,
    #[serde(default)]
    credential: CredentialRule,
    #[serde(default)]
    credentials: Vec<Kind>,
    #[serde(default)]
    issuers: Vec<String>,
    #[serde(default)]
    scopes: Vec<String>,
    #[serde(default)]
    any_scope: Vec<String>,
    #[serde(default)]
    permissions: Vec<String>,
    #[serde(default)]
    any_permission: Vec<String>,
    #[serde(default)]
    roles: Vec<String>,
    #[serde(default)]
    any_role: Vec<String>,
    #[serde(default)]
    claims: Vec<ClaimDocument>,
    max_authentication_age_seconds: Option<Seconds>,
    #[serde(default)]
    acr: Vec<String>,
    #[serde(default)]
    amr: Vec<String>,
    revocation: Option<Mode>,
}

/// A claim's rule: exactly one of the three must stand beside its name.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClaimDocument {
    pub claim: String,
    equals: Option<Value>,
    one_of: Option<Vec<Value>>,
    contains: Option<Value>,
}

impl Document {
    /// `revocation` is what a route asks of the revocations that does not say so, if there are any.
    pub fn check(
        self,
        issuers: &[String],
        sources: &Sources,
        revocation: Option<Mode>,
    ) -> Result<Route, Error> {
        if revocation.is_none() && self.revocation.is_some_and(Mode::is_on) {
            return Err(invalid("routes.revocation"));
        }
        let knows_nobody = matches!(self.credential, CredentialRule::None | CredentialRule::Forbidden);
        let usual = revocation.filter(|_| !knows_nobody).unwrap_or_default();
        let requirements = Requirements {
            credential: self.credential,
            kinds: self.credentials,
            issuers: self.issuers,
            scopes: Wanted { all: self.scopes, any: self.any_scope },
            permissions: Wanted { all: self.permissions, any: self.any_permission },
            roles: Wanted { all: self.roles, any: self.any_role },
            claims: self.claims.into_iter().map(ClaimDocument::check).collect::<Result<_, _>>()?,
            max_authentication_age: self.max_authentication_age_seconds,
            acr: self.acr,
            amr: self.amr,
            revocation: self.revocation.unwrap_or(usual),
        };
        requirements.check(issuers, sources)?;
        Route::new(&self.path, requirements)
    }
}

impl ClaimDocument {
    /// The rule that a claim equals a value.
    pub const fn equals(claim: String, value: Value) -> Self {
        Self { claim, equals: Some(value), one_of: None, contains: None }
    }

    pub fn check(self) -> Result<ClaimRule, Error> {
        let at = || invalid("claims");
        let value = |value: Value| {
            let text = serde_json::to_string(&value).map_err(|_| at())?;
            json::parse(text.as_bytes()).ok().filter(is_exact).ok_or_else(at)
        };
        let expected = match (self.equals, self.one_of, self.contains) {
            (Some(wanted), None, None) => Expected::Equals(value(wanted)?),
            (None, Some(list), None) if !list.is_empty() => {
                Expected::OneOf(list.into_iter().map(value).collect::<Result<_, _>>()?)
            }
            (None, None, Some(wanted)) => Expected::Contains(value(wanted)?),
            _ => return Err(at()),
        };
        Ok(ClaimRule { path: ClaimPath::parse(&self.claim)?, expected })
    }
}

/// Whether every number is told apart from its neighbours: beyond 2⁵³ two ids could pass for one.
fn is_exact(value: &json::Value) -> bool {
    const EXACT: f64 = 9_007_199_254_740_991.0;
    match value {
        json::Value::Number(number) => number.abs() <= EXACT,
        json::Value::Array(items) => items.iter().all(is_exact),
        json::Value::Object(members) => members.iter().all(|(_, value)| is_exact(value)),
        json::Value::Null | json::Value::Bool(_) | json::Value::String(_) => true,
    }
}
