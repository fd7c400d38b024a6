//! The lock. It only spares work: whatever is done with it is right without it.

use alloc::vec::Vec;

use super::{Action, Machine, Millis, Step, run::Phase};

/// How long to wait for it. After that, what the record says has to do.
const DEADLINE: Millis = Millis(5_000);

/// The lock, as far as a machine knows.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Lock {
    Free,
    /// Asked for.
    Asked(Step),
    /// Asked for, and not needed any more.
    Dropped(Step),
    Held,
}

impl Machine {
    pub(super) fn take_lock(&mut self, out: &mut Vec<Action>) {
        self.phase = Phase::Locking;
        match self.lock {
            Lock::Dropped(step) => self.lock = Lock::Asked(step),
            Lock::Asked(_) => {}
            Lock::Held => self.phase = Phase::Rereading,
            Lock::Free => {
                self.flush(out);
                let step = self.step();
                self.lock = Lock::Asked(step);
                out.push(Action::Lock { step, deadline: DEADLINE });
            }
        }
    }

    /// The wait for it is over.
    pub(super) fn locked(&mut self, step: Step, held: bool, out: &mut Vec<Action>) {
        let wanted = self.lock == Lock::Asked(step);
        if !wanted && self.lock != Lock::Dropped(step) {
            return;
        }
        self.lock = if held { Lock::Held } else { Lock::Free };
        if wanted && matches!(self.phase, Phase::Locking) {
            self.phase = Phase::Rereading;
        } else {
            self.unlock(out);
        }
    }

    pub(super) fn unlock(&mut self, out: &mut Vec<Action>) {
        match self.lock {
            Lock::Held => {
                self.lock = Lock::Free;
                out.push(Action::Unlock);
            }
            Lock::Asked(step) => self.lock = Lock::Dropped(step),
            Lock::Free | Lock::Dropped(_) => {}
        }
    }
}
