//! Who a verified subject is to the application: profile, primary organization, role and
//! permissions there, platform administration.
//!
//! The token says who somebody is; what they may is said here, and here alone: roles and
//! permissions of the token count for nothing once users are looked up.

mod cache;
mod read;

use alloc::{
    borrow::Cow,
    string::{String, ToString},
    vec::Vec,
};

pub use cache::{Cache, Key};
pub use read::{MAX_ANSWER, answer, request, rows};

use crate::{
    base64url,
    error::{Code, Error},
    gateway::identity::{Identity, header_text},
    json::{self, Value},
};

/// The role that an administrator of the platform has beside that in an organization.
pub const PLATFORM_ADMIN: &str = "platform_admin";

/// A user of the application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The subject.
    pub id: String,
    /// The e-mail address: the profile's, or else the token's.
    pub email: String,
    /// A name for people.
    pub name: Option<String>,
    /// The primary organization; a user may have none.
    pub organization: Option<Organization>,
    /// Whether the user administers the platform.
    pub platform_admin: bool,
}

/// An organization, as one member sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization {
    /// Its id.
    pub id: String,
    /// A name for people.
    pub name: Option<String>,
    /// The member's role there.
    pub role: String,
    /// What the role may do there.
    pub permissions: Vec<String>,
}

/// What a store knows of a subject.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// The e-mail address, if one is known.
    pub email: Option<String>,
    /// A name for people.
    pub name: Option<String>,
    /// The primary organization.
    pub organization: Option<Organization>,
    /// Whether the user administers the platform.
    pub platform_admin: bool,
}

impl User {
    /// Puts together what the store knows of a subject with what its token says, in this order:
    /// no profile, no e-mail address, then organization and administration.
    ///
    /// # Errors
    /// `user_not_found`: there is no profile, or no e-mail address in it or in the token.
    pub fn resolve(identity: &Identity, profile: Option<Profile>) -> Result<Self, Error> {
        let profile = profile.ok_or(Code::UserNotFound)?;
        let id = identity.subject.clone().ok_or(Code::UserNotFound)?;
        let known = |email: &String| !email.is_empty();
        let email = profile.email.filter(known).or_else(|| token_email(identity).filter(known));
        let email = email.ok_or(Code::UserNotFound)?;
        let Profile { name, organization, platform_admin, .. } = profile;
        Ok(Self { id, email, name, organization, platform_admin })
    }

    /// Gives an identity the roles and permissions of the user, in place of those of its token.
    pub fn grant(&self, identity: &mut Identity) {
        let organization = self.organization.as_ref();
        let admin = self.platform_admin.then(|| PLATFORM_ADMIN.into());
        identity.roles = organization.map(|own| own.role.clone()).into_iter().chain(admin).collect();
        identity.permissions = organization.map(|own| own.permissions.clone()).unwrap_or_default();
    }

    /// The user as the origin and JavaScript get it.
    #[must_use]
    pub fn value(&self) -> Value {
        let organization = self.organization.as_ref().map(|own| {
            json::object(alloc::vec![
                ("id", own.id.as_str().into()),
                ("name", own.name.clone().into()),
                ("role", own.role.as_str().into()),
                ("permissions", own.permissions.clone().into()),
            ])
        });
        json::object(alloc::vec![
            ("id", self.id.as_str().into()),
            ("email", self.email.as_str().into()),
            ("name", self.name.clone().into()),
            ("organization", organization.unwrap_or(Value::Null)),
            ("platform_admin", self.platform_admin.into()),
        ])
    }

    /// The headers for the origin, beside those of the identity.
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, Cow<'_, str>)> {
        let json = self.value().to_string();
        let own = self.organization.as_ref();
        let said = [
            ("x-edgeward-user", Some(base64url::encode_public(json.as_bytes()).into())),
            ("x-edgeward-organization", own.map(|own| header_text(&own.id))),
            ("x-edgeward-role", own.map(|own| header_text(&own.role))),
        ];
        said.into_iter().filter_map(|(name, value)| Some((name, value?)))
    }
}

/// The e-mail address that a token states. An address that its issuer calls unverified is none.
pub(super) fn token_email(identity: &Identity) -> Option<String> {
    if identity.claims().get("email_verified") == Some(&Value::Bool(false)) {
        return None;
    }
    identity.claims().get("email").and_then(Value::as_str).map(Into::into)
}

#[cfg(test)]
mod tests;
