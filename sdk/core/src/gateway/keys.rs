//! The life of an issuer's keys, as a machine: when to fetch, when to wait, when to refuse.
//!
//! - fresh for `max-age` of the document, between a minute and an hour, ten minutes if unsaid;
//! - one refetch for a key that is not there, then none for 30 seconds: a stranger who invents
//!   key ids cannot turn the verifier into a hammer;
//! - on failure the last keys serve for a day, and the issuer is asked again after 1, 2, 4 … 30
//!   seconds;
//! - a document replaces the one before it whole, so that a removed key stops verifying;
//! - one request fetches, the others wait on clocks of their own: a Worker must not await the
//!   promise of another request.

use alloc::{sync::Arc, vec, vec::Vec};

use crate::{
    error::{Code, Error},
    http::Response,
    jose::{Algorithm, KeySet},
    time::{Seconds, UnixSeconds},
};

/// How long one fetch may take, discovery included.
pub const FETCH_DEADLINE: Seconds = Seconds(5);
/// How large a fetched document may be, in bytes.
pub const MAX_DOCUMENT: usize = 64 * 1024;

const FRESH_DEFAULT: Seconds = Seconds(600);
const FRESH_MIN: Seconds = Seconds(60);
const FRESH_MAX: Seconds = Seconds(3600);
const USABLE: Seconds = Seconds(24 * 3600);
const MISS_COOLDOWN: Seconds = Seconds(30);
const RETRY_MAX: u32 = 30;
/// A fetch that has not reported by then was cut off with its request.
const FETCH_LOST: Seconds = Seconds(FETCH_DEADLINE.0 + 1);

/// What happened.
pub enum Input<'a> {
    /// A token asks for a key.
    Wanted {
        /// Its algorithm.
        alg: Algorithm,
        /// Its key id.
        kid: Option<&'a str>,
        /// Whether this very request has fetched the document past all caches.
        fetched: bool,
    },
    /// A fetch brought the document.
    Fetched {
        /// Its keys.
        keys: KeySet,
        /// When it left the issuer.
        at: UnixSeconds,
        /// Its `max-age`.
        max_age: Option<Seconds>,
    },
    /// A fetch failed.
    Failed(Error),
}

/// What to do.
#[derive(Clone, Debug)]
pub enum Action {
    /// Verify with the candidates of this set.
    Verify(Arc<KeySet>),
    /// Fetch, report with [`Input::Fetched`] or [`Input::Failed`], and ask again.
    Fetch {
        /// Whether shared caches must be passed over, because what they hold lacks a key.
        past_caches: bool,
    },
    /// Somebody else is fetching: ask again in a few milliseconds.
    Wait,
    /// Turn the token away.
    Refuse(Error),
}

/// The keys of one issuer. Keys of different issuers never share a cache.
#[derive(Debug, Default)]
pub struct KeyCache {
    document: Option<Document>,
    fetching_since: Option<UnixSeconds>,
    missed_at: Option<UnixSeconds>,
    failure: Option<Failure>,
    fixed: bool,
}

#[derive(Debug)]
struct Document {
    keys: Arc<KeySet>,
    at: UnixSeconds,
    fresh_until: UnixSeconds,
}

#[derive(Debug)]
struct Failure {
    error: Error,
    times: u32,
    retry_at: UnixSeconds,
}

impl KeyCache {
    /// Keys from configuration, which are never fetched.
    #[must_use]
    pub fn fixed(keys: KeySet) -> Self {
        let always = UnixSeconds(i64::MAX);
        let document = Document { keys: Arc::new(keys), at: always, fresh_until: always };
        Self { document: Some(document), fixed: true, ..Self::default() }
    }

    /// Whether keys are there that may still be used.
    #[must_use]
    pub fn is_ready(&self, now: UnixSeconds) -> bool {
        self.usable(now).is_some()
    }

    /// How long a document with this `max-age` is fresh.
    #[must_use]
    pub fn fresh_for(max_age: Option<Seconds>) -> Seconds {
        max_age.unwrap_or(FRESH_DEFAULT).clamp(FRESH_MIN, FRESH_MAX)
    }

    /// The keys for a token, if they are there; stale ones serve, because nothing can be fetched now.
    ///
    /// # Errors
    /// `keys_not_loaded`: nothing is there yet. `token_key_not_found`: the key is not among them.
    pub fn loaded(&self, alg: Algorithm, kid: Option<&str>, now: UnixSeconds) -> Result<Arc<KeySet>, Error> {
        let document = self.usable(now).ok_or(Code::KeysNotLoaded)?;
        let found = document.keys.candidates(alg, kid).next().is_some();
        if found { Ok(document.keys.clone()) } else { Err(Code::TokenKeyNotFound.into()) }
    }

    /// Takes in what happened and says what to do.
    pub fn handle(&mut self, input: Input<'_>, now: UnixSeconds) -> Vec<Action> {
        match input {
            Input::Wanted { alg, kid, fetched } => vec![self.wanted(alg, kid, fetched, now)],
            Input::Fetched { keys, at, max_age } => {
                self.fetched(keys, at, max_age);
                Vec::new()
            }
            Input::Failed(error) => {
                self.failed(error, now);
                Vec::new()
            }
        }
    }

    fn wanted(&mut self, alg: Algorithm, kid: Option<&str>, fetched: bool, now: UnixSeconds) -> Action {
        let document = self.usable(now);
        let found = document.filter(|document| document.keys.candidates(alg, kid).next().is_some());
        let found = found.map(|document| (document.keys.clone(), now < document.fresh_until));
        let fresh = document.is_some_and(|document| now < document.fresh_until);
        match found {
            Some((keys, true)) => Action::Verify(keys),
            Some((keys, false)) if self.is_fetching(now) || self.is_cooling(now) => Action::Verify(keys),
            _ if self.is_fetching(now) => Action::Wait,
            None if fresh => self.missed(fetched, now),
            _ if self.is_cooling(now) => Action::Refuse(self.failure()),
            _ => self.fetch(false, now),
        }
    }

    fn missed(&mut self, fetched: bool, now: UnixSeconds) -> Action {
        let cooling = self.missed_at.is_some_and(|at| now.since(at) < MISS_COOLDOWN && now >= at);
        match &self.failure {
            _ if self.fixed => Action::Refuse(Code::TokenKeyNotFound.into()),
            None if fetched => {
                self.missed_at = Some(now);
                Action::Refuse(Code::TokenKeyNotFound.into())
            }
            // The key may well be there: an outage is no reason to call the token invalid.
            Some(failure) if cooling => Action::Refuse(failure.error),
            None if cooling => Action::Refuse(Code::TokenKeyNotFound.into()),
            _ => {
                self.missed_at = Some(now);
                self.fetch(true, now)
            }
        }
    }

    fn fetch(&mut self, past_caches: bool, now: UnixSeconds) -> Action {
        self.fetching_since = Some(now);
        Action::Fetch { past_caches }
    }

    fn fetched(&mut self, keys: KeySet, at: UnixSeconds, max_age: Option<Seconds>) {
        let fresh_until = at + Self::fresh_for(max_age);
        self.document = Some(Document { keys: Arc::new(keys), at, fresh_until });
        self.fetching_since = None;
        self.failure = None;
    }

    fn failed(&mut self, error: Error, now: UnixSeconds) {
        let times = self.failure.as_ref().map_or(0, |failure| failure.times).saturating_add(1);
        let wait = 1_u32.checked_shl(times - 1).unwrap_or(RETRY_MAX).min(RETRY_MAX);
        self.failure = Some(Failure { error, times, retry_at: now + Seconds(wait) });
        self.fetching_since = None;
    }

    fn usable(&self, now: UnixSeconds) -> Option<&Document> {
        self.document.as_ref().filter(|document| now.since(document.at) < USABLE)
    }

    fn is_fetching(&self, now: UnixSeconds) -> bool {
        self.fetching_since.is_some_and(|since| now.since(since) < FETCH_LOST && now >= since)
    }

    fn is_cooling(&self, now: UnixSeconds) -> bool {
        // A clock that jumped back must not keep the issuer unasked for longer than the longest wait.
        let cooling =
            |failure: &Failure| now < failure.retry_at && failure.retry_at.since(now) <= Seconds(RETRY_MAX);
        self.failure.as_ref().is_some_and(cooling)
    }

    fn failure(&self) -> Error {
        self.failure.as_ref().map_or(Code::JwksUnavailable.into(), |failure| failure.error)
    }
}

/// `max-age` of the answer's `Cache-Control`; zero for `no-store` and `no-cache`.
///
/// Source: [RFC 9111 §5.2](https://www.rfc-editor.org/rfc/rfc9111#section-5.2)
#[must_use]
pub fn max_age(response: &Response) -> Option<Seconds> {
    let mut age = None;
    for directive in response.header("cache-control")?.split(',').map(str::trim) {
        let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
        match name.to_ascii_lowercase().as_str() {
            "no-store" | "no-cache" => return Some(Seconds(0)),
            "max-age" => age = value.trim_matches('"').parse().ok().map(Seconds),
            _ => {}
        }
    }
    age
}

#[cfg(test)]
mod tests;
