//! What machines order, and whether they may.

use edgeward_core::{
    oauth::Failure,
    session::{Action, Answer, Event, EventKind, Input, State, Ticket},
};

use crate::{Broken, Effect, Flaw, Policy, Rule, Sent, World, server};

impl World {
    /// Gives a machine an input, and takes its orders.
    pub(crate) fn tell(&mut self, at: usize, input: Input) -> Result<(), Broken> {
        let now = self.now();
        let Some(machine) = &mut self.tabs[at].machine else { return Ok(()) };
        for action in machine.handle(input, now) {
            self.order(at, action)?;
        }
        self.look_at_calls(at)
    }

    fn order(&mut self, at: usize, action: Action) -> Result<(), Broken> {
        let time = self.time;
        let tab = &mut self.tabs[at];
        match action {
            Action::Read { step } => tab.effects.push(Effect::Read(step)),
            Action::Swap { step, expected, next } => tab.effects.push(Effect::Swap(step, expected, next)),
            Action::Lock { step, deadline } => tab.effects.push(Effect::Lock(step, time + deadline.0)),
            Action::Unlock => {
                if self.lock == Some(at) {
                    self.lock = None;
                }
            }
            Action::Refresh { step, refresh } => {
                let sent = Sent::new(&refresh, time);
                self.once(&sent)?;
                let due = time + refresh.deadline.0;
                self.tabs[at].effects.push(Effect::Refresh(step, sent, due));
            }
            Action::Wake { step, after } => {
                if self.flaw != Some(Flaw::NoTimer) {
                    tab.alarm = Some((step, time + after.0));
                }
            }
            Action::Announce { .. } => {
                for (_, tab) in self.tabs.iter_mut().enumerate().filter(|(other, _)| *other != at) {
                    tab.noticed = tab.machine.is_some();
                }
            }
            Action::Answer { ticket, result } => return self.answered(at, ticket, result),
            Action::Tell(event) => return self.told(at, event),
            Action::Revoke(late) => {
                let token = late.refresh_token.unwrap_or(late.access_token);
                return self.revoked(&token);
            }
        }
        Ok(())
    }

    /// [`Rule::Once`].
    fn once(&self, sent: &Sent) -> Result<(), Broken> {
        let token = &sent.refresh_token;
        let same =
            |effect: &Effect| matches!(effect, Effect::Refresh(_, other, _) if other.refresh_token == *token);
        let twice = self.tabs.iter().any(|tab| tab.effects.iter().any(same));
        let after = self.server.policy == Policy::Strict && !self.server.is_live(token);
        let gone = server::family(token).is_some_and(|at| self.server.families[at].revoked);
        if (twice || (after && !gone)) && !self.excused {
            return Err(Broken::new(Rule::Once, format!("{token} is sent again")));
        }
        Ok(())
    }

    fn answered(
        &mut self,
        at: usize,
        ticket: Ticket,
        result: Result<Box<Answer>, Failure>,
    ) -> Result<(), Broken> {
        let tab = &mut self.tabs[at];
        let Some(call) = tab.calls.iter().position(|call| call.ticket == ticket.0) else {
            return Err(Broken::new(Rule::Progress, "a call was answered twice"));
        };
        let call = tab.calls.remove(call);
        match result.map(|answer| *answer) {
            Ok(Answer::Access(handed)) => {
                let family = server::family(&handed.access.token).unwrap_or(usize::MAX);
                let subject = self.server.families.get(family).map(|family| family.subject);
                if call.subject.is_some() && call.subject.as_deref() != subject {
                    let what = format!("asked for {:?}, got {subject:?}", call.subject);
                    return Err(Broken::new(Rule::Subject, what));
                }
                // Without a compare-and-swap, it may come back until its tab has noticed.
                if self.atomic && self.tabs[at].left.contains(&family) {
                    return Err(Broken::new(Rule::SignedOut, "a token was handed out after the sign-out"));
                }
            }
            Ok(Answer::SignedOut(Some(grant))) => {
                let family = grant.refresh_token.as_deref().and_then(server::family);
                self.tabs[at].left.extend(family);
                if let Some(token) = grant.refresh_token.clone() {
                    self.server.revoke(&token);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// [`Rule::Events`].
    fn told(&self, at: usize, event: Event) -> Result<(), Broken> {
        if self.lock == Some(at) {
            return Err(Broken::new(Rule::Events, format!("{:?} is told under the lock", event.kind)));
        }
        let signed_in = matches!(event.state, State::SignedIn { .. });
        let committed = self.committed.contains(&(event.generation, signed_in));
        if !committed && event.kind != EventKind::Initial {
            let what = format!("{:?} of generation {} is told before it is so", event.kind, event.generation);
            return Err(Broken::new(Rule::Events, what));
        }
        Ok(())
    }

    fn revoked(&mut self, token: &str) -> Result<(), Broken> {
        let stored = self.record().grant.and_then(|grant| grant.refresh_token.clone());
        let own = stored.as_deref().and_then(server::family);
        if own.is_some_and(|own| !self.unwanted.contains(&own))
            && own == server::family(token)
            && !self.excused
        {
            return Err(Broken::new(Rule::Kept, "the tokens of the session were revoked as late ones"));
        }
        self.server.revoke(token);
        Ok(())
    }

    /// [`Rule::Progress`], as far as one state shows it: whoever waits has a timer behind it.
    fn look_at_calls(&self, at: usize) -> Result<(), Broken> {
        let tab = &self.tabs[at];
        let Some(until) = tab.calls.iter().filter_map(|call| call.until).min() else { return Ok(()) };
        if tab.alarm.is_none_or(|(_, due)| due > until) {
            return Err(Broken::new(Rule::Progress, format!("a call until {until} has no timer behind it")));
        }
        if until <= self.time {
            return Err(Broken::new(Rule::Progress, format!("a call until {until} is not answered")));
        }
        Ok(())
    }
}
