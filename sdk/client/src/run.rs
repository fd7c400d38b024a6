//! One run of a flow: what it is given, and why it ends.
//!
//! What whoever writes a flow keeps to: it depends on its arguments and its run alone, so that it asks for
//! the same in every run; and what it does to anything else it does in [`Run::ask`] or [`Run::once`], or at
//! its very end, after which it is not run again. A build for tests compares what a run asks for with the
//! runs before.

use std::{cell::Cell, rc::Rc, sync::Arc};
#[cfg(debug_assertions)]
use std::{cell::RefCell, panic::Location};

use edgeward_core::{
    Code, Error,
    json::{Value, Writer},
    oauth::{Failure, discovery::Metadata},
    session::{self, Grant, Now},
};

use crate::{
    client::Client,
    runtime::{Id, Wait},
};

/// What a flow gives, or why it goes no further.
pub(crate) type Flow<T> = Result<T, Stop>;

/// What a call gives: JSON.
pub(crate) type Outcome = Flow<String>;

/// What came, or why it did not.
pub(crate) type Answer = Result<Known, Failure>;

/// Why a flow goes no further.
pub(crate) enum Stop {
    /// Something has to come first. It is passed on, whatever else a flow makes of failures: see [`settled`].
    Waiting,
    /// It has failed.
    Failed(Failure),
}

/// What a flow has come to know.
pub(crate) enum Known {
    /// What the platform says.
    Json(Value),
    /// What the session's machine says.
    Session(Box<session::Answer>),
    /// Who was signed in when it was asked.
    Grant(Option<Arc<Grant>>),
    /// What was known of the issuer when it was asked.
    Metadata(Option<Rc<Metadata>>),
    /// The device that is waited for.
    #[cfg(feature = "oauth")]
    Device(Rc<crate::oauth::Device>),
}

/// What came, and when.
pub(crate) struct Came {
    pub answer: Answer,
    pub at: Now,
}

/// Where a flow has asked for what it got, in a build for tests.
#[derive(Default)]
pub(crate) struct Places(#[cfg(debug_assertions)] RefCell<Vec<&'static Location<'static>>>);

/// One run of a flow.
pub(crate) struct Run<'a> {
    pub client: &'a Client,
    begun: Now,
    came: &'a [Came],
    taken: Cell<usize>,
    #[cfg_attr(not(debug_assertions), expect(dead_code, reason = "nothing is compared"))]
    places: &'a Places,
    /// From where on what came is to be forgotten.
    #[cfg(feature = "oauth")]
    back_to: Cell<Option<usize>>,
}

impl<'a> Run<'a> {
    /// A run of a flow that began then, with what came since.
    pub(crate) const fn new(client: &'a Client, came: &'a [Came], begun: Now, places: &'a Places) -> Self {
        Self {
            client,
            begun,
            came,
            taken: Cell::new(0),
            places,
            #[cfg(feature = "oauth")]
            back_to: Cell::new(None),
        }
    }

    /// The two clocks, as they were when the last answer came.
    pub(crate) fn now(&self) -> Now {
        let last = self.taken.get().checked_sub(1).and_then(|last| self.came.get(last));
        last.map_or(self.begun, |came| came.at)
    }

    /// An answer from inside, under the name that `ask` gets. It is asked for once.
    ///
    /// # Errors
    /// Those of the answer.
    #[cfg_attr(debug_assertions, track_caller)]
    pub(crate) fn ask(&self, ask: impl FnOnce(Id)) -> Flow<&'a Known> {
        if let Some(known) = self.next() {
            return known;
        }
        let id = self.client.runtime.name();
        self.client.runtime.wait(Wait::Inside(id));
        ask(id);
        Err(Stop::Waiting)
    }

    /// What is done once, and gives the same in every run.
    ///
    /// # Errors
    /// Its own.
    #[cfg_attr(debug_assertions, track_caller)]
    pub(crate) fn once(&self, work: impl FnOnce() -> Answer) -> Flow<&'a Known> {
        if let Some(known) = self.next() {
            return known;
        }
        self.client.runtime.wait(Wait::Over(work()));
        Err(Stop::Waiting)
    }

    /// Orders an effect, once, and gives what the platform answers.
    ///
    /// # Errors
    /// Those of the platform.
    #[cfg_attr(debug_assertions, track_caller)]
    pub(crate) fn order(&self, kind: &str, members: Writer) -> Flow<&'a Value> {
        match self.next() {
            Some(known) => known?.json(),
            None => {
                self.client.runtime.wait(Wait::Effect(self.client.runtime.order(kind, members)));
                Err(Stop::Waiting)
            }
        }
    }

    /// Where [`back_to`](Self::back_to) leads back to.
    #[cfg(feature = "oauth")]
    pub(crate) const fn mark(&self) -> usize {
        self.taken.get()
    }

    /// Runs the flow anew with what came until there: for one that repeats the same for as long as it takes,
    /// and has noted elsewhere what came of it.
    #[cfg(feature = "oauth")]
    pub(crate) fn back_to(&self, mark: usize) -> Stop {
        self.back_to.set(Some(mark));
        self.client.runtime.wait(Wait::Nothing);
        Stop::Waiting
    }

    /// Where this run leads back to, if it does.
    #[cfg(feature = "oauth")]
    pub(crate) const fn goes_back_to(&self) -> Option<usize> {
        self.back_to.get()
    }

    #[cfg_attr(debug_assertions, track_caller)]
    fn next(&self) -> Option<Flow<&'a Known>> {
        #[cfg(debug_assertions)]
        self.places.compare(self.taken.get(), Location::caller());
        let came = self.came.get(self.taken.get())?;
        self.taken.set(self.taken.get() + 1);
        Some(came.answer.as_ref().map_err(|failure| Stop::Failed(failure.clone())))
    }
}

impl Places {
    #[cfg(debug_assertions)]
    fn compare(&self, at: usize, place: &'static Location<'static>) {
        let mut places = self.0.borrow_mut();
        let before = places.get(at).copied();
        assert!(before.is_none_or(|before| before == place), "it was at {before:?}, and asks at {place}");
        if before.is_none() {
            places.push(place);
        }
    }

    /// Forgets what was asked for from there on.
    #[cfg(feature = "oauth")]
    #[cfg_attr(not(debug_assertions), expect(clippy::unused_self, reason = "nothing is kept"))]
    pub(crate) fn forget(&self, #[cfg_attr(not(debug_assertions), expect(unused))] from: usize) {
        #[cfg(debug_assertions)]
        self.0.borrow_mut().truncate(from);
    }
}

impl Known {
    /// An access token, as the session's machine gives it.
    #[cfg(feature = "oauth")]
    pub(crate) fn handed(handed: session::Handed) -> Self {
        Self::Session(Box::new(session::Answer::Access(handed)))
    }

    /// What the session's machine says.
    ///
    /// # Errors
    /// `internal_error`: it is something else.
    pub(crate) fn session(&self) -> Flow<&session::Answer> {
        match self {
            Self::Session(answer) => Ok(answer),
            _ => Err(Code::InternalError.into()),
        }
    }

    /// What the platform says.
    ///
    /// # Errors
    /// `internal_error`: it is something else.
    pub(crate) fn json(&self) -> Flow<&Value> {
        match self {
            Self::Json(value) => Ok(value),
            _ => Err(Code::InternalError.into()),
        }
    }
}

/// The failure of a flow as a value, where it does not end the one that asks.
///
/// # Errors
/// Only that it waits.
pub(crate) fn settled<T>(outcome: Flow<T>) -> Flow<Result<T, Failure>> {
    match outcome {
        Ok(value) => Ok(Ok(value)),
        Err(Stop::Failed(failure)) => Ok(Err(failure)),
        Err(Stop::Waiting) => Err(Stop::Waiting),
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error.into())
    }
}

impl From<Code> for Stop {
    fn from(code: Code) -> Self {
        Self::Failed(code.into())
    }
}
