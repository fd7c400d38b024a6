//! The rules of the machine, one table or sentence each, on a bench that answers reads, swaps and
//! locks at once and leaves requests to the test.

mod ages;
mod changes;
mod events;
mod force;
mod outage;
mod refused;
mod turns;

use std::collections::VecDeque;

use super::*;
use crate::{
    error::Code,
    json::{self, Map},
    oauth::{
        Cause, Failure, OauthError,
        token::{TokenType, Tokens},
    },
    time::{Seconds, UnixMillis},
};

pub(super) const START: i64 = 1_800_000_000_000;

/// A machine, and a world for it alone.
pub(super) struct Bench {
    pub machine: Machine,
    pub stored: Option<String>,
    pub wall: i64,
    pub monotonic: i64,
    /// Whether the lock can be had.
    pub lock: bool,
    /// Whether the lock is ours.
    pub held: bool,
    /// What others write just before the next swap.
    pub meddle: Option<Option<String>>,
    /// What others write and tell of while the next lock is waited for.
    pub rival: Option<String>,
    inputs: VecDeque<Input>,
    /// Requests that wait for an answer.
    pub requests: Vec<(Step, Refresh)>,
    pub answers: Vec<(u32, Result<Answer, Code>)>,
    pub failures: Vec<Failure>,
    pub events: Vec<Event>,
    pub revoked: Vec<Late>,
    pub announced: Vec<u64>,
    pub wake: Option<(Step, i64)>,
    /// The kinds of all actions.
    pub log: Vec<&'static str>,
}

impl Bench {
    /// A machine that has not begun, over this storage.
    pub fn over(stored: Option<String>) -> Self {
        Self {
            machine: Machine::new(Options { background: Background::Never, ..Options::default() }),
            stored,
            wall: START,
            monotonic: 50_000,
            lock: true,
            held: false,
            meddle: None,
            rival: None,
            inputs: VecDeque::new(),
            requests: Vec::new(),
            answers: Vec::new(),
            failures: Vec::new(),
            events: Vec::new(),
            revoked: Vec::new(),
            announced: Vec::new(),
            wake: None,
            log: Vec::new(),
        }
    }

    /// A machine that has begun, and whose user signed in at `START`; nothing of it is in the lists.
    pub fn signed_in(expires_in: u32) -> Self {
        Self::begun(grant("ada", "0", Some(expires_in)))
    }

    /// The same, at `START + 20_000`, with a token that has expired.
    pub fn due() -> Self {
        let mut bench = Self::signed_in(10);
        bench.pass(20_000);
        bench
    }

    pub fn begun(grant: Grant) -> Self {
        Self::with(Background::Never, grant)
    }

    pub fn with(background: Background, grant: Grant) -> Self {
        let record = Record::default().commit(0, grant).unwrap();
        let mut bench = Self::over(Some(record.to_text()));
        bench.machine = Machine::new(Options { background, ..Options::default() });
        bench.input(Input::Begun);
        bench.forget();
        bench
    }

    /// Empties the lists.
    pub fn forget(&mut self) {
        self.answers.clear();
        self.failures.clear();
        self.events.clear();
        self.announced.clear();
        self.log.clear();
    }

    /// An input, and what follows from it. Answers come when all actions of an input are done.
    pub fn input(&mut self, input: Input) {
        self.inputs.push_back(input);
        while let Some(input) = self.inputs.pop_front() {
            let now = self.now();
            for action in self.machine.handle(input, now) {
                self.act(action);
            }
        }
    }

    pub fn now(&self) -> Now {
        Now { wall: UnixMillis(self.wall), monotonic: Millis(self.monotonic) }
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::Read { step } => {
                self.log.push("read");
                let stored = self.stored.clone();
                self.inputs.push_back(Input::Read { step, stored });
            }
            Action::Lock { step, deadline } => {
                self.log.push("lock");
                self.held = self.lock;
                if !self.held {
                    self.monotonic += deadline.0;
                    self.wall += deadline.0;
                }
                let held = self.held;
                self.inputs.push_back(Input::Locked { step, held });
                if let Some(text) = self.rival.take() {
                    self.stored = Some(text);
                    self.inputs.push_back(Input::Noticed(Notice::Elsewhere));
                }
            }
            Action::Unlock => {
                self.log.push("unlock");
                assert!(core::mem::take(&mut self.held), "gives back what it has");
            }
            Action::Swap { step, expected, next } => {
                self.log.push("swap");
                if let Some(text) = self.meddle.take() {
                    self.stored = text;
                }
                let done = self.stored == expected;
                let result = if done { Ok(()) } else { Err(self.stored.clone()) };
                if done {
                    self.stored = Some(next);
                }
                self.inputs.push_back(Input::Swapped { step, result });
            }
            Action::Refresh { step, refresh } => {
                self.log.push("refresh");
                self.requests.push((step, *refresh));
            }
            Action::Wake { step, after } => self.wake = Some((step, self.monotonic + after.0)),
            Action::Announce { generation } => {
                self.log.push("announce");
                self.announced.push(generation);
            }
            Action::Answer { ticket, result } => {
                self.log.push("answer");
                self.failures.extend(result.as_ref().err().cloned());
                let result = result.map(|answer| *answer).map_err(|failure| failure.error.code);
                self.answers.push((ticket.0, result));
            }
            Action::Tell(event) => {
                assert!(!self.held, "no event under the lock");
                self.log.push("tell");
                self.events.push(event);
            }
            Action::Revoke(late) => {
                self.log.push("revoke");
                self.revoked.push(*late);
            }
        }
    }

    pub fn want(&mut self, ticket: u32) {
        self.want_for(ticket, Target::default(), false);
    }

    pub fn force(&mut self, ticket: u32) {
        self.want_for(ticket, Target::default(), true);
    }

    pub fn want_for(&mut self, ticket: u32, target: Target, force: bool) {
        self.input(Input::Wanted { ticket: Ticket(ticket), target, force, min_validity: Millis(0) });
    }

    /// Answers the oldest request with the tokens of this name.
    pub fn grants(&mut self, name: &str) {
        let renewed = Renewed { tokens: tokens(name, Some(3600)), claims: None, skew: None };
        self.reply(Ok(Box::new(renewed)));
    }

    pub fn fails(&mut self, failure: Failure) {
        self.reply(Err(failure));
    }

    pub fn reply(&mut self, result: Result<Box<Renewed>, Failure>) {
        let (step, _) = self.requests.remove(0);
        self.input(Input::Replied { step, result });
    }

    /// Lets time go by on both clocks, and the alarm go off whenever it is due.
    pub fn pass(&mut self, millis: i64) {
        let end = self.monotonic + millis;
        while let Some((step, due)) = self.wake.take_if(|(_, due)| *due <= end) {
            self.wall += due.max(self.monotonic) - self.monotonic;
            self.monotonic = due.max(self.monotonic);
            self.input(Input::Woken(step));
        }
        self.wall += (end - self.monotonic).max(0);
        self.monotonic = end.max(self.monotonic);
    }

    /// Somebody else writes the record, and it is noticed.
    pub fn elsewhere(&mut self, change: impl FnOnce(&Record) -> Record) {
        self.stored = Some(change(&self.record()).to_text());
        self.input(Input::Noticed(Notice::Elsewhere));
    }

    pub fn record(&self) -> Record {
        self.stored.as_deref().and_then(Record::from_text).unwrap_or_default()
    }

    /// What each call got: its number and the token, the stale one with an exclamation mark, or the code.
    pub fn got(&mut self) -> Vec<String> {
        let shown = |(ticket, result): (u32, Result<Answer, Code>)| match result {
            Ok(Answer::Access(handed)) => {
                format!("{ticket} {}{}", handed.access.token, if handed.stale { "!" } else { "" })
            }
            Ok(Answer::SignedIn) => format!("{ticket} in"),
            Ok(Answer::SignedOut(grant)) => {
                format!(
                    "{ticket} out {}",
                    grant.and_then(|grant| grant.refresh_token.clone()).unwrap_or_default()
                )
            }
            Ok(Answer::UserUpdated) => format!("{ticket} user"),
            Err(code) => format!("{ticket} {}", code.as_str()),
        };
        core::mem::take(&mut self.answers).into_iter().map(shown).collect()
    }

    pub fn told(&mut self) -> Vec<(EventKind, Origin)> {
        core::mem::take(&mut self.events).iter().map(|event| (event.kind, event.origin)).collect()
    }
}

pub(super) fn tokens(name: &str, expires_in: Option<u32>) -> Tokens {
    Tokens {
        access_token: format!("at{name}"),
        token_type: TokenType::Bearer,
        expires_in: expires_in.map(Seconds),
        scope: None,
        refresh_token: Some(format!("rt{name}")),
        id_token: None,
        authorization_details: None,
    }
}

pub(super) fn claims(subject: &str) -> Map {
    json::parse_object(format!(r#"{{"sub":"{subject}"}}"#).as_bytes()).unwrap()
}

pub(super) fn access(name: &str, expires_in: Option<u32>) -> Access {
    Access {
        target: Target::default(),
        token: format!("at{name}"),
        token_type: TokenType::Bearer,
        expires_in: expires_in.map(Seconds),
        received_at: UnixMillis(START),
        scope: "openid email".into(),
    }
}

pub(super) fn grant(subject: &str, name: &str, expires_in: Option<u32>) -> Grant {
    Grant {
        refresh_token: Some(format!("rt{name}")),
        id_token: None,
        claims: claims(subject),
        subject: Some(subject.into()),
        scope: "openid email".into(),
        access: vec![access(name, expires_in)],
        key: None,
        skew: None,
    }
}

/// The record after somebody else's refresh.
pub(super) fn refreshed(record: &Record, name: &str, at: i64) -> Record {
    let renewed = Renewed { tokens: tokens(name, Some(3600)), claims: None, skew: None };
    let grant = record.grant.as_ref().unwrap().renewed(&Target::default(), &renewed, UnixMillis(at));
    record.commit(record.generation, grant).unwrap()
}

pub(super) fn oauth(error: &str, status: u16) -> Failure {
    let failure = Failure::from(OauthError::read(error, None, None).unwrap());
    Failure::new(Cause { status: Some(status), ..*failure })
}

pub(super) fn server(status: u16, retry_after: Option<u32>) -> Failure {
    let code = if status == 429 { Code::ServerRateLimited } else { Code::ServerUnavailable };
    let retry_after = retry_after.map(Seconds);
    Failure::new(Cause { status: Some(status), retry_after, ..*Failure::from(code) })
}
