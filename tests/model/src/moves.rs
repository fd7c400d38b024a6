//! What may happen next.

use edgeward_core::{
    error::Code,
    session::{Input, Notice},
};

use crate::{Broken, Effect, Flaw, Tab, World};

const HOUR: i64 = 3_600_000;

/// One thing that happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// Somebody asks a tab for a token.
    Want(usize),
    /// The same, by force.
    Force(usize),
    /// An effect of a tab's goes one step further.
    Perform(usize, usize),
    /// The server is too busy for a request.
    Busy(usize, usize),
    /// A request does not arrive.
    Unsent(usize, usize),
    /// A reply does not arrive.
    Lost(usize, usize),
    /// A tab is told that the record has changed.
    Notice(usize),
    /// A tab's timer goes off.
    Alarm(usize),
    /// A tab is closed.
    Crash(usize),
    /// A tab is closed, and its requests arrive all the same.
    CrashServed(usize),
    /// A tab is opened.
    Open(usize),
    /// The user signs out.
    Leave(usize),
    /// The user signs in as somebody else.
    Switch(usize),
    /// The machine sleeps for an hour.
    Sleep,
    /// The wall clock is set back by an hour.
    Setback,
    /// Who holds the lock loses it.
    LoseLock,
    /// Time goes on to the next thing that is due.
    Tick,
}

impl World {
    /// What may happen next.
    #[must_use]
    pub fn moves(&self) -> Vec<Move> {
        let budget = &self.budget;
        let mut moves = Vec::new();
        for (at, tab) in self.tabs.iter().enumerate() {
            if tab.machine.is_none() {
                moves.extend((budget.opens > 0).then_some(Move::Open(at)));
                continue;
            }
            moves.extend(
                (0..tab.effects.len()).filter(|n| self.can(&tab.effects[*n])).map(|n| Move::Perform(at, n)),
            );
            for (n, effect) in tab.effects.iter().enumerate() {
                if let Effect::Refresh(_, sent, _) = effect {
                    let answered = sent.answer.is_some();
                    moves.extend((budget.busy > 0 && !answered).then_some(Move::Busy(at, n)));
                    moves.extend((budget.unsent > 0 && !answered).then_some(Move::Unsent(at, n)));
                    moves.extend((budget.lost > 0 && answered).then_some(Move::Lost(at, n)));
                }
            }
            moves.extend(tab.noticed.then_some(Move::Notice(at)));
            moves.extend(tab.alarm.is_some_and(|(_, due)| due <= self.time).then_some(Move::Alarm(at)));
            moves.extend((budget.wants > 0).then_some(Move::Want(at)));
            moves.extend((budget.forces > 0).then_some(Move::Force(at)));
            moves.extend((budget.leaves > 0).then_some(Move::Leave(at)));
            moves.extend((budget.switches > 0).then_some(Move::Switch(at)));
            if budget.crashes > 0 {
                moves.push(Move::Crash(at));
                moves.extend(tab.effects.iter().any(is_unanswered).then_some(Move::CrashServed(at)));
            }
        }
        moves.extend((budget.sleeps > 0).then_some(Move::Sleep));
        moves.extend((budget.setbacks > 0).then_some(Move::Setback));
        moves.extend((budget.lock_losses > 0 && self.lock.is_some()).then_some(Move::LoseLock));
        moves.extend((budget.ticks > 0 && self.next_due().is_some()).then_some(Move::Tick));
        moves
    }

    /// Lets something happen.
    ///
    /// # Errors
    /// The rule that it breaks.
    pub fn go(&mut self, step: Move) -> Result<(), Broken> {
        match step {
            Move::Want(tab) => {
                self.budget.wants -= 1;
                self.want(tab, false)
            }
            Move::Force(tab) => {
                self.budget.forces -= 1;
                self.want(tab, true)
            }
            Move::Perform(tab, effect) => self.perform(tab, effect),
            Move::Busy(tab, effect) => {
                self.budget.busy -= 1;
                self.refuse(tab, effect)
            }
            Move::Unsent(tab, effect) => {
                self.budget.unsent -= 1;
                self.fail(tab, effect, Code::NetworkFailed.into())
            }
            Move::Lost(tab, effect) => {
                self.budget.lost -= 1;
                self.excuse();
                self.fail(tab, effect, Code::NetworkTimeout.into())
            }
            Move::Notice(tab) => {
                self.tabs[tab].noticed = false;
                self.tell(tab, Input::Noticed(Notice::Elsewhere))
            }
            Move::Alarm(tab) => match self.tabs[tab].alarm.take() {
                Some((step, _)) => self.tell(tab, Input::Woken(step)),
                None => Ok(()),
            },
            Move::Crash(tab) => self.crash(tab, false),
            Move::CrashServed(tab) => self.crash(tab, true),
            Move::Open(tab) => {
                self.budget.opens -= 1;
                self.tabs[tab] = Tab::new(self.background);
                self.tell(tab, Input::Begun)
            }
            Move::Leave(tab) => {
                self.budget.leaves -= 1;
                self.leave(tab)
            }
            Move::Switch(tab) => {
                self.budget.switches -= 1;
                self.switch(tab)
            }
            Move::Sleep => {
                self.budget.sleeps -= 1;
                self.refused.clear();
                self.jump(HOUR)
            }
            Move::Setback => {
                self.budget.setbacks -= 1;
                self.jump(-HOUR)
            }
            Move::LoseLock => {
                self.budget.lock_losses -= 1;
                self.excused = true;
                self.lock = None;
                Ok(())
            }
            Move::Tick => {
                self.budget.ticks -= 1;
                self.time = self.next_due().unwrap_or(self.time);
                Ok(())
            }
        }
    }

    /// When the next thing is due; `None` while something is due now, or has to happen before.
    pub(crate) fn next_due(&self) -> Option<i64> {
        let mut due = Vec::new();
        for tab in self.tabs.iter().filter(|tab| tab.machine.is_some()) {
            due.extend(tab.alarm.map(|(_, due)| due));
            for effect in &tab.effects {
                match effect {
                    Effect::Lock(_, until) | Effect::Refresh(_, _, until) => due.push(*until),
                    _ => return None,
                }
            }
        }
        due.into_iter().min().filter(|due| *due > self.time)
    }

    /// Whether an effect can go on now.
    pub(crate) fn can(&self, effect: &Effect) -> bool {
        let free = self.has_lock && (self.lock.is_none() || self.flaw == Some(Flaw::NoClaims));
        !matches!(effect, Effect::Lock(_, until) if !free && *until > self.time)
    }
}

fn is_unanswered(effect: &Effect) -> bool {
    matches!(effect, Effect::Refresh(_, sent, _) if sent.answer.is_none())
}
