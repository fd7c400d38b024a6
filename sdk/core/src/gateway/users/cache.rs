//! Users that were looked up a moment ago.

use alloc::{collections::BTreeMap, string::String, sync::Arc};

use super::{User, token_email};
use crate::{
    gateway::identity::Identity,
    time::{Seconds, UnixSeconds},
};

/// How many users are remembered.
const MAX_ENTRIES: usize = 1024;

/// Remembers users for a while, and never longer than the token lives that they were looked up for.
#[derive(Debug)]
pub struct Cache {
    keep_for: Seconds,
    entries: BTreeMap<Key, Entry>,
}

/// What the outcome of a lookup depends on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    issuer: String,
    subject: String,
    email: Option<String>,
}

#[derive(Debug)]
struct Entry {
    user: Arc<User>,
    until: UnixSeconds,
}

impl Key {
    /// That of an identity; none if it has no subject.
    #[must_use]
    pub fn of(identity: &Identity) -> Option<Self> {
        let subject = identity.subject.clone()?;
        Some(Self { issuer: identity.issuer.clone(), subject, email: token_email(identity) })
    }

    /// The issuer. A subject is somebody only together with it.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The subject.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }
}

impl Cache {
    /// Remembers nothing yet; later each user for `keep_for`.
    #[must_use]
    pub const fn new(keep_for: Seconds) -> Self {
        Self { keep_for, entries: BTreeMap::new() }
    }

    /// The user, if it is remembered and the time is not over.
    #[must_use]
    pub fn get(&self, key: &Key, now: UnixSeconds) -> Option<Arc<User>> {
        let entry = self.entries.get(key).filter(|entry| now < entry.until)?;
        Some(Arc::clone(&entry.user))
    }

    /// Remembers a user, at the latest until the token `expires`.
    pub fn put(&mut self, key: Key, user: Arc<User>, expires: Option<UnixSeconds>, now: UnixSeconds) {
        let until = now + self.keep_for;
        let until = expires.map_or(until, |expires| until.min(expires));
        if until <= now {
            return;
        }
        if self.entries.len() >= MAX_ENTRIES {
            self.make_room(now);
        }
        self.entries.insert(key, Entry { user, until });
    }

    /// Drops what is over; if nothing is, what is over first.
    fn make_room(&mut self, now: UnixSeconds) {
        self.entries.retain(|_, entry| now < entry.until);
        if self.entries.len() < MAX_ENTRIES {
            return;
        }
        let first = self.entries.iter().min_by_key(|(_, entry)| entry.until).map(|(key, _)| key.clone());
        if let Some(key) = first {
            self.entries.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(subject: &str) -> Key {
        Key { issuer: "i".into(), subject: subject.into(), email: None }
    }

    fn user() -> Arc<User> {
        let (id, email) = ("u".into(), "u@example".into());
        Arc::new(User { id, email, name: None, organization: None, platform_admin: false })
    }

    #[test]
    fn a_user_is_remembered_for_a_while() {
        let mut cache = Cache::new(Seconds(60));
        cache.put(key("a"), user(), None, UnixSeconds(100));
        assert!(cache.get(&key("a"), UnixSeconds(159)).is_some());
        assert!(cache.get(&key("a"), UnixSeconds(160)).is_none());
        assert!(cache.get(&key("b"), UnixSeconds(100)).is_none());
    }

    #[test]
    fn never_longer_than_the_token_lives() {
        let mut cache = Cache::new(Seconds(60));
        cache.put(key("a"), user(), Some(UnixSeconds(110)), UnixSeconds(100));
        assert!(cache.get(&key("a"), UnixSeconds(109)).is_some());
        assert!(cache.get(&key("a"), UnixSeconds(110)).is_none());
        cache.put(key("b"), user(), Some(UnixSeconds(100)), UnixSeconds(100));
        assert!(cache.get(&key("b"), UnixSeconds(100)).is_none(), "a tolerated token is not remembered");
    }

    #[test]
    fn another_issuers_subject_is_another() {
        let mut cache = Cache::new(Seconds(60));
        cache.put(key("a"), user(), None, UnixSeconds(100));
        assert!(cache.get(&Key { issuer: "j".into(), ..key("a") }, UnixSeconds(100)).is_none());
        assert!(cache.get(&Key { email: Some("x".into()), ..key("a") }, UnixSeconds(100)).is_none());
    }

    #[test]
    fn it_never_holds_more_than_it_may() {
        let mut cache = Cache::new(Seconds(60));
        for at in 0..3 * i64::try_from(MAX_ENTRIES).unwrap() {
            cache.put(key(&at.to_string()), user(), None, UnixSeconds(100 + at / 100));
            assert!(cache.entries.len() <= MAX_ENTRIES);
        }
        let last = (3 * MAX_ENTRIES - 1).to_string();
        assert!(cache.get(&key(&last), UnixSeconds(131)).is_some(), "the newest is there");
    }

    #[test]
    fn nothing_is_remembered_for_no_time() {
        let mut cache = Cache::new(Seconds(0));
        cache.put(key("a"), user(), None, UnixSeconds(100));
        assert!(cache.entries.is_empty());
    }
}
