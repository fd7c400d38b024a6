//! Reading and writing the record. One operation at a time: whatever comes back is newer than
//! what is known, and nothing is decided on what an operation under way may have changed.

use alloc::{string::String, vec::Vec};

use super::{
    Action, EventKind, Machine, Origin, Reason, Record, Step,
    attempt::Seen,
    change::Change,
    clock::Moment,
    run::{Phase, Sent},
};
use crate::{error::Code, oauth::Failure, time::Seconds};

/// Whose operation it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Lane {
    /// A look at what others did.
    Look,
    /// A sign-in, a sign-out, or news about the user.
    Change,
    /// A refresh.
    Run,
}

impl Machine {
    /// Sends the next operation on its way: changes first, since somebody may be leaving.
    pub(super) fn operate(&mut self, at: &Moment, out: &mut Vec<Action>) {
        if self.storing.is_some() {
            return;
        }
        if let Some((next, expected)) = self.next_change(out) {
            return self.issue(Lane::Change, Some((expected, next)), out);
        }
        if self.look_due {
            self.look_due = false;
            return self.issue(Lane::Look, None, out);
        }
        if let Phase::Swapping(swapping) = &self.phase
            && swapping.version != self.version
        {
            // It was decided on a record that has changed since.
            self.swapped(Err(self.view.text.clone()), at, out);
        }
        match &self.phase {
            Phase::Reading | Phase::Rereading | Phase::Confirming(..) => self.issue(Lane::Run, None, out),
            Phase::Swapping(swapping) => {
                let swap = (self.view.text.clone(), swapping.text.clone());
                self.issue(Lane::Run, Some(swap), out);
            }
            _ => {}
        }
    }

    fn issue(&mut self, lane: Lane, swap: Option<(Option<String>, String)>, out: &mut Vec<Action>) {
        let step = self.step();
        self.storing = Some((step, lane));
        out.push(match swap {
            None => Action::Read { step },
            Some((expected, next)) => Action::Swap { step, expected, next },
        });
    }

    pub(super) fn has_read(
        &mut self,
        step: Step,
        stored: Option<String>,
        at: &Moment,
        out: &mut Vec<Action>,
    ) {
        let Some((_, lane)) = self.storing.take_if(|(own, _)| *own == step) else { return };
        self.take_over(stored, at);
        if lane == Lane::Run {
            self.read_by_run(at, out);
        }
    }

    pub(super) fn has_swapped(
        &mut self,
        step: Step,
        result: Result<(), Option<String>>,
        at: &Moment,
        out: &mut Vec<Action>,
    ) {
        match self.storing.take_if(|(own, _)| *own == step) {
            Some((_, Lane::Change)) => self.changed(result, at, out),
            Some(_) => self.swapped(result, at, out),
            None => {}
        }
    }

    /// Whether it is about to be known what others did.
    pub(super) fn is_looking(&self) -> bool {
        self.look_due || matches!(self.storing, Some((_, Lane::Look)))
    }

    /// Takes over what storage holds: it is the truth, whoever wrote it. What was written here comes
    /// back unchanged, and is no news.
    pub(super) fn take_over(&mut self, stored: Option<String>, at: &Moment) {
        let first = !core::mem::replace(&mut self.ready, true);
        if !first && stored == self.view.text {
            return;
        }
        let record = stored.as_deref().and_then(Record::from_text).unwrap_or_default();
        let undone = self.is_undone(&record);
        let before = self.replace(stored, record, None, at);
        if first {
            self.tell(EventKind::Initial, Origin::Local);
        } else if undone {
            self.changes.push(Change::SignOut { ticket: None, reason: Reason::SignedOut });
        } else if !self.leaving() {
            self.notice_change(&before, Origin::Tab);
        }
    }

    /// Whether a storage without a real compare-and-swap let a late writer undo a sign-out. A storage
    /// that was wiped begins anew, with other tokens.
    fn is_undone(&self, record: &Record) -> bool {
        let known = self.view.record.signed_out;
        let same = || self.parted.is_some() && self.parted.as_deref() == record.refresh_token();
        record.grant.is_some() && record.signed_out < known && (known <= record.generation || same())
    }

    /// Makes a record the one that is known; gives the one before it.
    pub(super) fn replace(
        &mut self,
        text: Option<String>,
        record: Record,
        own: Option<&Sent>,
        at: &Moment,
    ) -> Record {
        let before = self.view.record.clone();
        self.version = self.version.wrapping_add(1);
        if record.signed_out > before.signed_out && before.grant.is_some() {
            self.parted = before.refresh_token().map(String::from);
        }
        self.view.replace(text, record, at, own.map(|sent| (&sent.target, sent.passed)));
        let attempt = self.view.record.attempt.as_ref();
        if self.seen.as_ref().map(|seen| &seen.attempt) != attempt {
            self.seen = attempt.map(|attempt| Seen::new(attempt.clone(), at));
        }
        if attempt.is_none_or(|attempt| attempt.failures == 0) {
            self.failing = None;
        } else if self.failing.is_none() {
            // It failed elsewhere, and why was not told.
            let mut failure = Failure::from(Code::ServerUnavailable);
            failure.retry_after = Some(Seconds(0));
            self.fail(failure, Origin::Tab);
        }
        before
    }
}
