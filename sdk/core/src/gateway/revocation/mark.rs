//! What a token is looked up by.

use alloc::string::String;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    base64url,
    error::{Code, Error},
    gateway::Identity,
    time::UnixSeconds,
};

/// What an entry of the feed is about: a hash of the issuer and of one of its subjects, sessions or
/// tokens.
///
/// Entries are of one size whatever the issuer writes, and neither the feed nor a log of its
/// traffic names a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Mark([u8; 32]);

impl Mark {
    /// All tokens of a subject.
    #[must_use]
    pub fn subject(issuer: &str, subject: &str) -> Self {
        Self::of("sub", issuer, subject)
    }

    /// The tokens of a subject that do not say which session they belong to.
    #[must_use]
    pub fn without_session(issuer: &str, subject: &str) -> Self {
        Self::of("sub without sid", issuer, subject)
    }

    /// The tokens of a session.
    #[must_use]
    pub fn session(issuer: &str, session: &str) -> Self {
        Self::of("sid", issuer, session)
    }

    /// One token.
    #[must_use]
    pub fn token(issuer: &str, id: &str) -> Self {
        Self::of("jti", issuer, id)
    }

    /// One logout token, which is taken once.
    #[must_use]
    pub fn logout_token(issuer: &str, id: &str) -> Self {
        Self::of("logout jti", issuer, id)
    }

    fn of(kind: &str, issuer: &str, value: &str) -> Self {
        let mut hash = Sha256::new();
        // With its length before each part, no two triples are written alike.
        for part in [kind, issuer, value] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        Self(hash.finalize().into())
    }
}

impl From<Mark> for String {
    fn from(mark: Mark) -> Self {
        base64url::encode(&mark.0)
    }
}

impl TryFrom<String> for Mark {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        let bytes = base64url::decode(&text)?;
        bytes.try_into().map(Self).map_err(|_| Code::Base64urlInvalid.into())
    }
}

/// What a verified token says about whom and when it was issued to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts<'a> {
    /// The issuer.
    pub issuer: &'a str,
    /// The subject.
    pub subject: Option<&'a str>,
    /// The session.
    pub session: Option<&'a str>,
    /// The token's own id.
    pub id: Option<&'a str>,
    /// When it was issued.
    pub issued: Option<UnixSeconds>,
    /// When its holder signed in.
    pub signed_in: Option<UnixSeconds>,
}

impl<'a> From<&'a Identity> for Facts<'a> {
    fn from(identity: &'a Identity) -> Self {
        Self {
            issuer: &identity.issuer,
            subject: identity.subject.as_deref(),
            session: identity.session_id.as_deref(),
            id: identity.token_id.as_deref(),
            issued: identity.issued_at,
            signed_in: identity.authenticated_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_things_share_a_mark() {
        let marks = [
            Mark::subject("https://i", "a"),
            Mark::subject("https://ia", ""),
            Mark::subject("https://j", "a"),
            Mark::without_session("https://i", "a"),
            Mark::session("https://i", "a"),
            Mark::token("https://i", "a"),
            Mark::logout_token("https://i", "a"),
        ];
        for (at, mark) in marks.iter().enumerate() {
            assert!(marks.iter().skip(at + 1).all(|other| other != mark), "{at}");
        }
        assert_eq!(Mark::subject("https://i", "a"), marks[0]);
    }

    #[test]
    fn a_mark_is_written_as_base64url_of_32_bytes() {
        let mark = Mark::subject("https://i", "a");
        let text = serde_json::to_string(&mark).unwrap();
        assert_eq!(text.len(), 45);
        assert_eq!(serde_json::from_str::<Mark>(&text).unwrap(), mark);
        for odd in ["\"\"", "\"AA\"", "7", "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB\""] {
            assert!(serde_json::from_str::<Mark>(odd).is_err(), "{odd}");
        }
    }
}
