//! The one timer. It is a hint: whatever is due is done with any input.

use alloc::vec::Vec;

use super::{Action, Machine, Millis, Step, clock::Moment, run::Phase};

/// How often to look whether somebody else's request is over, where nobody tells.
const POLL: Millis = Millis(500);
/// Timers of JavaScript overflow at 2³¹.
const MAX_WAKE: i64 = 1 << 30;

impl Machine {
    pub(super) fn woken(&mut self, step: Step) {
        if self.alarm.take_if(|(own, _)| *own == step).is_some() && self.polls() {
            self.look_due = true;
        }
    }

    /// Sets the timer for whatever is due next.
    pub(super) fn set_alarm(&mut self, at: &Moment, out: &mut Vec<Action>) {
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
        // One that is overdue may never go off: timers need not keep step with the clock.
        if self.alarm.is_none_or(|(_, alarm)| due < alarm || alarm <= at.monotonic) {
            let step = self.step();
            self.alarm = Some((step, due));
            out.push(Action::Wake { step, after: Millis(after.0.min(MAX_WAKE)) });
        }
    }

    /// Whether somebody's request is waited for.
    fn polls(&self) -> bool {
        let sent = self.seen.as_ref().is_some_and(|seen| seen.attempt.stage.is_sent());
        matches!(self.phase, Phase::Waiting) && sent && !self.wanted.is_empty()
    }
}
