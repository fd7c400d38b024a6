//! Providers, and what each of them does differently. A table says it; the functions here go by the
//! table, and name no provider.

mod answer;
pub mod apple;
mod revocation;
mod table;

use alloc::{
    borrow::Cow,
    string::{String, ToString},
    vec::Vec,
};

pub use answer::Granted;
pub use revocation::Revocation;
pub use table::{GENERIC, PROVIDERS};

use crate::{
    error::{Code, Error},
    http::{Address, Reach, Request},
    json::{Map, Value},
    oauth::{
        authorize::Wishes,
        discovery::{Issuer, Metadata},
        scope,
    },
};

/// A provider.
#[derive(Debug)]
pub struct Provider {
    /// The name that configurations use.
    pub name: &'static str,
    /// The issuer, with `{tenant}` where a tenant stands. A provider without metadata has a name of
    /// this form all the same.
    pub issuer: &'static str,
    /// What its metadata may call the issuer as well; with tenants, where they are about several.
    pub aliases: &'static [&'static str],
    /// What its ID tokens may call the issuer as well.
    pub token_issuers: &'static [&'static str],
    /// Its metadata, where it publishes none.
    pub members: &'static [(&'static str, &'static str)],
    /// The scope of a sign-in, separated by spaces.
    pub scope: &'static str,
    /// What stands between two scopes in a request.
    pub joint: &'static str,
    /// How a refresh token is asked for.
    pub offline: Offline,
    /// Parameters that every authorization request needs.
    pub parameters: &'static [(&'static str, &'static str)],
    /// The form of its token answers.
    pub form: Form,
    /// Its own names for a grant that is no longer good.
    pub grant_errors: &'static [&'static str],
    /// Scopes that hold others.
    pub implied: &'static [(&'static str, &'static [&'static str])],
    /// Where it says who the user is, if that is not OpenID Connect.
    pub profile: Option<Profile>,
    /// Whether the client authenticates.
    pub secret: ClientSecret,
    /// How a grant is given back.
    pub revocation: Revocation,
}

/// How a refresh token is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offline {
    /// By this scope.
    Scope(&'static str),
    /// By a parameter, and a prompt without which only the first sign-in gives one.
    Parameter(&'static str, &'static str),
    /// Not at all: how the application is registered decides.
    Registered,
}

/// The form of a token answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// That of RFC 6749.
    Standard,
    /// `ok`, a token of the application, and one of the user inside of `authed_user`.
    Nested,
}

/// Where a provider says who the user is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The address.
    pub url: &'static str,
    /// The media type to ask for.
    pub accept: &'static str,
    /// The member that never changes: no name and no e-mail address does that.
    pub subject: &'static str,
    /// Where it lists the user's e-mail addresses, and which of them it has verified.
    pub addresses: &'static str,
}

/// Whether a client authenticates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientSecret {
    /// As it is registered.
    Registered,
    /// Always, with a secret: nothing for a page.
    Required,
    /// Always, with a token that it signs itself: see [`apple`].
    Signed,
}

/// The provider of this name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Provider> {
    PROVIDERS.iter().find(|provider| provider.name == name)
}

impl Provider {
    /// The issuer to begin with, for a tenant where the provider has such; without one, for all of
    /// them, and then the application has to look at whose tenant a user comes from.
    ///
    /// # Errors
    /// `invalid_parameters` at `tenant`: the provider has none, or it is neither a GUID nor one of
    /// the provider's words for several.
    pub fn issuer(&self, tenant: Option<&str>) -> Result<Issuer, Error> {
        const PLACE: &str = "{tenant}";
        if self.issuer.is_empty() {
            return Err(Error::at(Code::InvalidParameters, "issuer"));
        }
        let text = match (self.issuer.contains(PLACE), tenant) {
            (false, None) => Cow::Borrowed(self.issuer),
            (true, tenant) if tenant.is_none_or(is_tenant) => {
                Cow::Owned(self.issuer.replace(PLACE, tenant.unwrap_or(ALL_TENANTS)))
            }
            _ => return Err(Error::at(Code::InvalidParameters, "tenant")),
        };
        // One tenant has a name of its own, and no other tenant may stand for it.
        let is_one = tenant.is_some_and(|tenant| !SEVERAL.contains(&tenant));
        let aliases = if is_one { &[] } else { self.aliases };
        let aliases = aliases.iter().map(ToString::to_string).collect();
        Ok(Issuer::parse(&text, Reach::Public)?.with_aliases(aliases))
    }

    /// The metadata of a provider that publishes none. `None`: it does, so they are to be found
    /// ([`Search`](crate::oauth::discovery::Search)).
    #[must_use]
    pub fn metadata(&self) -> Option<Metadata> {
        if self.members.is_empty() {
            return None;
        }
        let mut members: Map =
            self.members.iter().map(|(name, value)| ((*name).into(), Value::from(*value))).collect();
        members.insert("issuer".into(), self.issuer.into());
        Metadata::from_members(&self.issuer(None).ok()?, members).ok()
    }

    /// What `iss` of this ID token has to be, by claims that are not verified yet: they choose among
    /// the provider's own names, and nothing else. `None`: they name none of them.
    #[must_use]
    pub fn issuer_of(&self, metadata: &Metadata, unverified: &Map) -> Option<String> {
        let named = unverified.get("iss")?.as_str()?;
        if self.token_issuers.contains(&named) {
            return Some(named.into());
        }
        metadata.issuer_of(unverified.get("tid"))
    }

    /// A scope as this provider's authorization request has it.
    #[must_use]
    pub fn scope_of(&self, wanted: &str) -> String {
        let wanted = if wanted.is_empty() { self.scope } else { wanted };
        scope::list(wanted).collect::<Vec<_>>().join(self.joint)
    }

    /// The wishes of a sign-in, and what this provider needs with them.
    #[must_use]
    pub fn wishes(&self, wishes: Wishes) -> Wishes {
        let mut wishes = wishes;
        for (name, value) in self.parameters {
            set(&mut wishes, name, value);
        }
        wishes
    }

    /// Asks for a refresh token as well: gives the scope back with what that takes.
    #[must_use]
    pub fn offline(&self, wishes: &mut Wishes, scope: &str) -> String {
        match self.offline {
            Offline::Scope(own) if !scope::list(scope).any(|given| given == own) => {
                [scope, if scope.is_empty() { "" } else { self.joint }, own].concat()
            }
            Offline::Scope(_) | Offline::Registered => scope.into(),
            Offline::Parameter(name, value) => {
                set(wishes, name, value);
                wishes.prompt.get_or_insert_with(|| "consent".into());
                scope.into()
            }
        }
    }

    /// Whether every scope of `wanted` was granted, by itself or with a larger one.
    #[must_use]
    pub fn covers(&self, granted: &str, wanted: &str) -> bool {
        let holds = |own: &str, wanted: &str| {
            let larger = self.implied.iter().find(|(name, _)| *name == own);
            own == wanted || larger.is_some_and(|(_, smaller)| smaller.contains(&wanted))
        };
        scope::list(wanted).all(|wanted| scope::list(granted).any(|own| holds(own, wanted)))
    }

    /// Asks who the user is, where that is not OpenID Connect.
    #[must_use]
    pub fn profile_request(&self, access_token: &str) -> Option<Request> {
        let profile = self.profile?;
        profile.request(profile.url, access_token)
    }

    /// Asks for the user's e-mail addresses, where the profile does not say which are verified.
    #[must_use]
    pub fn addresses_request(&self, access_token: &str) -> Option<Request> {
        let profile = self.profile?;
        profile.request(profile.addresses, access_token)
    }

    /// Who the user is, from the answer's members: a text or a whole number that never changes.
    #[must_use]
    pub fn subject(&self, profile: &Map) -> Option<String> {
        match profile.get(self.profile?.subject)? {
            Value::String(id) if !id.is_empty() => Some(id.clone()),
            number => number.as_u64().filter(|id| *id > 0).map(|id| Value::from(id).to_text()),
        }
    }
}

impl Profile {
    fn request(&self, url: &str, access_token: &str) -> Option<Request> {
        let mut request = Request::get_json(&Address::parse(url, Reach::Public).ok()?);
        request.headers = Vec::from([
            ("accept", self.accept.into()),
            ("authorization", ["Bearer ", access_token].concat()),
        ]);
        Some(request)
    }
}

/// The address to go by, from the answer to [`Provider::addresses_request`]: of those that the provider has
/// verified the primary one, else the first.
#[must_use]
pub fn verified_address(addresses: &[Value]) -> Option<String> {
    let is = |entry: &Value, name| entry.get(name) == Some(&Value::Bool(true));
    let mut verified = addresses.iter().filter(|entry| is(entry, "verified"));
    let primary = verified.clone().find(|entry| is(entry, "primary"));
    primary.or_else(|| verified.next())?.get("email")?.as_str().map(String::from)
}

const ALL_TENANTS: &str = "common";
const SEVERAL: [&str; 3] = [ALL_TENANTS, "organizations", "consumers"];

/// A GUID, or a word for several tenants. A domain would have metadata under another name.
fn is_tenant(tenant: &str) -> bool {
    let guid = tenant.len() == 36 && tenant.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    guid || SEVERAL.contains(&tenant)
}

/// Sets a parameter that nobody has set.
fn set(wishes: &mut Wishes, name: &str, value: &str) {
    if wishes.extra.iter().all(|(own, _)| own != name) {
        wishes.extra.push((name.into(), value.into()));
    }
}

#[cfg(test)]
mod tests;
