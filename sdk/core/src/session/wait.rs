//! Who waits for an access token, and what is handed out to whom.

use alloc::{boxed::Box, string::String, vec::Vec};

use super::{
    Action, Answer, Handed, Machine, Millis, Reason, Target, Ticket, clock::Moment, forget, run::Phase,
    view::Aged,
};
use crate::{
    error::{Code, Error},
    oauth::Failure,
    time::Seconds,
};

/// For how long the result of a forced refresh is what forced calls get.
const REUSED: Millis = Millis(10_000);

/// A call that waits.
#[derive(Clone, Hash)]
pub(super) struct Waiter {
    pub ticket: Ticket,
    pub target: Target,
    pub min_validity: Millis,
    pub until: Millis,
    /// For a forced call: the access token that there was.
    pub not: Option<Forced>,
    /// Whose session it was; the outer `None` if there was none or it is not known yet.
    pub subject: Option<Option<String>>,
}

/// What a forced call must not get.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Forced(pub Option<String>);

/// What can be said to a waiter at the moment.
enum Verdict {
    Hand(bool),
    Refuse(Failure),
    Refresh,
}

impl Machine {
    pub(super) fn want(
        &mut self,
        ticket: Ticket,
        target: Target,
        force: bool,
        min_validity: Millis,
        at: &Moment,
    ) {
        let known = || self.view.find(&target, at).map(|aged| aged.access.token.clone());
        let not = force.then(|| Forced(known()));
        let subject = if self.ready { self.subject() } else { None };
        let until = at.monotonic + self.options.patience;
        self.waiters.push(Waiter { ticket, target, min_validity, until, not, subject });
    }

    pub(super) fn abandon(&mut self, ticket: Ticket) {
        forget(&mut self.waiters, |waiter| waiter.ticket == ticket);
    }

    /// Answers who can be answered, and notes what has to be refreshed for the others.
    pub(super) fn serve(&mut self, at: &Moment, out: &mut Vec<Action>) {
        // What a read under way may change is not handed out before.
        let known = self.ready && !self.is_looking();
        let mut waiters = core::mem::take(&mut self.waiters);
        if known && waiters.iter().any(|waiter| waiter.subject.is_none()) {
            let subject = self.subject();
            for waiter in waiters.iter_mut().filter(|waiter| waiter.subject.is_none()) {
                waiter.subject.clone_from(&subject);
            }
        }
        forget(&mut waiters, |waiter| {
            let late = at.monotonic >= waiter.until;
            let verdict = if known || late { self.verdict(waiter, late, at) } else { Verdict::Refresh };
            let result = match verdict {
                Verdict::Hand(stale) => self.hand(&waiter.target, stale, at),
                Verdict::Refuse(failure) => Err(failure),
                Verdict::Refresh => {
                    if known && !self.wanted.contains(&waiter.target) {
                        self.wanted.push(waiter.target.clone());
                    }
                    return false;
                }
            };
            out.push(Action::Answer { ticket: waiter.ticket, result });
            true
        });
        self.waiters = waiters;
    }

    /// Gives everybody who waits for a target the token that was just refreshed.
    pub(super) fn deliver(&mut self, target: &Target, at: &Moment, out: &mut Vec<Action>) {
        let mut forced = false;
        let mut waiters = core::mem::take(&mut self.waiters);
        forget(&mut waiters, |waiter| {
            let meant = waiter.target == *target;
            if meant {
                forced |= waiter.not.is_some();
                out.push(Action::Answer { ticket: waiter.ticket, result: self.hand(target, false, at) });
            }
            meant
        });
        self.waiters = waiters;
        forget(&mut self.forced, |(known, since)| known == target || at.passed - *since >= REUSED);
        if forced {
            self.forced.push((target.clone(), at.passed));
        }
    }

    /// Tells everybody who waits for a target, or everybody, why there is nothing.
    pub(super) fn refuse(&mut self, target: Option<&Target>, failure: &Failure, out: &mut Vec<Action>) {
        forget(&mut self.waiters, |waiter| {
            let meant = target.is_none_or(|target| waiter.target == *target);
            if meant {
                out.push(Action::Answer { ticket: waiter.ticket, result: Err(failure.clone()) });
            }
            meant
        });
    }

    /// Whose session it is, as far as this machine goes.
    pub(super) fn subject(&self) -> Option<Option<String>> {
        if self.leaving() {
            return None;
        }
        self.view.record.subject().map(|subject| subject.map(String::from))
    }

    fn verdict(&self, waiter: &Waiter, late: bool, at: &Moment) -> Verdict {
        let Some(subject) = self.subject() else { return self.nobody(waiter, late) };
        if waiter.subject.as_ref().is_some_and(|own| *own != subject) {
            return Verdict::Refuse(Code::SessionChanged.into());
        }
        let aged = self.view.find(&waiter.target, at);
        if aged.is_some_and(|aged| self.satisfies(waiter, aged, at)) {
            return Verdict::Hand(false);
        }
        let failure = self.failure(at);
        let refreshes = self.view.record.refresh_token().is_some();
        if !late && refreshes && !failure.as_ref().is_some_and(|_| matches!(self.phase, Phase::Waiting)) {
            return Verdict::Refresh;
        }
        // A token that has not expired is better than none, and is said to be stale.
        if aged.is_some_and(Aged::is_valid)
            && (refreshes || aged.is_some_and(|aged| aged.is_fresh(Millis(0))))
        {
            return Verdict::Hand(true);
        }
        match failure {
            // The next attempt may still be in time.
            Some(_) if !late && at.monotonic + self.bound_left(at) < waiter.until => Verdict::Refresh,
            Some(failure) => Verdict::Refuse(failure),
            None if late => Verdict::Refuse(Code::NetworkTimeout.into()),
            // Without a refresh token the session ends with its access token, and others are not to be had.
            None if waiter.target == Target::default() => Verdict::Refresh,
            None => Verdict::Refuse(Error::at(Code::InvalidParameters, "refresh_token").into()),
        }
    }

    fn nobody(&self, waiter: &Waiter, late: bool) -> Verdict {
        let code = match self.view.record.ended {
            _ if !self.ready => Code::NetworkTimeout,
            Some(Reason::Expired | Reason::Revoked) if !self.leaving() => Code::SessionExpired,
            _ if waiter.subject.is_some() => Code::SessionChanged,
            _ => Code::SessionMissing,
        };
        if self.ready || late { Verdict::Refuse(code.into()) } else { Verdict::Refresh }
    }

    fn satisfies(&self, waiter: &Waiter, aged: Aged<'_>, at: &Moment) -> bool {
        let renewed = |Forced(not): &Forced| {
            let reused = self
                .forced
                .iter()
                .any(|(target, since)| *target == waiter.target && at.passed - *since < REUSED);
            // Somebody else refreshed in the meantime: that is another token, too.
            reused || (not.as_ref() != Some(&aged.access.token) && aged.age < REUSED)
        };
        aged.is_fresh(waiter.min_validity) && waiter.not.as_ref().is_none_or(renewed)
    }

    fn hand(&self, target: &Target, stale: bool, at: &Moment) -> Result<Box<Answer>, Failure> {
        let aged = self.view.find(target, at).ok_or_else(|| Failure::from(Code::SessionChanged))?;
        Ok(Box::new(Answer::Access(Handed { access: aged.access.clone(), stale })))
    }

    /// Why the last refresh failed, and when the next is due.
    fn failure(&self, at: &Moment) -> Option<Failure> {
        let left = u32::try_from(self.bound_left(at).0.max(0) / 1000).unwrap_or(0);
        let mut failure = self.failing.clone()?.0;
        failure.retry_after = failure.retry_after.map(|_| Seconds(left));
        Some(failure)
    }
}
