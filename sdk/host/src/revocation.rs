//! Carries out what the core's revocation [`Feed`] asks for: polls the Durable Object that keeps the
//! list, before the answer or behind it, and writes into it.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use edgeward_core::{
    Code, Error,
    gateway::{
        Identity,
        metrics::Counter,
        revocation::{
            Action, Bounds, Changes, Facts, Feed, Input, Mode, Own, POLL_DEADLINE, POLL_LOST, Question,
            Write, Written,
        },
    },
};

use crate::{clock, durable::Durable, fetch::Limits, metrics, task::Background, timer};

/// The one object of the namespace that keeps the list.
pub const OBJECT: &str = "revocations";
/// Where it answers a [`Question`] with [`Changes`].
pub const CHANGES: &str = "/changes";
/// Where it takes a [`Write`] and answers [`Written`].
pub const WRITE: &str = "/write";

const LIMITS: Limits = Limits { deadline_millis: POLL_DEADLINE.0 * 1000, body_bytes: 512 * 1024 };
/// How often a waiting request looks whether the list has come, in milliseconds.
const LOOK_EVERY: u32 = 20;
/// How long a request waits for the poll of another one, in milliseconds: until it would poll itself
/// because that one was lost.
const WAIT_AT_MOST: i64 = (POLL_LOST.0 as i64) * 1000 + 500;

/// What a judgement that nothing was revoked rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// A list as new as the route wants it.
    Known,
    /// An older list, or none, because no newer one can be had and the route goes on without it.
    Unguarded,
}

/// The list of revocations, as this isolate knows it.
pub struct Revocations(Rc<Inner>);

struct Inner {
    feed: RefCell<Feed>,
    place: Durable,
}

impl Revocations {
    /// The list that the object `place` keeps.
    #[must_use]
    pub fn new(bounds: Bounds, place: Durable) -> Self {
        Self(Rc::new(Inner { feed: RefCell::new(Feed::new(bounds)), place }))
    }

    /// Judges an identity by what is known, or asks first where its route wants that.
    ///
    /// # Errors
    /// `token_revoked`, `token_too_old`; `revocation_unavailable`: the list cannot be had, and the
    /// route does not go on without it.
    pub async fn check(
        &self,
        identity: &Identity,
        mode: Mode,
        background: &Background,
    ) -> Result<Basis, Error> {
        if !mode.is_on() {
            return Ok(Basis::Known);
        }
        let basis = self.0.bring_up_to_date(mode, background).await?;
        self.0.feed.borrow().check(&Facts::from(identity), clock::now().to_seconds())?;
        Ok(basis)
    }

    /// Writes revocations into the list. This isolate knows them at once, others with their next
    /// poll.
    ///
    /// # Errors
    /// `revocation_unavailable`: it is not known whether they were written; writing them again does
    /// no harm.
    pub async fn write(&self, write: &Write) -> Result<Written, Error> {
        let written = self.0.call(WRITE, write).await?;
        if written == Written::Done {
            self.0.tell(Input::Written(&write.entries));
        }
        Ok(written)
    }
}

impl Inner {
    async fn bring_up_to_date(self: &Rc<Self>, mode: Mode, background: &Background) -> Result<Basis, Error> {
        let since = clock::now().0;
        let mut own = Own::Nothing;
        loop {
            let mut done = None;
            for action in self.tell(Input::Wanted { mode, own }) {
                match action {
                    Action::Check => done = Some(Ok(Basis::Known)),
                    Action::CheckUnguarded => {
                        metrics::count(Counter::RevocationUnguarded);
                        done = Some(Ok(Basis::Unguarded));
                    }
                    Action::Refuse(error) => done = Some(Err(error)),
                    Action::PollInBackground(question) => {
                        let inner = self.clone();
                        background.spawn(async move {
                            inner.poll(question).await;
                        });
                    }
                    Action::Poll(question) => own = self.poll_to_the_end(question, background).await,
                    Action::Wait if clock::now().0.saturating_sub(since) > WAIT_AT_MOST => own = Own::Failed,
                    Action::Wait => timer::sleep(LOOK_EVERY).await,
                }
            }
            if let Some(outcome) = done {
                return outcome;
            }
        }
    }

    /// Polls so that others have the list even if this request's sender goes away meanwhile.
    async fn poll_to_the_end(self: &Rc<Self>, question: Question, background: &Background) -> Own {
        let (inner, own) = (self.clone(), Rc::new(Cell::new(Own::Failed)));
        let outcome = own.clone();
        background.finish(async move { outcome.set(inner.poll(question).await) }).await;
        own.get()
    }

    /// Polls until the last page has come.
    async fn poll(&self, question: Question) -> Own {
        let asked = clock::now();
        let mut next = question;
        loop {
            metrics::count(Counter::RevocationPolls);
            let Ok(changes) = self.call::<Changes>(CHANGES, &next).await else {
                metrics::count(Counter::RevocationPollFailures);
                self.tell(Input::Failed);
                return Own::Failed;
            };
            match self.tell(Input::Polled { changes: &changes, asked }).pop() {
                None => return Own::Polled,
                Some(Action::Poll(question)) => next = question,
                Some(_) => return Own::Failed,
            }
        }
    }

    async fn call<A: serde::de::DeserializeOwned>(
        &self,
        path: &str,
        question: &impl serde::Serialize,
    ) -> Result<A, Error> {
        let unavailable = Error::from(Code::RevocationUnavailable);
        let body = serde_json::to_string(question).map_err(|_| unavailable)?;
        let answer = self.place.call(path, &body, LIMITS).await.map_err(|_| unavailable)?;
        serde_json::from_slice(&answer).map_err(|_| unavailable)
    }

    fn tell(&self, input: Input<'_>) -> Vec<Action> {
        self.feed.borrow_mut().handle(input, clock::now())
    }
}
