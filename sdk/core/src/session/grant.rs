//! What a sign-in gave: the refresh token, and access tokens for one or several targets.

use alloc::{string::String, vec::Vec};
use core::hash::{Hash, Hasher};

use super::{Millis, Renewed, forget};
use crate::{
    json::{Map, Value, Writer},
    oauth::token::TokenType,
    text,
    time::{Seconds, UnixMillis},
};

/// How many access tokens are kept; the one that came longest ago makes room, the default's never.
pub const MAX_TARGETS: usize = 16;

/// How long before its end a token counts as expired, so that it survives its way to the API.
const MARGIN: Millis = Millis(10_000);

/// How long before its end a token is refreshed at the earliest.
const MAX_AHEAD: Millis = Millis(60_000);

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

impl Target {
    /// An API, and a scope in any order.
    #[must_use]
    pub fn new(resource: Option<&str>, scope: &str) -> Self {
        let mut names: Vec<&str> = text::split(scope, " ").filter(|name| !name.is_empty()).collect();
        names.sort_unstable();
        names.dedup();
        Self { resource: resource.map(String::from), scope: text::join(&names, " ") }
    }
}

impl Grant {
    /// The access token for a target.
    #[must_use]
    pub fn find(&self, target: &Target) -> Option<&Access> {
        self.access.iter().find(|access| access.target == *target)
    }

    /// The grant after a refresh for `target` that was asked for at `asked_at`.
    #[must_use]
    pub fn renewed(&self, target: &Target, renewed: &Renewed, asked_at: UnixMillis) -> Self {
        let tokens = &renewed.tokens;
        let mut next = self.clone();
        // A server that does not rotate need not repeat the refresh token (RFC 6749 §6).
        replace(&mut next.refresh_token, &tokens.refresh_token);
        replace(&mut next.id_token, &tokens.id_token);
        if let Some(claims) = &renewed.claims {
            next.claims.clone_from(claims);
            next.subject = claims.get("sub").and_then(Value::as_str).map(String::from);
        }
        next.skew = renewed.skew.or(self.skew);
        // An unsaid scope is the one that was asked for (RFC 6749 §5.1).
        let asked = if target.scope.is_empty() { &self.scope } else { &target.scope };
        next.keep(Access {
            target: target.clone(),
            token: tokens.access_token.clone(),
            token_type: tokens.token_type,
            expires_in: tokens.expires_in,
            received_at: asked_at,
            scope: tokens.scope.as_ref().unwrap_or(asked).clone(),
        });
        next
    }

    fn keep(&mut self, access: Access) {
        forget(&mut self.access, |kept| kept.target == access.target);
        if self.access.len() >= MAX_TARGETS
            && let Some(oldest) = self.access.iter().position(|kept| kept.target != Target::default())
        {
            self.access.remove(oldest);
        }
        self.access.push(access);
    }

    pub(super) fn to_text(&self) -> String {
        let mut access = Writer::list();
        for one in &self.access {
            access.item(&one.to_text());
        }
        let mut members = Writer::object();
        members
            .text_or_null("refresh_token", self.refresh_token.as_deref())
            .text_or_null("id_token", self.id_token.as_deref())
            .members("claims", &self.claims)
            .text_or_null("subject", self.subject.as_deref())
            .text("scope", &self.scope)
            .raw("access", &access.finish())
            .text_or_null("key", self.key.as_deref())
            .number_or_null("skew", self.skew.map(|skew| skew.0));
        members.finish()
    }

    pub(super) fn from_value(stored: &Value) -> Option<Self> {
        let mut access = Vec::new();
        for one in stored.get("access")?.as_array()?.iter().take(MAX_TARGETS) {
            access.push(Access::from_value(one)?);
        }
        Some(Self {
            refresh_token: text(stored, "refresh_token"),
            id_token: text(stored, "id_token"),
            claims: stored.get("claims")?.as_object()?.clone(),
            subject: text(stored, "subject"),
            scope: text(stored, "scope")?,
            access,
            key: text(stored, "key"),
            skew: stored.get("skew").and_then(Value::as_i64).map(Millis),
        })
    }
}

impl Access {
    /// Whether it is good for a while, and at least for `min_validity`, when it is `age` old.
    #[must_use]
    pub fn is_fresh(&self, age: Millis, min_validity: Millis) -> bool {
        self.left(age).is_none_or(|left| left > self.margin().max(min_validity))
    }

    /// Whether it has not expired when it is `age` old.
    #[must_use]
    pub fn is_valid(&self, age: Millis) -> bool {
        self.left(age).is_none_or(|left| left > Millis(0))
    }

    /// When it expires, on the wall clock.
    #[must_use]
    pub fn expires_at(&self) -> Option<UnixMillis> {
        self.lifetime().map(|lifetime| UnixMillis(self.received_at.0.saturating_add(lifetime.0)))
    }

    /// How long before its end it is refreshed by whoever does not wait to be asked: a tenth of its
    /// life, at least ten seconds and at most a minute, and never more than half. `None`: it has no end.
    #[must_use]
    pub fn ahead(&self) -> Option<Millis> {
        let lifetime = self.lifetime()?;
        Some(Millis(lifetime.0 / 10).min(MAX_AHEAD).max(self.margin()))
    }

    pub(super) fn lifetime(&self) -> Option<Millis> {
        self.expires_in.map(Millis::from)
    }

    /// How long it is good for, when it is `age` old.
    pub(super) fn left(&self, age: Millis) -> Option<Millis> {
        self.lifetime().map(|lifetime| lifetime - age)
    }

    /// A token that lives for seconds only would otherwise never be fresh.
    pub(super) fn margin(&self) -> Millis {
        self.lifetime().map_or(MARGIN, |lifetime| MARGIN.min(Millis(lifetime.0 / 2)))
    }

    fn to_text(&self) -> String {
        let mut members = Writer::object();
        members
            .text_or_null("resource", self.target.resource.as_deref())
            .text("asked", &self.target.scope)
            .text("token", &self.token)
            .text("token_type", self.token_type.as_str())
            .number_or_null("expires_in", self.expires_in.map(|lifetime| lifetime.0.into()))
            .number("received_at", self.received_at.0)
            .text("scope", &self.scope);
        members.finish()
    }

    fn from_value(stored: &Value) -> Option<Self> {
        let expires_in = match stored.get("expires_in")? {
            Value::Null => None,
            lifetime => Some(Seconds(u32::try_from(lifetime.as_u64()?).ok()?)),
        };
        Some(Self {
            target: Target { resource: text(stored, "resource"), scope: text(stored, "asked")? },
            token: text(stored, "token")?,
            token_type: TokenType::read(stored.get("token_type")?.as_str()?)?,
            expires_in,
            received_at: UnixMillis(stored.get("received_at")?.as_i64()?),
            scope: text(stored, "scope")?,
        })
    }
}

/// For telling states apart; what is left out may differ between equal hashes.
impl Hash for Grant {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (&self.refresh_token, &self.subject).hash(state);
        for access in &self.access {
            (&access.target, &access.token, access.received_at).hash(state);
        }
    }
}

fn text(stored: &Value, name: &str) -> Option<String> {
    stored.get(name).and_then(Value::as_str).map(String::from)
}

fn replace(kept: &mut Option<String>, newer: &Option<String>) {
    if newer.is_some() {
        kept.clone_from(newer);
    }
}
