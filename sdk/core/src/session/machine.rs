//! The machine: what happens is sorted here, and after each input everybody gets what is due.

use alloc::{string::String, vec::Vec};

use super::{
    Action, Event, EventKind, Grant, Input, Millis, Notice, Now, Options, Origin, Reason, Record, State,
    Step, Target,
    attempt::Seen,
    change::{Change, Changing},
    clock::{Clock, Moment},
    run::{Failed, Lock, Phase, Sent},
    view::View,
    wait::Waiter,
};
use crate::{error::Code, oauth::Failure, time::Seconds};

/// How often to look whether somebody else's request is over, where nobody tells.
const POLL: Millis = Millis(500);
/// Timers of JavaScript overflow at 2³¹.
const MAX_WAKE: i64 = 1 << 30;

/// The session of one tab or process.
///
/// It can be cloned and hashed, so that a checker can go through everything that may happen to it.
#[derive(Clone, Hash)]
pub struct Machine {
    pub(super) options: Options,
    clock: Clock,
    steps: u32,
    pub(super) view: View,
    /// Whether storage has been read.
    pub(super) ready: bool,
    pub(super) hidden: bool,
    /// A look at the record that belongs to no run.
    pub(super) look: Option<Step>,
    look_again: bool,
    pub(super) waiters: Vec<Waiter>,
    /// What is to be refreshed, in this order.
    pub(super) wanted: Vec<Target>,
    /// What was refreshed by force, and when, counted as [`Moment::passed`].
    pub(super) forced: Vec<(Target, Millis)>,
    pub(super) phase: Phase,
    pub(super) lock: Lock,
    pub(super) changes: Vec<Change>,
    pub(super) changing: Option<Changing>,
    /// The attempt in the record.
    pub(super) seen: Option<Seen>,
    /// Why the last refresh failed, here or elsewhere.
    pub(super) failing: Option<Failed>,
    /// How many changes in a row came too late.
    pub(super) losses: u8,
    tells: Vec<(EventKind, Origin)>,
    alarm: Option<(Step, Millis)>,
}

impl Machine {
    /// A machine that has not read storage yet; [`Input::Begun`] is its first input.
    #[must_use]
    pub fn new(options: Options) -> Self {
        Self {
            options,
            clock: Clock::default(),
            steps: 0,
            view: View::default(),
            ready: false,
            hidden: false,
            look: None,
            look_again: false,
            waiters: Vec::new(),
            wanted: Vec::new(),
            forced: Vec::new(),
            phase: Phase::Idle,
            lock: Lock::Free,
            changes: Vec::new(),
            changing: None,
            seen: None,
            failing: None,
            losses: 0,
            tells: Vec::new(),
            alarm: None,
        }
    }

    /// Takes an input; gives what to do, in order. An answer to a step that is over changes nothing.
    pub fn handle(&mut self, input: Input, now: Now) -> Vec<Action> {
        let at = self.clock.read(now);
        let mut out = Vec::new();
        match input {
            Input::Begun => self.look(&mut out),
            Input::Wanted { ticket, target, force, min_validity } => {
                self.want(ticket, target, force, min_validity, at);
            }
            Input::Abandoned(ticket) => self.abandon(ticket),
            Input::Read { step, stored } => self.has_read(step, stored, at, &mut out),
            Input::Locked { step, held } => self.locked(step, held, &mut out),
            Input::Swapped { step, result } => {
                if let Some(result) = self.swapped(step, result, at, &mut out) {
                    self.changed(step, result, at, &mut out);
                }
            }
            Input::Replied { step, result } => self.replied(step, result, at, &mut out),
            Input::Woken(step) => self.woken(step, &mut out),
            Input::Noticed(notice) => self.noticed(notice, at, &mut out),
            Input::SignedIn { ticket, grant, began } => {
                self.changes.push(Change::SignIn { ticket, grant, began });
            }
            Input::SignOut { ticket, reason } => self.sign_out(ticket, reason, &mut out),
            Input::UserUpdated { ticket, claims } => self.changes.push(Change::User { ticket, claims }),
        }
        self.settle(at, &mut out);
        out
    }

    /// Whether somebody is signed in.
    #[must_use]
    pub fn state(&self) -> State {
        match &self.view.record.grant {
            _ if !self.ready => State::Loading,
            Some(_) if !self.leaving() => State::SignedIn { stale: self.failing.is_some() },
            Some(_) => State::SignedOut { reason: Some(Reason::SignedOut) },
            None => State::SignedOut { reason: self.view.record.ended },
        }
    }

    /// The session, if there is one.
    #[must_use]
    pub fn grant(&self) -> Option<&Grant> {
        self.view.record.grant.as_ref().filter(|_| !self.leaving())
    }

    /// The generation that something which begins now belongs to.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.view.record.generation + u64::from(self.leaving())
    }

    fn settle(&mut self, at: Moment, out: &mut Vec<Action>) {
        self.change(out);
        self.look_again(at, out);
        self.serve(at, out);
        if let Phase::Sending(_, sent) = &self.phase
            && (self.leaving() || self.view.record.refresh_token() != Some(&sent.refresh_token))
        {
            // The answer is waited for, but nobody else needs to.
            self.unlock(out);
        }
        self.begin(at, out);
        self.flush(out);
        self.set_alarm(at, out);
    }

    /// Tells what there is to tell, unless the lock is held.
    pub(super) fn flush(&mut self, out: &mut Vec<Action>) {
        if self.lock != Lock::Held {
            let (generation, state) = (self.view.record.generation, self.state());
            let tell = |(kind, origin)| Action::Tell(Event { kind, origin, generation, state });
            out.extend(self.tells.drain(..).map(tell));
        }
    }

    fn woken(&mut self, step: Step, out: &mut Vec<Action>) {
        if self.alarm.is_none_or(|(own, _)| own != step) {
            return;
        }
        self.alarm = None;
        if self.polls() {
            self.look(out);
        }
    }

    fn noticed(&mut self, notice: Notice, at: Moment, out: &mut Vec<Action>) {
        match notice {
            Notice::Hidden => return self.hidden = true,
            Notice::Visible => self.hidden = false,
            Notice::Elsewhere | Notice::Online | Notice::Resumed => {}
        }
        if notice != Notice::Elsewhere
            && let Some(seen) = &mut self.seen
        {
            seen.hurry(at);
        }
        self.look(out);
    }

    fn look(&mut self, out: &mut Vec<Action>) {
        if self.look.is_some() {
            // What is being read may be older than what is told.
            self.look_again = true;
        } else {
            self.look = Some(self.read(out));
        }
    }

    fn has_read(&mut self, step: Step, stored: Option<String>, at: Moment, out: &mut Vec<Action>) {
        if self.look != Some(step) {
            return self.read_by_run(step, stored, at, out);
        }
        self.look = None;
        self.take_over(stored, at);
        if core::mem::take(&mut self.look_again) {
            self.look(out);
        }
    }

    /// Takes over what storage holds: it is the truth, whoever wrote it. What was written here comes
    /// back unchanged, and is no news.
    pub(super) fn take_over(&mut self, stored: Option<String>, at: Moment) {
        let first = !core::mem::replace(&mut self.ready, true);
        if !first && stored == self.view.text {
            return;
        }
        let record = stored.as_deref().and_then(Record::from_text).unwrap_or_default();
        let known = self.view.record.signed_out;
        let before = self.replace(stored, record, None, at);
        let record = &self.view.record;
        if first {
            self.tells.push((EventKind::Initial, Origin::Local));
        } else if record.grant.is_some() && record.signed_out < known && known <= record.generation {
            // A storage without a real compare-and-swap let a late writer undo the sign-out.
            self.changes.push(Change::SignOut { ticket: None, reason: Reason::SignedOut });
        } else {
            self.notice_change(&before, Origin::Tab);
        }
    }

    /// Makes a record the one that is known; gives the one before it.
    pub(super) fn replace(
        &mut self,
        text: Option<String>,
        record: Record,
        own: Option<&Sent>,
        at: Moment,
    ) -> Record {
        let before = self.view.record.clone();
        self.view.replace(text, record, at, own.map(|sent| (&sent.target, sent.passed)));
        let attempt = self.view.record.attempt.as_ref();
        if self.seen.as_ref().map(|seen| &seen.attempt) != attempt {
            self.seen = attempt.map(|attempt| Seen::new(attempt.clone(), at));
        }
        if attempt.is_none_or(|attempt| attempt.failures == 0) {
            self.failing = None;
        } else if self.failing.is_none() {
            // It failed elsewhere, and why was not told.
            let failure = Failure { retry_after: Some(Seconds(0)), ..Code::ServerUnavailable.into() };
            self.fail(failure, Origin::Tab);
        }
        before
    }

    pub(super) fn fail(&mut self, failure: Failure, origin: Origin) {
        if self.failing.is_none() {
            self.tells.push((EventKind::RefreshFailed, origin));
        }
        self.failing = Some(Failed(failure));
    }

    /// Tells what has become of the session since `before`.
    pub(super) fn notice_change(&mut self, before: &Record, origin: Origin) {
        if self.leaving() {
            return;
        }
        let after = &self.view.record;
        let kind = match (&before.grant, &after.grant) {
            (None, None) => return,
            (None, Some(_)) => EventKind::SignedIn,
            (Some(_), None) => EventKind::SignedOut,
            (Some(old), Some(new)) if old.subject != new.subject => EventKind::SessionSwitched,
            (Some(old), Some(new)) => {
                if old.refresh_token != new.refresh_token || old.access != new.access {
                    self.tells.push((EventKind::TokenRefreshed, origin));
                }
                if old.claims != new.claims {
                    self.tells.push((EventKind::UserUpdated, origin));
                }
                return;
            }
        };
        self.forced.clear();
        self.tells.push((kind, origin));
    }

    pub(super) fn tell(&mut self, kind: EventKind) {
        self.tells.push((kind, Origin::Local));
    }

    pub(super) fn step(&mut self) -> Step {
        self.steps = self.steps.wrapping_add(1);
        Step(self.steps)
    }

    pub(super) fn read(&mut self, out: &mut Vec<Action>) -> Step {
        let step = self.step();
        out.push(Action::Read { step });
        step
    }

    /// Whether somebody's request is waited for.
    fn polls(&self) -> bool {
        let sent = self.seen.as_ref().is_some_and(|seen| seen.attempt.stage.is_sent());
        self.is_waiting() && sent && !self.wanted.is_empty()
    }

    /// Sets the timer for whatever is due next.
    fn set_alarm(&mut self, at: Moment, out: &mut Vec<Action>) {
        let waiters = self.waiters.iter().map(|waiter| waiter.until - at.monotonic).min();
        let phase = match &self.phase {
            Phase::Pausing(until, _) => Some(*until - at.monotonic),
            Phase::Waiting if self.polls() => Some(POLL.min(self.bound_left(at))),
            Phase::Waiting if !self.wanted.is_empty() => Some(self.bound_left(at)),
            Phase::Idle => self.early_in(at),
            _ => None,
        };
        // What is due already waits for something else than time.
        let due = [waiters, phase].into_iter().flatten().filter(|after| after.0 > 0).min();
        let Some(after) = due else { return };
        let due = at.monotonic + after;
        if self.alarm.is_none_or(|(_, alarm)| due < alarm) {
            let step = self.step();
            self.alarm = Some((step, due));
            out.push(Action::Wake { step, after: Millis(after.0.min(MAX_WAKE)) });
        }
    }
}
