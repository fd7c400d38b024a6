//! What is kept of a session, and the rules by which it changes. Pure, so that a race is a test.
//!
//! A record is replaced as a whole and counts its generations. A sign-out is a generation of its
//! own rather than an absence: whatever was begun before it can tell that it came too late.

use alloc::{string::String, sync::Arc};

use super::{attempt::Attempt, grant::Grant};
use crate::json::{self, Value, Writer};

/// The state of the session in storage. It holds tokens, so it has no `Debug`.
#[derive(Clone, Default, PartialEq, Hash)]
pub struct Record {
    /// Counts the changes of the grant.
    pub generation: u64,
    /// The generation of the last sign-out.
    pub signed_out: u64,
    /// Why there is no grant, if there was one.
    pub ended: Option<Reason>,
    /// The session, if there is one. Shared, since records are copied with every step and grants are wide.
    pub grant: Option<Arc<Grant>>,
    /// The refresh under way, or the outage. It is no generation of its own.
    pub attempt: Option<Attempt>,
}

/// Why nobody is signed in any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Somebody signed out, here or elsewhere.
    SignedOut,
    /// The access token expired, and there is nothing to get another one with.
    Expired,
    /// The issuer no longer honours the refresh token.
    Revoked,
}

impl Record {
    /// The record after a sign-in or a refresh that began at the generation `began`. `None`: a
    /// sign-out came in between, and wins.
    #[must_use]
    pub fn commit(&self, began: u64, grant: impl Into<Arc<Grant>>) -> Option<Self> {
        let beaten = self.signed_out > began;
        (!beaten).then(|| Self {
            generation: self.generation + 1,
            signed_out: self.signed_out,
            grant: Some(grant.into()),
            ..Self::default()
        })
    }

    /// The record after a sign-out, by the user or at the issuer.
    #[must_use]
    pub fn sign_out(&self, reason: Reason) -> Self {
        let generation = self.generation + 1;
        Self { generation, signed_out: generation, ended: Some(reason), ..Self::default() }
    }

    /// The record after the session ended by itself. A sign-in under way is not beaten by it.
    #[must_use]
    pub fn end(&self, reason: Reason) -> Self {
        Self {
            generation: self.generation + 1,
            signed_out: self.signed_out,
            ended: Some(reason),
            ..Self::default()
        }
    }

    /// The record with another attempt. It is no generation of its own.
    pub(super) fn with(&self, attempt: Option<Attempt>) -> Self {
        Self { attempt, ..self.clone() }
    }

    /// Whose session it is; the inner `None` stands for a session without a known subject.
    pub(super) fn subject(&self) -> Option<Option<&str>> {
        self.grant.as_ref().map(|grant| grant.subject.as_deref())
    }

    /// The refresh token.
    pub(super) fn refresh_token(&self) -> Option<&str> {
        self.grant.as_ref().and_then(|grant| grant.refresh_token.as_deref())
    }

    /// What is stored.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut members = Writer::object();
        members.number("generation", self.generation.cast_signed());
        members.number("signed_out", self.signed_out.cast_signed());
        if let Some(reason) = self.ended {
            members.text("ended", reason.as_str());
        }
        if let Some(grant) = &self.grant {
            members.raw("grant", &grant.to_text());
        }
        if let Some(attempt) = &self.attempt {
            members.raw("attempt", &attempt.to_text());
        }
        members.finish()
    }

    /// Takes back a stored text. What cannot be read counts as nothing: storage belongs to the
    /// site, and anything may have been written there.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let members = json::parse_object(text.as_bytes()).ok()?;
        let number = |name: &str| members.get(name).and_then(Value::as_u64);
        Some(Self {
            generation: number("generation")?,
            signed_out: number("signed_out")?,
            ended: members.get("ended").and_then(Value::as_str).and_then(Reason::read),
            grant: match members.get("grant") {
                None => None,
                Some(grant) => Some(Arc::new(Grant::from_value(grant)?)),
            },
            attempt: members.get("attempt").and_then(Attempt::from_value),
        })
    }
}

impl Reason {
    /// The reason as JavaScript and storage have it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignedOut => "signed_out",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }

    fn read(text: &str) -> Option<Self> {
        [Self::SignedOut, Self::Expired, Self::Revoked].into_iter().find(|reason| reason.as_str() == text)
    }
}

#[cfg(test)]
mod tests;
