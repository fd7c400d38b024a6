//! What an authorization server says about itself beyond what every sign-in needs. It is read where
//! it is needed, so that a server's mistake about one thing does not stand in the way of another.

use alloc::string::String;

use super::{Metadata, endpoint, flag, invalid, text};
use crate::{
    error::Error,
    http::{Address, Reach},
    json::{Map, Value},
};

/// Writes the enum and its names from one table.
macro_rules! endpoints {
    ($($(#[$doc:meta])+ $variant:ident = $name:literal;)+) => {
        /// An endpoint that not every server has.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Endpoint {
            $($(#[$doc])+ $variant,)+
        }

        impl Endpoint {
            /// The name of the member.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }
    };
}

endpoints! {
    /// For authorization requests ([RFC 9126 §5](https://www.rfc-editor.org/rfc/rfc9126#section-5)).
    PushedAuthorization = "pushed_authorization_request_endpoint";
    /// For devices ([RFC 8628 §4](https://www.rfc-editor.org/rfc/rfc8628#section-4)).
    DeviceAuthorization = "device_authorization_endpoint";
    /// For clients ([RFC 7591 §3](https://www.rfc-editor.org/rfc/rfc7591#section-3)).
    Registration = "registration_endpoint";
    /// About tokens ([RFC 7662 §2](https://www.rfc-editor.org/rfc/rfc7662#section-2)).
    Introspection = "introspection_endpoint";
    /// About the user ([OpenID Connect Core §5.3](https://openid.net/specs/openid-connect-core-1_0.html#UserInfo)).
    Userinfo = "userinfo_endpoint";
    /// A page to ask whether the user's session has changed
    /// ([OpenID Connect Session Management §3.3](https://openid.net/specs/openid-connect-session-1_0.html#OPiframe)).
    CheckSession = "check_session_iframe";
}

impl Metadata {
    /// An endpoint that the call cannot do without.
    ///
    /// # Errors
    /// `discovery_invalid`, at the member: the document names none, or one that the issuer's reach
    /// does not allow.
    pub fn endpoint(&self, which: Endpoint) -> Result<Address, Error> {
        self.find(which)?.ok_or_else(|| invalid(which.name()))
    }

    /// An endpoint, if the server has it.
    ///
    /// # Errors
    /// `discovery_invalid`, at the member: not an address that the issuer's reach allows.
    pub fn find(&self, which: Endpoint) -> Result<Option<Address>, Error> {
        endpoint(self.reach, &self.document, which.name())
    }

    /// A member that is `true` or `false`, such as `require_pushed_authorization_requests`; absent
    /// is `false`.
    ///
    /// # Errors
    /// `discovery_invalid`, at the member: it is neither.
    pub fn flag(&self, name: &'static str) -> Result<bool, Error> {
        flag(&self.document, name)
    }

    /// A member that is a text.
    ///
    /// # Errors
    /// `discovery_invalid`, at the member: it is none.
    pub fn text(&self, name: &'static str) -> Result<Option<&str>, Error> {
        text(&self.document, name)
    }

    /// Whether a list such as `grant_types_supported` has the value. `None`: there is no such list,
    /// and what that means is said by the specification of the member.
    #[must_use]
    pub fn lists(&self, name: &str, value: &str) -> Option<bool> {
        let items = self.document.get(name)?.as_array()?;
        Some(items.iter().any(|item| item == value))
    }

    /// The first of `wanted` that the list has. Without a list, the one that `default` names, if it
    /// is wanted.
    #[must_use]
    pub fn first_of<'w>(&self, name: &str, wanted: &[&'w str], default: &str) -> Option<&'w str> {
        wanted.iter().copied().find(|value| self.lists(name, value).unwrap_or(*value == default))
    }

    /// Where the issuer's addresses may be.
    #[must_use]
    pub const fn reach(&self) -> Reach {
        self.reach
    }

    /// Every member, as the server gave it.
    #[must_use]
    pub const fn document(&self) -> &Map {
        &self.document
    }

    /// The issuer, in whose tokens `{tenantid}` stands for the tenant that the token's `tid` names:
    /// so the metadata of Microsoft name one issuer for all tenants. `None`: the tenant is no GUID,
    /// and there is a place for one.
    ///
    /// Source: [Microsoft identity platform, access tokens](https://learn.microsoft.com/entra/identity-platform/access-tokens#multitenant-applications)
    #[must_use]
    pub fn issuer_of(&self, tenant: Option<&Value>) -> Option<String> {
        const PLACE: &str = "{tenantid}";
        let Some((before, behind)) = text::split_at_part(&self.issuer, PLACE) else {
            return Some(self.issuer.clone());
        };
        let tenant = tenant?.as_str().filter(|tenant| is_guid(tenant))?;
        Some([before, tenant, behind].concat())
    }
}

fn is_guid(text: &str) -> bool {
    let fits = |(at, byte): (usize, u8)| match at {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
    };
    text.len() == 36 && text.bytes().enumerate().all(fits)
}
