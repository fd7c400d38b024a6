//! What a sign-in gave: the refresh token, and access tokens for one or several targets.

use alloc::{string::String, vec::Vec};

use crate::{
    json::Map,
    oauth::token::TokenType,
    session::Millis,
    time::{Seconds, UnixMillis},
};

/// How many access tokens are kept; the one that came longest ago makes room, the default's never.
pub const MAX_TARGETS: usize = 16;

/// What a sign-in gave. It holds tokens, so it has no `Debug`.
#[derive(Clone, PartialEq)]
pub struct Grant {
    /// The token to get access tokens with.
    pub refresh_token: Option<String>,
    /// The last ID token, as the issuer wrote it.
    pub id_token: Option<String>,
    /// The claims of the ID token, as they were verified.
    pub claims: Map,
    /// Whose session it is: `sub` of the ID token, if there was one.
    pub subject: Option<String>,
    /// The scope of the sign-in, separated by spaces.
    pub scope: String,
    /// The access tokens, one a target.
    pub access: Vec<Access>,
    /// The name of the key that the tokens are bound to.
    pub key: Option<String>,
    /// How far the issuer's clock is ahead of the wall clock here, as far as it is known.
    pub skew: Option<Millis>,
}

/// An access token. It has no `Debug`.
#[derive(Clone, PartialEq)]
pub struct Access {
    /// What it is for.
    pub target: Target,
    /// The token.
    pub token: String,
    /// How it is used.
    pub token_type: TokenType,
    /// How long it is good for, counted from `received_at`; `None` if the server did not say.
    pub expires_in: Option<Seconds>,
    /// When it was asked for, on the wall clock.
    pub received_at: UnixMillis,
    /// What it allows, separated by spaces.
    pub scope: String,
}

/// What an access token is for. The default target is what the sign-in asked for.
///
/// Source: [RFC 8707 §2.2](https://www.rfc-editor.org/rfc/rfc8707#section-2.2),
/// [RFC 6749 §6](https://www.rfc-editor.org/rfc/rfc6749#section-6) (a narrower scope)
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Target {
    /// The API; `None` for that of the sign-in.
    pub resource: Option<String>,
    /// The scope, as [`Target::new`] orders it; empty for that of the sign-in.
    pub scope: String,
}
