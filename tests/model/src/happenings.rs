//! What people do, and what goes wrong.

use std::sync::Arc;

use edgeward_core::{
    error::Code,
    oauth::Failure,
    session::{Attempt, Input, Millis, Reason, Stage, Target, Ticket},
};

use crate::{Broken, Effect, Flaw, Policy, Rule, World, perform::refusal, server, tab::Call, world::grant};

impl World {
    pub(crate) fn want(&mut self, tab: usize, force: bool) -> Result<(), Broken> {
        let until = Some(self.time + 10_000);
        let subject = self.family(tab).map(|family| self.server.families[family].subject.into());
        let ticket = self.call(tab, until, subject);
        self.tell(tab, Input::Wanted { ticket, target: Target::default(), force, min_validity: Millis(0) })
    }

    fn call(&mut self, tab: usize, until: Option<i64>, subject: Option<String>) -> Ticket {
        let tab = &mut self.tabs[tab];
        tab.tickets += 1;
        tab.calls.push(Call { ticket: tab.tickets, until, subject });
        Ticket(tab.tickets)
    }

    pub(crate) fn leave(&mut self, tab: usize) -> Result<(), Broken> {
        let ticket = self.call(tab, None, None);
        let family = self.family(tab);
        self.tabs[tab].left.extend(family);
        self.unwanted.extend(family);
        self.tell(tab, Input::SignOut { ticket, reason: Reason::SignedOut })
    }

    /// The family of the session, as a tab knows it.
    fn family(&self, tab: usize) -> Option<usize> {
        let grant = self.tabs[tab].machine.as_ref()?.grant()?;
        server::family(grant.refresh_token.as_deref()?)
    }

    pub(crate) fn switch(&mut self, tab: usize) -> Result<(), Broken> {
        let (refresh_token, access_token) = self.server.sign_in("bob");
        let ticket = self.call(tab, None, None);
        let grant = Arc::new(grant("bob", refresh_token, access_token, self.now().wall.0));
        let began = self.tabs[tab].machine.as_ref().map_or(0, |machine| machine.generation());
        self.tell(tab, Input::SignedIn { ticket, grant, began })
    }

    /// A clock that jumps while a request is under way may make others take it for lost, where
    /// there is no lock to tell.
    pub(crate) fn jump(&mut self, by: i64) -> Result<(), Broken> {
        let sent = |attempt: Attempt| matches!(attempt.stage, Stage::Locked | Stage::Unlocked);
        let busy = |effect: &Effect| !matches!(effect, Effect::Read(_) | Effect::Lock(..));
        self.excused |= self.record().attempt.is_some_and(sent);
        self.excused |= self.tabs.iter().any(|tab| tab.effects.iter().any(busy));
        self.wall += by;
        Ok(())
    }

    /// A reply was lost. A server that gives it again makes that good.
    pub(crate) fn excuse(&mut self) {
        self.excused |= self.server.policy == Policy::Strict;
    }

    pub(crate) fn crash(&mut self, tab: usize, served: bool) -> Result<(), Broken> {
        self.budget.crashes -= 1;
        let effects = std::mem::take(&mut self.tabs[tab].effects);
        for effect in effects {
            match effect {
                // What came may not have been kept yet.
                Effect::Swap(..) | Effect::Write(..) => self.excuse(),
                Effect::Refresh(_, sent, _) if sent.answer.is_some() => self.excuse(),
                Effect::Refresh(_, sent, _) if served => {
                    self.excuse();
                    self.serve(&sent.refresh_token)?;
                }
                _ => {}
            }
        }
        if self.lock == Some(tab) {
            self.lock = None;
        }
        let tab = &mut self.tabs[tab];
        tab.machine = None;
        tab.alarm = None;
        tab.noticed = false;
        tab.calls.clear();
        Ok(())
    }

    pub(crate) fn refuse(&mut self, tab: usize, effect: usize) -> Result<(), Broken> {
        let Some(Effect::Refresh(_, sent, _)) = self.tabs[tab].effects.get(effect) else { return Ok(()) };
        self.refused.retain(|(token, at)| *token == sent.refresh_token && sent.at - at < 10_000);
        self.refused.push((sent.refresh_token.clone(), sent.at));
        if self.refused.len() > 3 && !self.excused {
            return Err(Broken::new(Rule::Outage, format!("requests at {:?}", self.refused)));
        }
        let mut failure = Failure::from(Code::ServerUnavailable);
        failure.status = Some(503);
        self.fail(tab, effect, failure)
    }

    pub(crate) fn fail(&mut self, tab: usize, effect: usize, failure: Failure) -> Result<(), Broken> {
        let Effect::Refresh(step, ..) = self.tabs[tab].effects.remove(effect) else { return Ok(()) };
        let failure = if self.flaw == Some(Flaw::Pessimist) { refusal() } else { failure };
        self.reply(tab, step, Err(failure))
    }
}
