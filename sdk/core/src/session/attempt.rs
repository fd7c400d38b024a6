//! A refresh under way or an outage, written into the record: so that a slow answer costs no second
//! request, and an outage no more requests with many tabs than with one.

use alloc::{string::String, vec::Vec};

use super::{Millis, clock::Moment};
use crate::{
    json::{Value, Writer},
    time::{Seconds, UnixMillis},
};

/// How long a request to the token endpoint may take.
pub(super) const REQUEST: Millis = Millis(10_000);
/// A request that was sent so long ago is over: it was answered, it timed out, or its page is gone.
const LOST: Millis = Millis(REQUEST.0 + 1_000);
/// No more than [`REQUESTS`] requests in this time while they fail.
const WINDOW: Millis = Millis(10_000);
const REQUESTS: usize = 3;
const FIRST_BACKOFF: i64 = 1_000;
const LAST_BACKOFF: i64 = 60_000;
/// Longer waits that a server asks for are taken for this one.
const MAX_WAIT: Millis = Millis(600_000);

/// A refresh that somebody has begun or that failed; until it is over, nobody else tries.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Attempt {
    /// How far it has come.
    pub stage: Stage,
    /// Until when others leave it alone, on the wall clock.
    pub until: UnixMillis,
    /// How often it has failed in a row.
    pub failures: u32,
    /// When the last requests, three at most, were sent.
    pub starts: Vec<UnixMillis>,
}

/// How far an [`Attempt`] has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// A request was sent by whoever holds the lock: who gets the lock afterwards knows it is over.
    Locked,
    /// A request was sent without a lock.
    Unlocked,
    /// The request failed; the next is due at `until`, or when the network is back.
    Failed,
    /// The request failed, and the server said how long to wait.
    Deferred,
}

impl Stage {
    const ALL: [(Self, &'static str); 4] = [
        (Self::Locked, "locked"),
        (Self::Unlocked, "unlocked"),
        (Self::Failed, "failed"),
        (Self::Deferred, "deferred"),
    ];

    /// Whether a request is under way.
    pub(super) const fn is_sent(self) -> bool {
        matches!(self, Self::Locked | Self::Unlocked)
    }

    fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(stage, _)| *stage == self).map_or("", |(_, name)| name)
    }

    fn read(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, name)| *name == text).map(|(stage, _)| *stage)
    }
}

impl Attempt {
    /// A request that is about to be sent, after `last`.
    pub(super) fn sent(last: Option<&Self>, stage: Stage, wall: UnixMillis) -> Self {
        let mut starts = last.map(|last| last.starts.clone()).unwrap_or_default();
        starts.drain(..(starts.len() + 1).saturating_sub(REQUESTS));
        starts.push(wall);
        Self { stage, until: later(wall, LOST), failures: last.map_or(0, |last| last.failures), starts }
    }

    /// The same after it has failed. `spread` is a number between 0 and 2³² that is another one
    /// with every client and every failure: full jitter, so that clients do not come back together.
    pub(super) fn failed(&self, wait: Option<Seconds>, spread: u32, wall: UnixMillis) -> Self {
        let backoff = FIRST_BACKOFF.saturating_mul(1 << self.failures.min(16)).min(LAST_BACKOFF);
        let backoff = Millis((backoff * i64::from(spread)) >> 32);
        let (stage, wait) = match wait {
            Some(wait) => (Stage::Deferred, backoff.max(Millis::from(wait).min(MAX_WAIT))),
            None => (Stage::Failed, backoff),
        };
        let until = later(wall, wait.max(self.pause(wall)));
        Self { stage, until, failures: self.failures.saturating_add(1), starts: self.starts.clone() }
    }

    /// How long to wait for the sake of the server alone, however good the network is.
    pub(super) fn pause(&self, wall: UnixMillis) -> Millis {
        match self.starts.first() {
            Some(first) if self.starts.len() >= REQUESTS => between(wall, later(*first, WINDOW)).min(WINDOW),
            _ => Millis(0),
        }
    }

    /// How long others leave it alone, as far as a wall clock can tell: one that was set back does
    /// not make it longer than it can be.
    fn remaining(&self, wall: UnixMillis) -> Millis {
        between(wall, self.until).min(if self.stage.is_sent() { LOST } else { MAX_WAIT })
    }

    pub(super) fn to_text(&self) -> String {
        let mut starts = Writer::list();
        for start in &self.starts {
            starts.item_number(start.0);
        }
        let mut members = Writer::object();
        members.text("stage", self.stage.as_str()).number("until", self.until.0);
        members.number("failures", self.failures.into()).raw("starts", &starts.finish());
        members.finish()
    }

    pub(super) fn from_value(stored: &Value) -> Option<Self> {
        let mut starts = Vec::new();
        for start in stored.get("starts")?.as_array()?.iter().take(REQUESTS) {
            starts.push(UnixMillis(start.as_i64()?));
        }
        Some(Self {
            stage: Stage::read(stored.get("stage")?.as_str()?)?,
            until: UnixMillis(stored.get("until")?.as_i64()?),
            failures: u32::try_from(stored.get("failures")?.as_u64()?).ok()?,
            starts,
        })
    }
}

/// An attempt that was seen in the record, and for how long it binds whoever saw it.
#[derive(Clone, Debug, Hash)]
pub(super) struct Seen {
    pub attempt: Attempt,
    monotonic: Millis,
    passed: Millis,
    remaining: Millis,
}

impl Seen {
    pub(super) fn new(attempt: Attempt, at: &Moment) -> Self {
        let remaining = attempt.remaining(at.wall);
        Self { attempt, monotonic: at.monotonic, passed: at.passed, remaining }
    }

    /// How long to leave it alone. A request is not over sooner because the machine slept: its page
    /// slept too. An outage may be.
    pub(super) fn left(&self, at: &Moment) -> Millis {
        let sent = self.attempt.stage.is_sent();
        self.remaining - if sent { at.monotonic - self.monotonic } else { at.passed - self.passed }
    }

    /// The network may be back: what the server did not ask for need not be waited for.
    pub(super) fn hurry(&mut self, at: &Moment) {
        if self.attempt.stage == Stage::Failed {
            let pause = self.attempt.pause(at.wall);
            self.remaining = self.remaining.min(at.passed - self.passed + pause);
        }
    }
}

fn later(wall: UnixMillis, span: Millis) -> UnixMillis {
    UnixMillis(wall.0.saturating_add(span.0))
}

/// From `earlier` to `later`, at least nothing.
fn between(earlier: UnixMillis, later: UnixMillis) -> Millis {
    Millis(later.0.saturating_sub(earlier.0).max(0))
}
