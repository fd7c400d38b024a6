//! Lets a state end well.

use crate::{Broken, Move, Rule, World, server};

/// More steps than any end needs.
const ENOUGH: usize = 4_000;
/// How long it may take until all is quiet, in milliseconds.
const QUIET: i64 = 120_000;

impl World {
    /// From here on nothing goes wrong any more. All calls are answered, all locks given back, and a
    /// new call in each tab gets a token, or is told that there is no session.
    ///
    /// # Errors
    /// [`Rule::Progress`], or whatever is broken on the way.
    pub fn drain(mut self) -> Result<(), Broken> {
        self.settle()?;
        for tab in 0..self.tabs.len() {
            self.fair(tab)?;
        }
        Ok(())
    }

    /// A call that nothing gets in the way of.
    fn fair(&mut self, at: usize) -> Result<(), Broken> {
        if self.tabs[at].machine.is_none() {
            return Ok(());
        }
        self.want(at, true)?;
        self.settle()?;
        let record = self.record();
        let Some(token) = record.grant.as_ref().and_then(|grant| grant.refresh_token.clone()) else {
            return Ok(());
        };
        let family = server::family(&token).map(|at| &self.server.families[at]);
        let revoked = family.is_none_or(|family| family.revoked);
        if !self.server.is_live(&token) && (revoked || !self.excused) {
            return Err(Broken::new(Rule::Kept, format!("{token} is kept, but the server does not know it")));
        }
        let machine = self.tabs[at].machine.as_ref();
        if machine.and_then(|machine| machine.grant()?.refresh_token.as_ref()) != Some(&token) {
            return Err(Broken::new(Rule::Progress, "a tab does not know what storage holds"));
        }
        Ok(())
    }

    fn settle(&mut self) -> Result<(), Broken> {
        let end = self.time + QUIET;
        for _ in 0..ENOUGH {
            let Some(step) = self.next_fair() else { return self.at_rest() };
            if step == Move::Tick {
                let due = self.next_due().unwrap_or(end);
                if due >= end {
                    return self.at_rest();
                }
                self.time = due;
            } else {
                self.go(step)?;
            }
        }
        Err(Broken::new(Rule::Progress, "it does not come to rest"))
    }

    fn next_fair(&self) -> Option<Move> {
        for (at, tab) in self.tabs.iter().enumerate().filter(|(_, tab)| tab.machine.is_some()) {
            if let Some(n) = tab.effects.iter().position(|effect| self.can(effect)) {
                return Some(Move::Perform(at, n));
            }
            if tab.noticed {
                return Some(Move::Notice(at));
            }
            if tab.alarm.is_some_and(|(_, due)| due <= self.time) {
                return Some(Move::Alarm(at));
            }
        }
        self.next_due().map(|_| Move::Tick)
    }

    fn at_rest(&self) -> Result<(), Broken> {
        let open = || self.tabs.iter().filter(|tab| tab.machine.is_some());
        if open().any(|tab| !tab.calls.is_empty()) {
            return Err(Broken::new(Rule::Progress, "a call is never answered"));
        }
        if self.lock.is_some() {
            return Err(Broken::new(Rule::Progress, "the lock is never given back"));
        }
        let family = self.record().grant.and_then(|grant| server::family(&grant.refresh_token.clone()?));
        if family.is_some_and(|family| self.gone.contains(&family)) {
            return Err(Broken::new(Rule::SignedOut, "what was signed out is in storage at the end"));
        }
        Ok(())
    }
}
