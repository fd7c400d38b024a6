//! When the feed is asked, as a machine.
//!
//! - while the snapshot is young, nothing is asked;
//! - past the poll's interval, it still serves while one poll runs behind the answer;
//! - past the bound, or with none at all, the request polls itself, or waits while another does;
//! - where that fails, the route's mode says whether the request is turned away or goes on;
//! - after a failure the feed is left alone for 1, 2, 4 … 30 seconds.

use alloc::{vec, vec::Vec};

use super::{
    changes::{Changes, Entry, Question},
    mark::Facts,
    mode::Mode,
    snapshot::Snapshot,
};
use crate::{
    error::{Code, Error},
    time::{Seconds, UnixMillis, UnixSeconds},
};

/// How long one poll may take.
pub const POLL_DEADLINE: Seconds = Seconds(2);

/// A poll that has not reported by then was cut off with its request.
pub const POLL_LOST: Seconds = Seconds(POLL_DEADLINE.0 + 1);

const RETRY_MAX: u32 = 30;

/// How old a snapshot may be, and how long tokens live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// How long a snapshot serves before it is asked for again.
    pub poll: Seconds,
    /// How old a snapshot may be that a request is decided by.
    pub max_age: Seconds,
    /// How long a token lives at most.
    pub max_token_life: Seconds,
}

/// What a request has done itself since it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Own {
    /// Nothing yet.
    Nothing,
    /// It polled, and the answer was taken in.
    Polled,
    /// It polled in vain, or waited too long for another's poll.
    Failed,
}

/// What happened.
#[derive(Debug)]
pub enum Input<'a> {
    /// A request wants to know about its token.
    Wanted {
        /// What its route asks for.
        mode: Mode,
        /// What it has done already.
        own: Own,
    },
    /// A poll brought an answer.
    Polled {
        /// The answer.
        changes: &'a Changes,
        /// When the first of its questions was sent.
        asked: UnixMillis,
    },
    /// A poll failed.
    Failed,
    /// This isolate has written entries into the feed.
    Written(&'a [Entry]),
}

/// What to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Judge the token by the snapshot: [`Feed::check`].
    Check,
    /// The same, by a snapshot that is older than the bound, or by none: the feed failed, and the
    /// route goes on without it.
    CheckUnguarded,
    /// Poll, report, and ask again.
    Poll(Question),
    /// Poll behind the answer, and report.
    PollInBackground(Question),
    /// Somebody else is polling: ask again in a few milliseconds.
    Wait,
    /// Turn the request away.
    Refuse(Error),
}

/// What an isolate knows of the feed, and when it asks again.
#[derive(Debug)]
pub struct Feed {
    bounds: Bounds,
    snapshot: Snapshot,
    /// When the question was sent whose answer the snapshot holds whole.
    known: Option<UnixMillis>,
    polling_since: Option<UnixMillis>,
    failure: Option<Failure>,
}

#[derive(Clone, Copy, Debug)]
struct Failure {
    times: u32,
    retry_at: UnixMillis,
}

impl Feed {
    /// Nothing is known yet.
    #[must_use]
    pub fn new(bounds: Bounds) -> Self {
        Self { bounds, snapshot: Snapshot::default(), known: None, polling_since: None, failure: None }
    }

    /// How many entries are known.
    #[must_use]
    pub fn len(&self) -> usize {
        self.snapshot.len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.snapshot.is_empty()
    }

    /// Judges a token by what is known; see [`Snapshot::check`].
    ///
    /// # Errors
    /// `token_revoked`, `token_too_old`.
    pub fn check(&self, token: &Facts<'_>, now: UnixSeconds) -> Result<(), Error> {
        self.snapshot.check(token, self.bounds.max_token_life, now)
    }

    /// Takes in what happened and says what to do.
    pub fn handle(&mut self, input: Input<'_>, now: UnixMillis) -> Vec<Action> {
        match input {
            Input::Wanted { mode: Mode::Off, .. } => vec![Action::Check],
            Input::Wanted { mode: Mode::PerRequest, own } => vec![self.wanted_now(own, now)],
            Input::Wanted { mode, own } => self.wanted(mode, own, now),
            Input::Polled { changes, asked } => self.polled(changes, asked, now),
            Input::Failed => {
                self.failed(now);
                Vec::new()
            }
            Input::Written(entries) => {
                self.snapshot.learn(entries);
                Vec::new()
            }
        }
    }

    /// Another request's poll may have been sent before this request came: only its own counts.
    fn wanted_now(&mut self, own: Own, now: UnixMillis) -> Action {
        match own {
            Own::Polled => Action::Check,
            Own::Nothing if !self.is_cooling(now) => self.poll(now),
            Own::Nothing | Own::Failed => unavailable(Mode::PerRequest),
        }
    }

    fn wanted(&mut self, mode: Mode, own: Own, now: UnixMillis) -> Vec<Action> {
        let is_idle = !self.is_polling(now) && !self.is_cooling(now);
        let young = self.known.is_some_and(|asked| is_within(asked, self.bounds.poll, now));
        let bounded = self.known.is_some_and(|asked| is_within(asked, self.bounds.max_age, now));
        match own {
            _ if young => vec![Action::Check],
            _ if bounded && is_idle => vec![Action::Check, self.poll_in_background(now)],
            _ if bounded => vec![Action::Check],
            // Its own poll took longer than the bound: the answer is as new as one can be.
            Own::Polled => vec![Action::Check],
            Own::Nothing if is_idle => vec![self.poll(now)],
            Own::Nothing if self.is_polling(now) => vec![Action::Wait],
            Own::Nothing | Own::Failed => vec![unavailable(mode)],
        }
    }

    fn poll(&mut self, now: UnixMillis) -> Action {
        self.polling_since = Some(now);
        Action::Poll(self.snapshot.question())
    }

    fn poll_in_background(&mut self, now: UnixMillis) -> Action {
        self.polling_since = Some(now);
        Action::PollInBackground(self.snapshot.question())
    }

    fn polled(&mut self, changes: &Changes, asked: UnixMillis, now: UnixMillis) -> Vec<Action> {
        let before = self.snapshot.question();
        if self.snapshot.merge(changes, now.to_seconds()).is_err() {
            self.failed(now);
            return vec![unavailable(Mode::PerRequest)];
        }
        let next = self.snapshot.question();
        if changes.more {
            // An answer that leads nowhere would be asked for without end.
            if next == before {
                self.failed(now);
                return vec![unavailable(Mode::PerRequest)];
            }
            return vec![Action::Poll(next)];
        }
        self.known = self.known.max(Some(asked));
        self.polling_since = None;
        self.failure = None;
        Vec::new()
    }

    fn failed(&mut self, now: UnixMillis) {
        let times = self.failure.map_or(0, |failure| failure.times).saturating_add(1);
        let wait = 1_u32.checked_shl(times - 1).unwrap_or(RETRY_MAX).min(RETRY_MAX);
        self.failure = Some(Failure { times, retry_at: later(now, Seconds(wait)) });
        self.polling_since = None;
    }

    fn is_polling(&self, now: UnixMillis) -> bool {
        self.polling_since.is_some_and(|since| is_within(since, POLL_LOST, now))
    }

    fn is_cooling(&self, now: UnixMillis) -> bool {
        // A clock that jumped back must not keep the feed unasked for longer than the longest wait.
        let cooling =
            |failure: Failure| now < failure.retry_at && failure.retry_at <= later(now, Seconds(RETRY_MAX));
        self.failure.is_some_and(cooling)
    }
}

fn unavailable(mode: Mode) -> Action {
    match mode {
        Mode::Off | Mode::FailOpen => Action::CheckUnguarded,
        Mode::FailClosed | Mode::PerRequest => Action::Refuse(Code::RevocationUnavailable.into()),
    }
}

/// Whether `now` lies less than `span` after `since`; a clock that jumped back says no.
fn is_within(since: UnixMillis, span: Seconds, now: UnixMillis) -> bool {
    since <= now && now < later(since, span)
}

fn later(instant: UnixMillis, span: Seconds) -> UnixMillis {
    UnixMillis(instant.0.saturating_add(i64::from(span.0) * 1000))
}

#[cfg(test)]
mod tests;
