//! The machine: what happens is sorted here, and after each input everybody gets what is due.

use alloc::{string::String, sync::Arc, vec::Vec};

use super::{
    Action, Event, EventKind, Grant, Input, Millis, Notice, Now, Options, Origin, Reason, Record, State,
    Step, Target,
    attempt::Seen,
    change::Change,
    clock::{Clock, Moment},
    lock::Lock,
    run::{Failed, Phase},
    storage::Lane,
    view::View,
    wait::Waiter,
};
use crate::oauth::Failure;

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
    /// The operation on storage that is under way.
    pub(super) storing: Option<(Step, Lane)>,
    /// Whether to look what others did.
    pub(super) look_due: bool,
    /// Counts the records that were known.
    pub(super) version: u32,
    pub(super) waiters: Vec<Waiter>,
    /// The refresh token that was signed out last.
    pub(super) parted: Option<String>,
    /// What is to be refreshed, in this order.
    pub(super) wanted: Vec<Target>,
    /// What was refreshed by force, and when, counted as [`Moment::passed`].
    pub(super) forced: Vec<(Target, Millis)>,
    pub(super) phase: Phase,
    pub(super) lock: Lock,
    pub(super) changes: Vec<Change>,
    /// The record that the first of the changes makes.
    pub(super) changing: Option<Record>,
    /// The attempt in the record.
    pub(super) seen: Option<Seen>,
    /// Why the last refresh failed, here or elsewhere.
    pub(super) failing: Option<Failed>,
    /// How many changes in a row came too late.
    pub(super) losses: u8,
    tells: Vec<Event>,
    pub(super) alarm: Option<(Step, Millis)>,
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
            storing: None,
            look_due: false,
            version: 0,
            waiters: Vec::new(),
            parted: None,
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
        let at = &self.clock.read(now);
        let mut out = Vec::new();
        match input {
            Input::Begun => self.look_due = true,
            Input::Wanted { ticket, target, force, min_validity } => {
                self.want(ticket, target, force, min_validity, at);
            }
            Input::Abandoned(ticket) => self.abandon(ticket),
            Input::Read { step, stored } => self.has_read(step, stored, at, &mut out),
            Input::Locked { step, held } => self.locked(step, held, &mut out),
            Input::Swapped { step, result } => self.has_swapped(step, result, at, &mut out),
            Input::Replied { step, result } => self.replied(step, result, at, &mut out),
            Input::Woken(step) => self.woken(step),
            Input::Noticed(notice) => self.noticed(notice, at),
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
        match self.committed() {
            State::SignedIn { .. } if self.leaving() => State::SignedOut { reason: Some(Reason::SignedOut) },
            state => state,
        }
    }

    /// The same, as the record says it: a sign-out on its way does not count yet.
    fn committed(&self) -> State {
        match &self.view.record.grant {
            _ if !self.ready => State::Loading,
            Some(_) => State::SignedIn { stale: self.failing.is_some() },
            None => State::SignedOut { reason: self.view.record.ended },
        }
    }

    /// The session, if there is one.
    #[must_use]
    pub fn grant(&self) -> Option<&Arc<Grant>> {
        self.view.record.grant.as_ref().filter(|_| !self.leaving())
    }

    /// The generation that something which begins now belongs to.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.view.record.generation + u64::from(self.leaving())
    }

    fn settle(&mut self, at: &Moment, out: &mut Vec<Action>) {
        self.look_again(at);
        self.serve(at, out);
        if let Phase::Sending(_, sent) = &self.phase
            && self.view.record.refresh_token() != Some(&sent.refresh_token)
        {
            // The answer is waited for, but nobody else needs to.
            self.unlock(out);
        }
        self.begin(at);
        self.operate(at, out);
        self.flush(out);
        self.set_alarm(at, out);
    }

    /// Tells what there is to tell, unless the lock is held.
    pub(super) fn flush(&mut self, out: &mut Vec<Action>) {
        if self.lock != Lock::Held {
            out.extend(self.tells.drain(..).map(Action::Tell));
        }
    }

    fn noticed(&mut self, notice: Notice, at: &Moment) {
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
        self.look_due = true;
    }

    pub(super) fn fail(&mut self, failure: Failure, origin: Origin) {
        if self.failing.replace(Failed(failure)).is_none() {
            self.tell(EventKind::RefreshFailed, origin);
        }
    }

    /// Tells what has become of the session since `before`.
    pub(super) fn notice_change(&mut self, before: &Record, origin: Origin) {
        let after = &self.view.record;
        let kind = match (&before.grant, &after.grant) {
            (None, None) => return,
            (None, Some(_)) => EventKind::SignedIn,
            (Some(_), None) => EventKind::SignedOut,
            (Some(old), Some(new)) if old.subject != new.subject => EventKind::SessionSwitched,
            (Some(old), Some(new)) => {
                let tokens = old.refresh_token != new.refresh_token || old.access != new.access;
                let claims = old.claims != new.claims;
                if tokens {
                    self.tell(EventKind::TokenRefreshed, origin);
                }
                if claims {
                    self.tell(EventKind::UserUpdated, origin);
                }
                return;
            }
        };
        self.forced.clear();
        self.tell(kind, origin);
    }

    /// Notes what is to be told, with the state that it leads to.
    pub(super) fn tell(&mut self, kind: EventKind, origin: Origin) {
        let (generation, state) = (self.view.record.generation, self.committed());
        self.tells.push(Event { kind, origin, generation, state });
    }

    pub(super) fn step(&mut self) -> Step {
        self.steps = self.steps.wrapping_add(1);
        Step(self.steps)
    }
}
