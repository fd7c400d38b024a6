//! What may happen next.

use edgeward_core::{
    error::Code,
    oauth::{Failure, OauthError},
    session::{
        Action, Answer, Attempt, Event, EventKind, Input, Millis, Notice, Reason, Record, Renewed, Stage,
        State, Step, Target, Ticket,
    },
};

use crate::{
    Broken, Effect, Flaw, Rule, Sent, Tab, World, server,
    tab::Call,
    world::{grant, renewed},
};

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

    fn leave(&mut self, tab: usize) -> Result<(), Broken> {
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

    fn switch(&mut self, tab: usize) -> Result<(), Broken> {
        let (refresh_token, access_token) = self.server.sign_in("bob");
        let ticket = self.call(tab, None, None);
        let grant = Box::new(grant("bob", refresh_token, access_token, self.now().wall.0));
        let began = self.tabs[tab].machine.as_ref().map_or(0, |machine| machine.generation());
        self.tell(tab, Input::SignedIn { ticket, grant, began })
    }

    /// A clock that jumps while a request is under way may make others take it for lost, where
    /// there is no lock to tell.
    fn jump(&mut self, by: i64) -> Result<(), Broken> {
        let sent = |attempt: Attempt| matches!(attempt.stage, Stage::Locked | Stage::Unlocked);
        let busy = |effect: &Effect| !matches!(effect, Effect::Read(_) | Effect::Lock(..));
        self.excused |= self.record().attempt.is_some_and(sent);
        self.excused |= self.tabs.iter().any(|tab| tab.effects.iter().any(busy));
        self.wall += by;
        Ok(())
    }

    /// A reply was lost. A server that gives it again makes that good.
    fn excuse(&mut self) {
        self.excused |= self.server.policy == crate::Policy::Strict;
    }

    fn crash(&mut self, tab: usize, served: bool) -> Result<(), Broken> {
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

    fn serve(&mut self, refresh_token: &str) -> Result<Option<(String, String)>, Broken> {
        let answer = self.server.refresh(refresh_token);
        let stolen = self.server.families.iter().any(|family| family.stolen);
        if stolen && !self.excused {
            return Err(Broken::new(
                Rule::Kept,
                "the server saw an old refresh token and revoked its family",
            ));
        }
        Ok(answer)
    }

    pub(crate) fn perform(&mut self, tab: usize, at: usize) -> Result<(), Broken> {
        match self.tabs[tab].effects.remove(at) {
            Effect::Read(step) => {
                let stored = self.seen();
                self.tabs[tab].effects.push(Effect::HasRead(step, stored));
                Ok(())
            }
            Effect::HasRead(step, stored) => self.tell(tab, Input::Read { step, stored }),
            Effect::Swap(step, expected, next) => self.swap(tab, step, expected, next),
            Effect::Write(step, next) => {
                self.write(next)?;
                self.tabs[tab].effects.push(Effect::Swapped(step, Ok(())));
                Ok(())
            }
            Effect::Swapped(step, result) => self.tell(tab, Input::Swapped { step, result }),
            Effect::Lock(step, _) => {
                let held = self.has_lock && (self.lock.is_none() || self.flaw == Some(Flaw::NoClaims));
                if held {
                    self.lock = Some(tab);
                }
                self.tell(tab, Input::Locked { step, held })
            }
            Effect::Refresh(step, mut sent, until) => match sent.answer.take() {
                None => {
                    sent.answer = Some(self.serve(&sent.refresh_token)?);
                    self.tabs[tab].effects.push(Effect::Refresh(step, sent, until));
                    Ok(())
                }
                Some(Some((refresh_token, access_token))) => {
                    self.reply(tab, step, Ok(renewed(refresh_token, access_token)))
                }
                Some(None) => self.reply(tab, step, Err(refusal())),
            },
        }
    }

    fn swap(&mut self, tab: usize, step: Step, expected: Option<String>, next: String) -> Result<(), Broken> {
        let done = self.seen() == expected || self.flaw == Some(Flaw::BlindWrites);
        let result = match (done, self.atomic) {
            _ if self.flaw == Some(Flaw::EarlyWord) && done => {
                self.tabs[tab].effects.push(Effect::Write(step, next));
                return self.tell(tab, Input::Swapped { step, result: Ok(()) });
            }
            (true, true) => {
                self.write(next)?;
                Ok(())
            }
            (true, false) => {
                self.tabs[tab].effects.push(Effect::Write(step, next));
                return Ok(());
            }
            (false, _) => Err(self.seen()),
        };
        self.tabs[tab].effects.push(Effect::Swapped(step, result));
        Ok(())
    }

    /// What storage seems to hold.
    fn seen(&self) -> Option<String> {
        let record = || self.record();
        match self.flaw {
            Some(Flaw::NoClaims) => Some(Record { attempt: None, ..record() }.to_text()),
            Some(Flaw::Impatient) => {
                let mut record = record();
                if let Some(attempt) =
                    record.attempt.as_mut().filter(|attempt| attempt.stage == Stage::Failed)
                {
                    attempt.until = self.now().wall;
                    attempt.starts.clear();
                }
                Some(record.to_text())
            }
            Some(Flaw::NoSubjects) => {
                let mut record = record();
                if let Some(grant) = &mut record.grant {
                    grant.subject = None;
                }
                Some(record.to_text())
            }
            _ => self.stored.clone(),
        }
    }

    fn refuse(&mut self, tab: usize, effect: usize) -> Result<(), Broken> {
        let Some(Effect::Refresh(_, sent, _)) = self.tabs[tab].effects.get(effect) else { return Ok(()) };
        self.refused.retain(|(token, at)| *token == sent.refresh_token && sent.at - at < 10_000);
        self.refused.push((sent.refresh_token.clone(), sent.at));
        if self.refused.len() > 3 && !self.excused {
            return Err(Broken::new(Rule::Outage, format!("requests at {:?}", self.refused)));
        }
        let failure = Failure { status: Some(503), ..Code::ServerUnavailable.into() };
        self.fail(tab, effect, failure)
    }

    fn fail(&mut self, tab: usize, effect: usize, failure: Failure) -> Result<(), Broken> {
        let Effect::Refresh(step, ..) = self.tabs[tab].effects.remove(effect) else { return Ok(()) };
        let failure = if self.flaw == Some(Flaw::Pessimist) { refusal() } else { failure };
        self.reply(tab, step, Err(failure))
    }

    fn reply(&mut self, tab: usize, step: Step, result: Result<Box<Renewed>, Failure>) -> Result<(), Broken> {
        self.tell(tab, Input::Replied { step, result })
    }

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
        let after = self.server.policy == crate::Policy::Strict && !self.server.is_live(token);
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
                if self.tabs[at].left.contains(&family) {
                    return Err(Broken::new(Rule::SignedOut, "a token was handed out after the sign-out"));
                }
            }
            Ok(Answer::SignedOut(Some(grant))) => {
                let family = grant.refresh_token.as_deref().and_then(server::family);
                self.tabs[at].left.extend(family);
                if let Some(token) = grant.refresh_token {
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
        let stored = self.record().grant.and_then(|grant| grant.refresh_token);
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

fn is_unanswered(effect: &Effect) -> bool {
    matches!(effect, Effect::Refresh(_, sent, _) if sent.answer.is_none())
}

fn refusal() -> Failure {
    let failure =
        OauthError::read("invalid_grant", None, None).map_or(Code::InvalidGrant.into(), Failure::from);
    Failure { status: Some(400), ..failure }
}
