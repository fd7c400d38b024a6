//! What is kept of a session, and the rules by which it changes. Pure, so that a race is a test.
//!
//! A record is replaced as a whole and counts its generations. A sign-out is a generation of its
//! own rather than an absence: whatever was begun before it can tell that it came too late.

use std::rc::Rc;

use edgeward_core::{
    json::{self, Map, Value, object},
    oauth::token::{TokenType, Tokens},
    time::{Seconds, UnixMillis},
};

/// The state of the session in storage.
#[derive(Clone, Default, PartialEq)]
pub(crate) struct Record {
    /// Counts the changes.
    pub generation: u64,
    /// The generation of the last sign-out.
    pub signed_out: u64,
    /// The session, if there is one.
    pub grant: Option<Rc<Grant>>,
}

/// What a sign-in gave. It holds tokens, so it has no `Debug`.
#[derive(Clone, PartialEq)]
pub(crate) struct Grant {
    pub tokens: Tokens,
    /// When they were asked for.
    pub received_at: UnixMillis,
    /// What the access token allows, separated by spaces.
    pub scope: String,
    /// The claims of the ID token, as they were verified.
    pub claims: Map,
}

/// How long before its end a token counts as expired, so that it survives its way to the API.
const MARGIN_MILLIS: i64 = 10_000;

impl Record {
    /// The record after a sign-in that began at the generation `began`. `None`: a sign-out came in
    /// between, and wins.
    pub(crate) fn commit(&self, began: u64, grant: Rc<Grant>) -> Option<Self> {
        let beaten = self.signed_out > began;
        (!beaten).then(|| Self { generation: self.generation + 1, grant: Some(grant), ..*self })
    }

    /// The record after a sign-out.
    pub(crate) fn sign_out(&self) -> Self {
        let generation = self.generation + 1;
        Self { generation, signed_out: generation, grant: None }
    }

    /// The record after the access token has expired. A sign-in under way is not beaten by it.
    pub(crate) fn expire(&self) -> Self {
        Self { generation: self.generation + 1, signed_out: self.signed_out, grant: None }
    }

    /// What is stored.
    pub(crate) fn to_value(&self) -> Value {
        let mut members =
            vec![("generation", self.generation.into()), ("signed_out", self.signed_out.into())];
        members.extend(self.grant.as_ref().map(|grant| ("grant", grant.to_value())));
        object(members)
    }

    /// Takes back a stored text. What cannot be read counts as nothing: storage belongs to the
    /// site, and anything may have been written there.
    pub(crate) fn from_json(text: &str) -> Option<Self> {
        let members = json::parse_object(text.as_bytes()).ok()?;
        let number = |name: &str| members.get(name).and_then(Value::as_u64);
        let (generation, signed_out) = (number("generation")?, number("signed_out")?);
        let grant = match members.get("grant") {
            None => None,
            Some(grant) => Some(Rc::new(Grant::from_value(grant)?)),
        };
        Some(Self { generation, signed_out, grant })
    }
}

impl Grant {
    /// Whether the access token is good for a while, `elapsed` milliseconds after it came.
    pub(crate) fn is_fresh(&self, elapsed: i64) -> bool {
        self.tokens.expires_in.is_none_or(|lifetime| {
            let lifetime = i64::from(lifetime.0) * 1000;
            // A token that lives for seconds only would otherwise never be fresh.
            elapsed < lifetime - MARGIN_MILLIS.min(lifetime / 2)
        })
    }

    /// When the access token expires.
    pub(crate) fn expires_at(&self) -> Option<i64> {
        self.tokens.expires_in.map(|lifetime| self.received_at.0.saturating_add(i64::from(lifetime.0) * 1000))
    }

    /// The scope as a list.
    pub(crate) fn scopes(&self) -> Vec<String> {
        self.scope.split(' ').filter(|scope| !scope.is_empty()).map(String::from).collect()
    }

    fn to_value(&self) -> Value {
        object(vec![
            ("access_token", self.tokens.access_token.as_str().into()),
            ("expires_in", self.tokens.expires_in.map(|lifetime| lifetime.0).into()),
            ("refresh_token", self.tokens.refresh_token.as_deref().into()),
            ("id_token", self.tokens.id_token.as_deref().into()),
            ("received_at", self.received_at.0.into()),
            ("scope", self.scope.as_str().into()),
            ("claims", Value::Object(self.claims.clone())),
        ])
    }

    fn from_value(stored: &Value) -> Option<Self> {
        let text = |name: &str| stored.get(name).and_then(Value::as_str).map(String::from);
        let expires_in = match stored.get("expires_in")? {
            Value::Null => None,
            lifetime => Some(Seconds(u32::try_from(lifetime.as_u64()?).ok()?)),
        };
        Some(Self {
            tokens: Tokens {
                access_token: text("access_token")?,
                token_type: TokenType::Bearer,
                expires_in,
                scope: None,
                refresh_token: text("refresh_token"),
                id_token: text("id_token"),
                authorization_details: None,
            },
            received_at: UnixMillis(stored.get("received_at")?.as_i64()?),
            scope: text("scope")?,
            claims: stored.get("claims")?.as_object()?.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::written;

    fn grant(expires_in: Option<u32>) -> Rc<Grant> {
        Rc::new(Grant {
            tokens: Tokens {
                access_token: "at".into(),
                token_type: TokenType::Bearer,
                expires_in: expires_in.map(Seconds),
                scope: None,
                refresh_token: Some("rt".into()),
                id_token: None,
                authorization_details: None,
            },
            received_at: UnixMillis(1_800_000_000_000),
            scope: "openid  email".into(),
            claims: json::parse_object(br#"{"sub":"ada","roles":["a"]}"#).unwrap(),
        })
    }

    #[test]
    fn a_sign_out_beats_what_was_begun_before_it() {
        let start = Record::default();
        let began = start.generation;
        let signed_out = start.sign_out();
        assert!(signed_out.commit(began, grant(None)).is_none());
        let later = signed_out.commit(signed_out.generation, grant(None)).unwrap();
        assert!(later.grant.is_some() && later.generation == 2);
    }

    #[test]
    fn the_later_of_two_sign_ins_wins() {
        let first = Record::default().commit(0, grant(None)).unwrap();
        assert!(first.commit(0, grant(Some(5))).unwrap().grant == Some(grant(Some(5))));
    }

    #[test]
    fn expiry_does_not_beat_a_sign_in_under_way() {
        let signed_in = Record::default().commit(0, grant(Some(60))).unwrap();
        let expired = signed_in.expire();
        assert!(expired.grant.is_none());
        assert!(expired.commit(signed_in.generation, grant(None)).is_some());
    }

    #[test]
    fn a_sign_out_is_remembered_after_an_expiry_and_over_storage() {
        let record = Record::default().sign_out().expire();
        let stored = Record::from_json(&record.to_value().to_string()).unwrap();
        assert!(stored == record && stored.commit(0, grant(None)).is_none());
    }

    #[test]
    fn survives_storage_and_ignores_what_is_not_a_record() {
        let record = Record::default().commit(0, grant(Some(60))).unwrap();
        assert!(Record::from_json(&record.to_value().to_string()).unwrap() == record);
        for odd in [
            "",
            "null",
            "{}",
            r#"{"generation":-1,"signed_out":0}"#,
            r#"{"generation":1,"signed_out":0,"grant":{}}"#,
        ] {
            assert!(Record::from_json(odd).is_none(), "{odd}");
        }
    }

    #[test]
    fn a_token_is_fresh_until_shortly_before_its_end() {
        assert!(grant(Some(60)).is_fresh(49_999) && !grant(Some(60)).is_fresh(50_000));
        assert!(grant(Some(4)).is_fresh(1_999) && !grant(Some(4)).is_fresh(2_000));
        assert!(!grant(Some(0)).is_fresh(0));
        assert!(grant(None).is_fresh(i64::MAX));
    }

    #[test]
    fn the_session_shows_claims_and_no_token() {
        let shown = written::session(&grant(Some(60))).to_string();
        let expected = r#"{"claims":{"roles":["a"],"sub":"ada"},"expiresAt":1800000060000,"scope":["openid","email"],"subject":"ada"}"#;
        assert_eq!(shown, expected);
    }
}
