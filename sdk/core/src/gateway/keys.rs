//! The life of an issuer's keys, as a machine: when to fetch, when to wait, when to refuse.
//!
//! - a document is fresh for its `max-age`, between a minute and an hour, ten minutes if unsaid; in
//!   the last quarter it is renewed in the background, and up to five minutes beyond nobody waits
//!   for that either;
//! - one look for a key that is not there, then none for 30 seconds: a stranger who invents key ids
//!   cannot turn the verifier into a hammer;
//! - on failure the last keys serve for a day, and the issuer is asked again after 1, 2, 4 … 30
//!   seconds, or when it says;
//! - a document replaces the one before it whole, so that a removed key stops verifying;
//! - one request fetches, the others wait on clocks of their own: a Worker must not await the
//!   promise of another request.

mod absent;
mod document;
mod events;
mod failure;
mod headers;
mod pins;

use alloc::{sync::Arc, vec, vec::Vec};

use absent::Absent;
pub use document::{Age, Purpose};
use document::{Document, Stage};
pub use events::{Action, Input, Level, Ticket};
use failure::Failure;
pub use headers::{max_age, retry_after};
pub use pins::Pins;

use crate::{
    error::{Code, Error},
    jose::{Algorithm, KeySet},
    time::{Seconds, UnixSeconds},
};

/// How long one fetch may take, discovery included.
pub const FETCH_DEADLINE: Seconds = Seconds(5);
/// How large a fetched document may be, in bytes.
pub const MAX_DOCUMENT: usize = 64 * 1024;
/// How long a document may serve at most, while its issuer cannot be reached.
pub const USABLE: Seconds = Seconds(24 * 3600);

/// How long no key is looked for after one was looked for.
const MISS_COOLDOWN: Seconds = Seconds(30);
/// How old a document may be that shows a key to be still absent.
const ABSENCE_SHOWN: Seconds = Seconds(60);
/// A fetch that has not reported by then was cut off with its request.
const FETCH_LOST: Seconds = Seconds(FETCH_DEADLINE.0 + 1);

/// The keys of one issuer. Keys of different issuers never share a cache.
#[derive(Debug, Default)]
pub struct KeyCache {
    document: Option<Document>,
    generation: u64,
    begun: u64,
    fetching: Option<Fetching>,
    missed_at: Option<UnixSeconds>,
    absent: Absent,
    failure: Option<Failure>,
    fixed: bool,
}

#[derive(Debug)]
struct Fetching {
    ticket: Ticket,
    since: UnixSeconds,
}

impl KeyCache {
    /// Keys from configuration, which are never fetched.
    #[must_use]
    pub fn fixed(keys: KeySet) -> Self {
        let age = Age { at: UnixSeconds(i64::MIN), max_age: None };
        Self {
            document: Some(Document::new(keys, age, Ticket(0), Level::Issuer)),
            fixed: true,
            ..Self::default()
        }
    }

    /// Whether keys are there that may still be used.
    #[must_use]
    pub fn is_ready(&self, now: UnixSeconds) -> bool {
        self.usable(now).is_some()
    }

    /// Whether the keys need not even be renewed.
    #[must_use]
    pub fn is_settled(&self, now: UnixSeconds) -> bool {
        let is_settled = |document: &Document| document.age.stage(now) == Stage::Fresh;
        self.fixed || self.document.as_ref().is_some_and(is_settled)
    }

    /// The keys that are there, whether or not they may still be used.
    #[must_use]
    pub fn keys(&self) -> Option<Arc<KeySet>> {
        self.document.as_ref().map(|document| document.keys.clone())
    }

    /// The number of the key set: another one whenever a key came, went or changed. What was
    /// verified under one number may be kept under that number only.
    #[must_use]
    pub const fn generation(&self) -> u64 {
        self.generation
    }

    /// The keys for a token, if they are there; stale ones serve, because nothing can be fetched now.
    ///
    /// # Errors
    /// `keys_not_loaded`: nothing is there yet. `token_key_not_found`: the key is not among them.
    pub fn loaded(&self, alg: Algorithm, kid: Option<&str>, now: UnixSeconds) -> Result<Arc<KeySet>, Error> {
        let document = self.usable(now).ok_or(Code::KeysNotLoaded)?;
        if document.has(alg, kid) { Ok(document.keys.clone()) } else { Err(Code::TokenKeyNotFound.into()) }
    }

    /// Takes in what happened and says what to do; for [`Input::Wanted`] the last action is the
    /// one for the token.
    pub fn handle(&mut self, input: Input<'_>, now: UnixSeconds) -> Vec<Action> {
        match input {
            Input::Wanted { alg, kid, fetched } => return self.wanted(alg, kid, fetched, now),
            Input::SignatureInvalid => return self.doubt(now),
            Input::Fetched { ticket, keys, age, from } => {
                self.close(ticket);
                self.fetched(ticket, keys, age.not_after(now), from, now);
            }
            Input::Failed { ticket, error, retry_after } => {
                self.close(ticket);
                self.failed(ticket, error, retry_after, now);
            }
        }
        Vec::new()
    }

    fn wanted(
        &mut self,
        alg: Algorithm,
        kid: Option<&str>,
        fetched: Option<Ticket>,
        now: UnixSeconds,
    ) -> Vec<Action> {
        let Some(document) = self.usable(now) else { return vec![self.fetch(now)] };
        let (keys, found) = (document.keys.clone(), document.has(alg, kid));
        match (document.age.stage(now), found) {
            _ if self.fixed => vec![if found { Action::Verify(keys) } else { not_found() }],
            // Where the last attempt failed nobody waits for the next one.
            (Stage::Old, _) if self.failure.is_none() => vec![self.fetch(now)],
            (_, false) => self.missed(alg, kid, fetched, now),
            (Stage::Fresh, true) => vec![Action::Verify(keys)],
            (_, true) if self.is_fetching(now) || self.is_cooling(now) => vec![Action::Verify(keys)],
            (_, true) => vec![Action::Refresh(self.begin(now), Purpose::Renewal), Action::Verify(keys)],
        }
    }

    fn fetch(&mut self, now: UnixSeconds) -> Action {
        match &self.failure {
            _ if self.is_fetching(now) => Action::Wait,
            Some(failure) if failure.is_cooling(now) => Action::Refuse(failure.error),
            _ => Action::Fetch(self.begin(now), Purpose::Keys),
        }
    }

    fn missed(
        &mut self,
        alg: Algorithm,
        kid: Option<&str>,
        fetched: Option<Ticket>,
        now: UnixSeconds,
    ) -> Vec<Action> {
        if self.has_looked(fetched) {
            self.absent.note(alg, kid, now);
            self.missed_at = Some(now);
            return vec![not_found()];
        }
        let absent = self.failure.is_none() && self.shows_absence(now) && self.absent.contains(alg, kid, now);
        let looked = self.has_missed(now);
        match &self.failure {
            _ if self.is_fetching(now) => vec![if absent { not_found() } else { Action::Wait }],
            // The key may well be there: an outage is no reason to call the token invalid.
            Some(failure) if looked || failure.is_cooling(now) => vec![Action::Refuse(failure.error)],
            None if looked => vec![not_found()],
            _ => {
                self.missed_at = Some(now);
                let ticket = self.begin(now);
                match absent {
                    true => vec![Action::Refresh(ticket, Purpose::MissingKey), not_found()],
                    false => vec![Action::Fetch(ticket, Purpose::MissingKey)],
                }
            }
        }
    }

    fn doubt(&mut self, now: UnixSeconds) -> Vec<Action> {
        if self.fixed || self.is_fetching(now) || self.is_cooling(now) || self.has_missed(now) {
            return Vec::new();
        }
        self.missed_at = Some(now);
        vec![Action::Refresh(self.begin(now), Purpose::MissingKey)]
    }

    /// Whether the document is one that the issuer gave to this very request.
    fn has_looked(&self, fetched: Option<Ticket>) -> bool {
        let since = |document: &Document| {
            document.from == Level::Issuer && fetched.is_some_and(|own| document.ticket >= own)
        };
        self.failure.is_none() && self.document.as_ref().is_some_and(since)
    }

    fn begin(&mut self, now: UnixSeconds) -> Ticket {
        self.begun = self.begun.saturating_add(1);
        let ticket = Ticket(self.begun);
        self.fetching = Some(Fetching { ticket, since: now });
        ticket
    }

    fn close(&mut self, ticket: Ticket) {
        self.fetching.take_if(|fetch| fetch.ticket == ticket);
    }

    fn fetched(&mut self, ticket: Ticket, keys: KeySet, age: Age, from: Level, now: UnixSeconds) {
        if self.document.as_ref().is_some_and(|document| !document.yields_to(ticket, age, from, now)) {
            return;
        }
        if self.document.as_ref().is_none_or(|document| !document.keys.has_same_keys(&keys)) {
            self.generation = self.generation.saturating_add(1);
            self.absent = Absent::default();
        }
        // A stale document from a store does not mean that the issuer is back.
        if from == Level::Issuer || age.is_fresh(now) {
            self.failure = None;
        }
        self.document = Some(Document::new(keys, age, ticket, from));
    }

    fn failed(&mut self, ticket: Ticket, error: Error, retry_after: Option<Seconds>, now: UnixSeconds) {
        if self.document.as_ref().is_none_or(|document| document.ticket < ticket) {
            self.failure = Some(Failure::after(self.failure.take(), error, retry_after, now));
        }
    }

    fn usable(&self, now: UnixSeconds) -> Option<&Document> {
        self.document.as_ref().filter(|document| self.fixed || document.age.is_usable(now))
    }

    fn shows_absence(&self, now: UnixSeconds) -> bool {
        self.document.as_ref().is_some_and(|document| now.since(document.age.at) < ABSENCE_SHOWN)
    }

    fn is_fetching(&self, now: UnixSeconds) -> bool {
        let under_way = |fetch: &Fetching| now >= fetch.since && now.since(fetch.since) < FETCH_LOST;
        self.fetching.as_ref().is_some_and(under_way)
    }

    /// Whether the issuer was lately asked for what the document lacks. Seconds are whole: when the
    /// clock has advanced by 30, perhaps only 29 have passed.
    fn has_missed(&self, now: UnixSeconds) -> bool {
        self.missed_at.is_some_and(|at| now >= at && now.since(at) <= MISS_COOLDOWN)
    }

    fn is_cooling(&self, now: UnixSeconds) -> bool {
        self.failure.as_ref().is_some_and(|failure| failure.is_cooling(now))
    }
}

fn not_found() -> Action {
    Action::Refuse(Code::TokenKeyNotFound.into())
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
