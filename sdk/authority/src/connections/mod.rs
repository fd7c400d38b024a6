//! Connections: what a provider has granted to a user, for the user's agents and servers to use.
//!
//! One connection with each provider, whose tokens are sealed and come out through [`token`] alone, which refreshes
//! them; one account at the provider, one user.

mod complete;
mod initiate;
mod list;
mod refresh;
mod statements;
#[cfg(test)]
mod tests;
mod token;

use edgeward_core::{Error, time::UnixMillis};
use serde::Deserialize;

pub use complete::complete;
pub use initiate::initiate;
pub use list::{give_back, list, revoke, scopes};
pub use statements::{Grant, keep, with};
pub use token::token;

use crate::{context::Context, failure::Failure, operations::shape::Text, settings::invalid, shape};

/// The settings of connections.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Where providers may send users back to, compared character by character.
    pub redirect_uris: Vec<String>,
}

impl Settings {
    /// Checks them.
    ///
    /// # Errors
    /// `config_invalid` at `connections.redirect_uris`: one is no absolute address, or has a fragment.
    pub fn check(self) -> Result<Self, Error> {
        let is_address = |uri: &String| {
            let plain = uri.bytes().all(|b| b.is_ascii_graphic()) && !uri.contains(['#', '\\']);
            plain && uri.split_once(':').is_some_and(|(scheme, rest)| is_scheme(scheme) && !rest.is_empty())
        };
        if self.redirect_uris.iter().all(is_address) {
            Ok(self)
        } else {
            Err(invalid("connections.redirect_uris"))
        }
    }
}

/// A scheme that leads somewhere and runs nothing.
fn is_scheme(scheme: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"+-.".contains(&b);
    !scheme.is_empty() && scheme.bytes().all(plain) && !["javascript", "data", "vbscript"].contains(&scheme)
}

shape! {
    /// With which provider to connect.
    pub struct Initiate {
        /// The provider's name in the settings.
        "provider" provider: Text<1, 64>,
        /// What to ask for.
        "scopes" scopes: Vec<String>,
        /// Where the provider sends the user back to: one that is configured, character by character.
        "redirectUri" redirect_uri: Text<1, 2048>,
    }

    /// Where to send the user.
    pub struct Initiated {
        /// The address at the provider.
        "authUrl" auth_url: Text<1, 8192>,
        /// What comes back with the code; keep it in the user's session.
        "state" state: String,
    }

    /// What the provider sent the user back with.
    pub struct Complete {
        /// The provider's name in the settings.
        "provider" provider: Text<1, 64>,
        /// The code.
        "code" code: Text<1, 4096>,
        /// The state that `initiateOAuth` gave.
        "state" state: Text<1, 512>,
        /// The `iss` of the callback, from providers that send it (RFC 9207).
        "iss" iss: Option<Text<1, 2048>>,
    }

    /// A connection that was made.
    pub struct Completed {
        /// Its id.
        "connectionId" id: String,
        /// The provider's name.
        "provider" provider: String,
        /// What was granted, which may be less than what was asked for.
        "scopes" scopes: Vec<String>,
        /// When the access token expires, in milliseconds since 1970; null if never.
        "expiresAt" expires_at: Option<UnixMillis>,
    }

    /// The caller's connections.
    pub struct Listed {
        /// The connections, the oldest first.
        "connections" connections: Vec<Entry>,
    }

    /// A connection, without its tokens.
    pub struct Entry {
        /// Its id.
        "_id" id: String,
        /// The provider's name.
        "provider" provider: String,
        /// What was granted.
        "scopes" scopes: Vec<String>,
        /// When it was made, in milliseconds since 1970.
        "createdAt" created_at: UnixMillis,
        /// When its tokens changed last.
        "updatedAt" updated_at: UnixMillis,
        /// When the access token expires; null if never.
        "expiresAt" expires_at: Option<UnixMillis>,
    }

    /// One provider.
    pub struct ByProvider {
        /// The provider's name in the settings.
        "provider" provider: Text<1, 64>,
    }

    /// What a token is needed for.
    pub struct Needed {
        /// The provider's name in the settings.
        "provider" provider: Text<1, 64>,
        /// Scopes that the token must have, by themselves or within larger ones.
        "scopes" scopes: Option<Vec<String>>,
    }

    /// A provider's access token.
    pub struct Token {
        /// The token.
        "accessToken" access_token: Text<1, 16384>,
        /// What was granted.
        "scopes" scopes: Vec<String>,
        /// When it expires, in milliseconds since 1970; null if never.
        "expiresAt" expires_at: Option<UnixMillis>,
    }

    /// One provider, or the one that there is.
    pub struct OfProvider {
        /// The provider's name; without it, GitHub.
        "provider" provider: Option<Text<1, 64>>,
    }

    /// What was granted.
    pub struct Scopes {
        /// The scopes.
        "scopes" scopes: Vec<String>,
    }
}

/// Whether the caller may do this with connections: a user's own session may, another credential if its scopes say
/// so (`{"resource": "connections", "actions": ["read", "write", "use"]}`).
fn permitted<'a>(context: &'a Context<'_>, action: &str) -> Result<&'a str, Failure> {
    if context.principal.can("connections", action) {
        context.user()
    } else {
        Err(edgeward_core::Code::NotPermitted.into())
    }
}

/// Scopes one by one.
fn listed(scopes: &str) -> Vec<String> {
    edgeward_core::oauth::scope::list(scopes).map(Into::into).collect()
}

/// What a connection's transaction is bound to: the session that began it, or the user whose API token did.
fn binding(context: &Context<'_>) -> Result<String, Failure> {
    use crate::context::Principal;
    Ok(match &context.principal {
        Principal::User { session, .. } => ["session:", session].concat(),
        _ => ["user:", context.user()?].concat(),
    })
}
