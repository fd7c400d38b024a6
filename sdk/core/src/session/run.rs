//! The way to a refresh: read, lock, read again, claim, ask. One at a time in a machine.

use alloc::{boxed::Box, string::String, sync::Arc, vec::Vec};

use super::{
    Access, Action, Background, Grant, Machine, Millis, Reason, Record, Refresh, Renewed, Stage, Step,
    Target,
    attempt::{Attempt, REQUEST},
    clock::Moment,
    forget,
    lock::Lock,
    view::Aged,
};
use crate::{oauth::Failure, time::UnixMillis};

/// Where a run is.
#[derive(Clone, Hash)]
pub(super) enum Phase {
    Idle,
    /// Looking whether somebody else has refreshed already.
    Reading,
    /// Waiting for the lock.
    Locking,
    /// Looking again, with the lock or without.
    Rereading,
    /// Changing the record.
    Swapping(Box<Swapping>),
    /// Waiting for the token endpoint.
    Sending(Step, Box<Sent>),
    /// The refresh token was refused: looking whether it is still the one, for the first or second time.
    Confirming(Box<Sent>, Look),
    /// The time between the two looks, up to a reading of the monotonic clock.
    Pausing(Millis, Box<Sent>),
    /// Leaving the token endpoint alone, until the attempt that was seen no longer binds.
    Waiting,
}

/// Which look at the record it is.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Look {
    First,
    Second,
}

/// A change of the record under way.
#[derive(Clone, Hash)]
pub(super) struct Swapping {
    /// The [`Machine::version`] that it was decided on.
    pub version: u32,
    pub text: String,
    pub next: Record,
    pub then: Then,
}

/// What a change of the record is for.
#[derive(Clone, Hash)]
pub(super) enum Then {
    /// Say that a request is about to be sent.
    Claim(Target),
    /// Keep what came.
    Commit(Box<Sent>, Box<Renewed>),
    /// Say that it failed, and when the next is due.
    Fail(Box<Sent>, Failed),
    /// Say that it is over, and nobody is to wait: the server refused this target.
    Release(Box<Sent>, Failed),
    /// End the session, because the server refused the refresh token, or because there is none.
    End(Option<Box<Sent>>),
}

/// A failure. States are told apart by its code.
#[derive(Clone)]
pub(super) struct Failed(pub Failure);

/// A request that was sent. What it was sent for may be gone when the answer comes.
#[derive(Clone, Hash)]
pub(super) struct Sent {
    pub grant: Arc<Grant>,
    pub refresh_token: String,
    pub target: Target,
    pub generation: u64,
    pub attempt: Attempt,
    /// When, on the wall clock.
    pub wall: UnixMillis,
    /// When, counted as [`Moment::passed`].
    pub passed: Millis,
}

impl Machine {
    /// For how long the attempt in the record binds.
    pub(super) fn bound_left(&self, at: &Moment) -> Millis {
        self.seen.as_ref().map_or(Millis(0), |seen| seen.left(at))
    }

    /// Begins a run if there is something to do and nothing else under way.
    pub(super) fn begin(&mut self, at: &Moment) {
        let due = match self.phase {
            Phase::Idle => true,
            Phase::Waiting => self.bound_left(at) <= Millis(0),
            _ => false,
        };
        if !due || !self.ready || self.is_looking() {
            return;
        }
        self.prune(at);
        if self.wanted.is_empty() {
            self.phase = Phase::Idle;
        } else if self.may_refresh() {
            self.phase = Phase::Reading;
        }
    }

    /// The record was read for the run.
    pub(super) fn read_by_run(&mut self, at: &Moment, out: &mut Vec<Action>) {
        match core::mem::replace(&mut self.phase, Phase::Idle) {
            Phase::Reading => self.before_lock(at, out),
            Phase::Rereading => self.decide(at, out),
            Phase::Confirming(sent, look) => self.confirm(sent, look, at, out),
            other => self.phase = other,
        }
    }

    /// After the first look: what others have refreshed needs no lock.
    fn before_lock(&mut self, at: &Moment, out: &mut Vec<Action>) {
        self.serve(at, out);
        self.prune(at);
        if self.wanted.is_empty() { self.finish(out) } else { self.take_lock(out) }
    }

    /// With a record just read: refresh, or leave it to whoever does.
    pub(super) fn decide(&mut self, at: &Moment, out: &mut Vec<Action>) {
        self.phase = Phase::Idle;
        if self.is_looking() {
            // Somebody has told of something newer: what was just read may be refreshed already.
            return self.finish(out);
        }
        self.serve(at, out);
        self.prune(at);
        let Some(target) = self.wanted.first().cloned().filter(|_| !self.leaving()) else {
            return self.finish(out);
        };
        let record = &self.view.record;
        if record.grant.is_none() {
            return self.finish(out);
        }
        if record.refresh_token().is_none() {
            return self.give_up(at, out);
        }
        let held = self.lock == Lock::Held;
        // Whoever sent it under the lock has lost the lock, so its answer was dealt with or is lost.
        let over = held && self.seen.as_ref().is_some_and(|seen| seen.attempt.stage == Stage::Locked);
        if !over && self.bound_left(at) > Millis(0) {
            self.finish(out);
            self.phase = Phase::Waiting;
            return;
        }
        let stage = if held { Stage::Locked } else { Stage::Unlocked };
        let attempt = Attempt::sent(record.attempt.as_ref(), stage, at.wall);
        let next = record.with(Some(attempt));
        self.swap(next, Then::Claim(target));
    }

    /// The claim is in the record: nobody else sends this refresh token now.
    pub(super) fn send(&mut self, target: Target, at: &Moment, out: &mut Vec<Action>) {
        let record = &self.view.record;
        let (Some(grant), Some(attempt)) = (record.grant.clone(), record.attempt.clone()) else {
            return self.decide(at, out);
        };
        let Some(refresh_token) = grant.refresh_token.clone() else { return self.decide(at, out) };
        let refresh = Refresh {
            generation: record.generation,
            refresh_token: refresh_token.clone(),
            target: target.clone(),
            key: grant.key.clone(),
            deadline: REQUEST,
        };
        let generation = record.generation;
        let (wall, passed) = (at.wall, at.passed);
        let sent = Sent { grant, refresh_token, target, generation, attempt, wall, passed };
        let step = self.step();
        out.push(Action::Refresh { step, refresh: Box::new(refresh) });
        self.phase = Phase::Sending(step, Box::new(sent));
    }

    /// Without a refresh token, a session lives as long as its access token.
    fn give_up(&mut self, at: &Moment, out: &mut Vec<Action>) {
        if self.view.find(&Target::default(), at).is_some_and(|aged| aged.is_fresh(Millis(0))) {
            self.wanted.clear();
            return self.finish(out);
        }
        let next = self.view.record.end(Reason::Expired);
        self.swap(next, Then::End(None));
    }

    /// Gives back the lock. What else is wanted is begun anew.
    pub(super) fn finish(&mut self, out: &mut Vec<Action>) {
        self.phase = Phase::Idle;
        self.unlock(out);
    }

    pub(super) fn swap(&mut self, next: Record, then: Then) {
        let swapping = Swapping { version: self.version, text: next.to_text(), next, then };
        self.phase = Phase::Swapping(Box::new(swapping));
    }

    /// Forgets what nobody needs any more, and remembers what is refreshed without being asked for.
    pub(super) fn prune(&mut self, at: &Moment) {
        if self.view.record.grant.is_none() || self.leaving() {
            return self.wanted.clear();
        }
        let early = self.early_in(at).is_some_and(|left| left <= Millis(0));
        if early && !self.wanted.contains(&Target::default()) {
            self.wanted.push(Target::default());
        }
        let mut wanted = core::mem::take(&mut self.wanted);
        forget(&mut wanted, |target| {
            let asked = self.waiters.iter().any(|waiter| waiter.target == *target);
            // A refresh that failed is tried again after its callers have gone.
            let open = self.failing.is_some()
                && self.options.background != Background::Never
                && !self.view.find(target, at).is_some_and(|aged| aged.is_fresh(Millis(0)));
            !(asked || open || (early && *target == Target::default()))
        });
        self.wanted = wanted;
    }

    /// How long until the default token is refreshed, or the session ends, without anybody's asking.
    pub(super) fn early_in(&self, at: &Moment) -> Option<Millis> {
        let aged = self.view.find(&Target::default(), at)?;
        if self.view.record.refresh_token().is_none() {
            return aged.fresh_in();
        }
        Some(self).filter(|_| self.in_background()).and_then(|_| Aged::early_in(aged))
    }

    fn in_background(&self) -> bool {
        match self.options.background {
            Background::Never => false,
            Background::Visible => !self.hidden,
            Background::Always => true,
        }
    }

    /// A page that nobody sees refreshes only what it is asked for.
    fn may_refresh(&self) -> bool {
        !self.waiters.is_empty() || self.in_background() || self.view.record.refresh_token().is_none()
    }

    /// A number that is another one with every client and every failure. What is waited for tells no more of
    /// the refresh token than a few bits of it.
    pub(super) fn spread(sent: &Sent) -> u32 {
        let counted = sent.generation.wrapping_add(u64::from(sent.attempt.failures) << 32);
        let of_token = sent.refresh_token.bytes().map(u64::from).fold(counted, |sum, byte| mixed(sum ^ byte));
        (mixed(of_token) >> 32) as u32
    }
}

/// One step of splitmix64: spreads what differs over all bits. No more than that is needed here.
const fn mixed(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    number ^ (number >> 27)
}

impl core::hash::Hash for Failed {
    fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
        self.0.error.code.hash(state);
    }
}

impl core::hash::Hash for Renewed {
    fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
        (&self.tokens.access_token, &self.tokens.refresh_token).hash(state);
    }
}

/// What keeps an access token apart from another in a state.
impl core::hash::Hash for Access {
    fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
        (&self.target, &self.token, self.received_at).hash(state);
    }
}
