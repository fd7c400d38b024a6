//! A key set, and how it ages.

use alloc::sync::Arc;

use super::{Level, Ticket, USABLE};
use crate::{
    jose::{Algorithm, KeySet},
    time::{Seconds, UnixSeconds},
};

const FRESH_DEFAULT: Seconds = Seconds(600);
const FRESH_MIN: Seconds = Seconds(60);
const FRESH_MAX: Seconds = Seconds(3600);
/// How long beyond its freshness a document serves while somebody renews it.
const STALE_MAX: Seconds = Seconds(300);
/// How far the clocks of two isolates differ at most.
const SKEW: Seconds = Seconds(60);

/// How old a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Age {
    /// When the issuer was asked for it.
    pub at: UnixSeconds,
    /// How long it is fresh, as its answer said; see [`max_age`](super::max_age).
    pub max_age: Option<Seconds>,
}

/// How far a document has aged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// It serves.
    Fresh,
    /// It serves, and is to be renewed meanwhile.
    Aging,
    /// It serves only if the issuer cannot be reached.
    Old,
}

/// What a fetch is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// There is no document, or an old one.
    Keys,
    /// The document is about to age or has aged.
    Renewal,
    /// The document lacks a key.
    MissingKey,
}

impl Purpose {
    /// Whether a document of a shared store does, so that the issuer need not be asked.
    ///
    /// One that has aged would only be renewed again, and a key that is missing may be newer than
    /// whatever is stored.
    #[must_use]
    pub fn is_served_by(self, stored: Age, now: UnixSeconds) -> bool {
        match self {
            Self::Keys => stored.is_fresh(now),
            Self::Renewal => stored.stage(now) == Stage::Fresh,
            Self::MissingKey => false,
        }
    }
}

impl Age {
    pub(super) fn is_usable(self, now: UnixSeconds) -> bool {
        now.since(self.at) < USABLE
    }

    /// Whether a document that lay in a store may be used at all. Whoever wrote it may have a clock
    /// that is a little ahead; one far ahead would make it look new for ever.
    #[must_use]
    pub fn is_credible(self, now: UnixSeconds) -> bool {
        self.is_usable(now) && self.at.since(now) <= SKEW
    }

    /// Whether the document is within its freshness: what its answer said, but at least a minute
    /// and at most an hour.
    #[must_use]
    pub fn is_fresh(self, now: UnixSeconds) -> bool {
        now >= self.at && now.since(self.at) < self.fresh_for()
    }

    pub(super) fn stage(self, now: UnixSeconds) -> Stage {
        let (age, fresh) = (now.since(self.at), self.fresh_for());
        let renewed_from = Seconds(fresh.0 - fresh.0 / 4);
        let old_from = Seconds(fresh.0 + fresh.0.min(STALE_MAX.0));
        match age {
            // The clock jumped back, so that nobody knows how old it is.
            _ if now < self.at => Stage::Aging,
            _ if age < renewed_from => Stage::Fresh,
            _ if age < old_from => Stage::Aging,
            _ => Stage::Old,
        }
    }

    /// A document cannot come from the future.
    pub(super) fn not_after(self, now: UnixSeconds) -> Self {
        Self { at: self.at.min(now), ..self }
    }

    fn fresh_for(self) -> Seconds {
        self.max_age.unwrap_or(FRESH_DEFAULT).clamp(FRESH_MIN, FRESH_MAX)
    }
}

/// A key set in use.
#[derive(Debug)]
pub(super) struct Document {
    pub keys: Arc<KeySet>,
    pub age: Age,
    pub ticket: Ticket,
    pub from: Level,
}

impl Document {
    pub fn new(keys: KeySet, age: Age, ticket: Ticket, from: Level) -> Self {
        Self { keys: Arc::new(keys), age, ticket, from }
    }

    pub fn has(&self, alg: Algorithm, kid: Option<&str>) -> bool {
        self.keys.candidates(alg, kid).next().is_some()
    }

    /// Whether another document takes this one's place. Answers that overtook each other must not
    /// bring a removed key back, and a store may hold less than what is here.
    pub fn yields_to(&self, ticket: Ticket, age: Age, from: Level, now: UnixSeconds) -> bool {
        match from {
            Level::Issuer => ticket > self.ticket,
            Level::Store => age.at > self.age.at || self.age.at > now,
        }
    }
}
