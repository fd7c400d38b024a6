//! What a route asks of a request, and whether an identity has it.

mod check;

use alloc::{string::String, vec::Vec};

use serde::Deserialize;

use crate::{
    error::{Code, Error},
    gateway::{claim::ClaimRule, credential::Kind, identity::Identity, revocation::Mode},
    time::{Seconds, UnixSeconds},
};

/// Whether a route asks for a credential.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CredentialRule {
    /// Without a valid one the request is turned away.
    #[default]
    Required,
    /// Without one the request passes without identity; with one it must be valid, for a request
    /// that tried to be somebody is never taken for nobody.
    Optional,
    /// The request passes without identity, whatever it carries.
    None,
    /// The request must carry none.
    Forbidden,
}

/// What a route asks for. The default asks for a valid credential of whatever kind, and no more.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Requirements {
    /// Whether a credential is asked for.
    pub credential: CredentialRule,
    /// The kinds of credentials, in the order in which they are looked for; empty for every kind.
    pub kinds: Vec<Kind>,
    /// The issuers that count here; empty for every one that is configured.
    pub issuers: Vec<String>,
    /// Scopes.
    pub scopes: Wanted,
    /// Permissions.
    pub permissions: Wanted,
    /// Roles.
    pub roles: Wanted,
    /// Claims.
    pub claims: Vec<ClaimRule>,
    /// How long ago the user may have signed in (`auth_time`).
    pub max_authentication_age: Option<Seconds>,
    /// Authentication contexts (`acr`), one of which is needed; empty for any.
    pub acr: Vec<String>,
    /// Authentication methods (`amr`), all of which are needed.
    pub amr: Vec<String>,
    /// What it asks of the list of revocations.
    pub revocation: Mode,
}

/// Words that an identity must have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// All of these.
    pub all: Vec<String>,
    /// At least one of these, unless there are none.
    pub any: Vec<String>,
}

impl Wanted {
    /// Whether `own` has them.
    #[must_use]
    pub fn met_by(&self, own: &[String]) -> bool {
        let all = self.all.iter().all(|word| own.contains(word));
        all && (self.any.is_empty() || self.any.iter().any(|word| own.contains(word)))
    }

    /// Whether nothing is wanted.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.all.is_empty() && self.any.is_empty()
    }
}

/// Why a request is turned away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denial {
    /// The reason.
    pub error: Error,
    /// What would help, for the challenge.
    pub missing: Missing,
}

/// What a credential lacks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Missing {
    /// Nothing that a challenge could name.
    #[default]
    Unsaid,
    /// These scopes, separated by spaces.
    Scope(String),
    /// A fresher or stronger sign-in.
    Authentication {
        /// The contexts that count, separated by spaces.
        acr_values: String,
        /// How long ago it may have been.
        max_age: Option<Seconds>,
    },
}

impl<E: Into<Error>> From<E> for Denial {
    fn from(error: E) -> Self {
        Self { error: error.into(), missing: Missing::Unsaid }
    }
}

impl Requirements {
    /// Decides about a verified identity.
    ///
    /// # Errors
    /// `issuer_not_allowed`, `insufficient_scope`, `insufficient_permission`, `insufficient_role`,
    /// `claim_not_allowed`, `authentication_insufficient`.
    pub fn decide(&self, identity: &Identity, now: UnixSeconds) -> Result<(), Denial> {
        if !self.issuers.is_empty() && !self.issuers.contains(&identity.issuer) {
            return Err(Code::IssuerNotAllowed.into());
        }
        self.check_authentication(identity, now)?;
        if !self.scopes.met_by(&identity.scopes) {
            return Err(self.scope_missing());
        }
        if !self.permissions.met_by(&identity.permissions) {
            return Err(Code::InsufficientPermission.into());
        }
        if !self.roles.met_by(&identity.roles) {
            return Err(Code::InsufficientRole.into());
        }
        if self.claims.iter().all(|rule| rule.is_kept(identity.claims())) {
            Ok(())
        } else {
            Err(Code::ClaimNotAllowed.into())
        }
    }

    /// Source: [RFC 9470 §3](https://www.rfc-editor.org/rfc/rfc9470#section-3)
    fn check_authentication(&self, identity: &Identity, now: UnixSeconds) -> Result<(), Denial> {
        let fresh = self
            .max_authentication_age
            .is_none_or(|age| identity.authenticated_at.is_some_and(|at| now.since(at) <= age));
        let context = self.acr.is_empty() || identity.acr.as_ref().is_some_and(|acr| self.acr.contains(acr));
        let methods = self.amr.iter().all(|method| identity.amr.contains(method));
        if fresh && context && methods {
            return Ok(());
        }
        let missing = Missing::Authentication {
            acr_values: self.acr.iter().map(String::as_str).collect::<Vec<_>>().join(" "),
            max_age: self.max_authentication_age,
        };
        Err(Denial { error: Code::AuthenticationInsufficient.into(), missing })
    }

    fn scope_missing(&self) -> Denial {
        let named: Vec<&str> = self.scopes.all.iter().chain(&self.scopes.any).map(String::as_str).collect();
        Denial { error: Code::InsufficientScope.into(), missing: Missing::Scope(named.join(" ")) }
    }
}

#[cfg(test)]
mod tests;
