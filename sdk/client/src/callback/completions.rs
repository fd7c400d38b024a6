//! The callbacks that were handled since the page was loaded, by state.

use std::cell::RefCell;

use edgeward_core::{json::Value, oauth::Failure};

use crate::{
    run::{Answer, Known},
    runtime::{Id, Runtime},
};

/// How a sign-in ended.
type Outcome = Result<String, Failure>;

/// One exchange for every state, however many ask for its outcome.
#[derive(Default)]
pub(crate) struct Completions(RefCell<Vec<Completion>>);

struct Completion {
    state: String,
    outcome: Option<Outcome>,
    waiting: Vec<Id>,
}

/// How many are remembered for a second call.
const MAX: usize = 8;

impl Completions {
    /// Has a ticket answered with the outcome for a state, as a text. True: nobody has begun it yet, so the
    /// caller does.
    pub(crate) fn join(&self, runtime: &Runtime, state: &str, ticket: Id) -> bool {
        let mut all = self.0.borrow_mut();
        match all.iter_mut().find(|one| one.state == state) {
            None => {
                all.truncate(MAX - 1);
                all.insert(0, Completion { state: state.into(), outcome: None, waiting: vec![ticket] });
                true
            }
            Some(Completion { outcome: Some(outcome), .. }) => {
                runtime.answer(ticket, answer(outcome));
                false
            }
            Some(running) => {
                running.waiting.push(ticket);
                false
            }
        }
    }

    /// Whether the callback of a state was begun here.
    pub(crate) fn knows(&self, state: &str) -> bool {
        self.0.borrow().iter().any(|one| one.state == state)
    }

    /// Gives the outcome to all who wait for it, and to all who will ask.
    pub(crate) fn finish(&self, runtime: &Runtime, state: &str, outcome: &Outcome) {
        let mut all = self.0.borrow_mut();
        let Some(one) = all.iter_mut().find(|one| one.state == state) else { return };
        one.outcome = Some(outcome.clone());
        for ticket in one.waiting.drain(..) {
            runtime.answer(ticket, answer(outcome));
        }
    }
}

fn answer(outcome: &Outcome) -> Answer {
    outcome.clone().map(|json| Known::Json(Value::String(json)))
}
